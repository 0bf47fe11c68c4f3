package rangediff

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestDiffAsCompared shows what is compared of diffs of all kinds.
func TestDiffAsCompared(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/read.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(archive.Files); i += 2 {
		in, want := archive.Files[i], archive.Files[i+1]
		p := Patch{Author: "A <a@example.org>", Title: "title", Diff: string(in.Data)}
		if got := strings.Join(diffText(p), "\n") + "\n"; got != string(want.Data) {
			t.Errorf("%s is compared as\n%swant\n%s", in.Name, got, want.Data)
		}
	}
	if len(archive.Files) < 20 {
		t.Errorf("only %d files", len(archive.Files))
	}
}
