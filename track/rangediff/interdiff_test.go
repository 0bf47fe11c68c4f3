package rangediff

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestInterdiff shows interdiffs of all kinds, and what is said where there is none.
func TestInterdiff(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/interdiff.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var name string
	var old, new *Rebuilt
	cases := 0
	for _, f := range archive.Files {
		switch {
		case strings.HasPrefix(f.Name, "old "):
			old.Apply(Patch{Diff: string(f.Data)})
		case strings.HasPrefix(f.Name, "new "):
			new.Apply(Patch{Diff: string(f.Data)})
		case f.Name == "interdiff":
			cases++
			found := Between(old, new)
			got := asText(found)
			if len(found.Problems) > 0 {
				got += strings.Join(found.Problems, "\n") + "\n"
			}
			if got != string(f.Data) {
				t.Errorf("%s: the interdiff is\n%swant\n%s", name, got, f.Data)
			}
		default:
			name, old, new = f.Name, NewRebuilt(), NewRebuilt()
		}
	}
	if cases < 7 {
		t.Errorf("only %d cases", cases)
	}
}

// TestInterdiffIsBounded: patches that are too large for it are said to be.
func TestInterdiffIsBounded(t *testing.T) {
	old, new := NewRebuilt(), NewRebuilt()
	old.limits.weight = 1000
	for i := range 5 {
		old.Apply(hugePatch(i, 400, ""))
		new.Apply(hugePatch(i, 400, ""))
	}
	if found := Between(old, new); len(found.Files) > 0 || len(found.Problems) != 1 {
		t.Errorf("%d files, and %q", len(found.Files), found.Problems)
	}
}
