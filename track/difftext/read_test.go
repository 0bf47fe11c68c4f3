package difftext

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestPlaces: what is read of a diff stands in the text where it says.
func TestPlaces(t *testing.T) {
	t.Parallel()
	files := samples(t)
	hunks := 0
	for _, text := range files {
		hunks += checkPlaces(t, text)
	}
	if len(files) < 20 || hunks < 10 {
		t.Errorf("only %d files with %d hunks", len(files), hunks)
	}
}

func TestEnds(t *testing.T) {
	t.Parallel()
	got := Read("words\ndiff --git a/x b/x\nsimilarity index 90%\nindex 1..2\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n" +
		"\\ No newline at end of file\nwords\n--- y\n+++ y\n@@ -1 +1 @@\n-a\n+b\n-- \n2.1\n")
	if len(got) != 2 || got[0].Begin != 1 || got[0].Hunks[0].At != 6 || got[0].End != 10 ||
		got[1].Begin != 11 || got[1].End != 16 {
		t.Errorf("%+v", got)
	}
}

func FuzzPlaces(f *testing.F) {
	for _, text := range samples(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { checkPlaces(t, text) })
}

func samples(t testing.TB) (out []string) {
	archive, err := txtar.ParseFile("../rangediff/testdata/read.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		out = append(out, string(f.Data))
	}
	return out
}

// checkPlaces holds the places of files and hunks against the text.
func checkPlaces(t *testing.T, text string) (hunks int) {
	t.Helper()
	lines := strings.Split(text, "\n")
	end := 0
	for _, f := range Read(text) {
		if f.Begin < end || f.End <= f.Begin || f.End > len(lines) {
			t.Fatalf("a file is on lines %d to %d, the one before it up to %d", f.Begin, f.End, end)
		}
		at := f.Begin
		for _, h := range f.Hunks {
			hunks++
			if h.At <= at && at > f.Begin || h.At+1+len(h.Lines) > f.End || !strings.HasPrefix(lines[h.At], "@@") {
				t.Fatalf("a hunk of %d lines at %d, after %d, in a file to %d", len(h.Lines), h.At, at, f.End)
			}
			for i, l := range h.Lines {
				if in := lines[h.At+1+i]; in != l && " "+in != l {
					t.Fatalf("%q is at %d as %q", l, h.At+1+i, in)
				}
			}
			at = h.At + len(h.Lines)
		}
		end = f.End
	}
	return hunks
}
