package rangediff

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"patchwatch/track/difftext"
)

// FuzzCompare gives two diffs of anybody's making to all that reads them.
func FuzzCompare(f *testing.F) {
	archive, err := txtar.ParseFile("testdata/read.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for i, file := range archive.Files {
		f.Add(string(file.Data), string(archive.Files[(i+2)%len(archive.Files)].Data))
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		old, new := Patch{"A <a@example.org>", "one", "why", a}, Patch{"A <a@example.org>", "one", "why", b}
		m := NewMatcher()
		m.AddOld(old)
		m.AddNew(new)
		m.AddNew(old)
		for _, p := range m.Pairs() {
			if p.Old == 0 && p.New == 1 && p.Status != Unchanged {
				t.Errorf("the same patch is %c", p.Status)
			}
		}
		c := Compare(old, new)
		checkHunks(t, c.Diff, diffText(old), diffText(new))
		if c := Compare(old, old); len(c.Message)+len(c.Diff) > 0 {
			t.Errorf("the same patch has changes: %+v", c)
		}
		before, after, again := NewRebuilt(), NewRebuilt(), NewRebuilt()
		before.Apply(old)
		again.Apply(old)
		after.Apply(new)
		Between(before, after)
		if same := Between(before, again); len(same.Files) > 0 {
			t.Errorf("the same patch makes %s", asText(same))
		}
	})
}

func diffText(p Patch) (lines []string) {
	p.diffLines(difftext.Read(p.Diff), func(line string) { lines = append(lines, line) })
	return lines
}

// checkHunks sees that hunks say what is in both texts.
func checkHunks(t *testing.T, hunks []Hunk, old, new []string) {
	t.Helper()
	oldLeft, newLeft := strings.Join(old, "\x00"), strings.Join(new, "\x00")
	for _, h := range hunks {
		var a, b []string
		for _, l := range h.Lines {
			if l.Op != '+' {
				a = append(a, l.Text)
			}
			if l.Op != '-' {
				b = append(b, l.Text)
			}
		}
		for _, side := range []struct {
			left *string
			part []string
		}{{&oldLeft, a}, {&newLeft, b}} {
			_, rest, found := strings.Cut(*side.left, strings.Join(side.part, "\x00"))
			if !found {
				t.Fatalf("%q is not in the text", side.part)
			}
			*side.left = rest
		}
	}
}
