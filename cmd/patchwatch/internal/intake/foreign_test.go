package intake

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestForeignFolderOfAnyName has folders in whose paths a pattern or a shell would see more than a name.
func TestForeignFolderOfAnyName(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ann's [old")
	for _, folder := range []string{"cur", "new", ".Lists.it's/cur", ".Lists.it's/new"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	quoted := "'" + strings.ReplaceAll(dir, "'", `'\''`)
	if got, want := foreignFolder(dir), "patchwatch import "+quoted+`/.Lists.it'\''s'.`; !strings.Contains(got, want) {
		t.Errorf("%q, want in it %q", got, want)
	}
}
