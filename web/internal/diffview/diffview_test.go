package diffview

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"pgregory.net/rapid"
)

// hunkOf makes a diff of lines with their marks.
func hunkOf(lines string) string {
	old, new := 0, 0
	for _, l := range strings.Split(strings.TrimSuffix(lines, "\n"), "\n") {
		switch {
		case strings.HasPrefix(l, "+"):
			new++
		case strings.HasPrefix(l, "-"):
			old++
		default:
			old, new = old+1, new+1
		}
	}
	return fmt.Sprintf("--- a/f\n+++ b/f\n@@ -1,%d +1,%d @@\n%s", old, new, lines)
}

func TestWords(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile("testdata/words.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(archive.Files); i += 2 {
		in, want := archive.Files[i], archive.Files[i+1]
		h := &Read(hunkOf(string(in.Data))).Parts[0].File.Hunks[0]
		work := 1 << 20
		h.MarkWords(&work)
		var got strings.Builder
		for _, l := range h.Lines {
			got.WriteByte(l.Op)
			at := 0
			for _, w := range l.Words {
				got.WriteString(l.Text[at:w.From] + "[" + l.Text[w.From:w.To] + "]")
				at = w.To
			}
			got.WriteString(l.Text[at:] + "\n")
		}
		if got.String() != string(want.Data) {
			t.Errorf("%s:\n%swant\n%s", in.Name, got.String(), want.Data)
		}
	}
}

// show writes what a document has, a line for each thing.
func show(d *Doc) string {
	var b strings.Builder
	for _, p := range d.Parts {
		if p.File == nil {
			fmt.Fprintf(&b, "words %q\n", strings.Join(d.Lines[p.Begin:p.End], "|"))
			continue
		}
		f := p.File
		fmt.Fprintf(&b, "%s %s->%s %s->%s binary=%v +%d -%d head=%d size=%d\n", f.Status, f.Old, f.New, f.OldMode, f.NewMode,
			f.Binary, f.Added, f.Removed, len(f.Head), f.Size)
		for _, h := range f.Hunks {
			fmt.Fprintf(&b, "  %s|%s spaces=%v\n", h.Header, h.Section, h.Spaces)
			for _, l := range h.Lines {
				fmt.Fprintf(&b, "  %3d %3d %c%s\n", l.Old, l.New, l.Op, l.Text)
			}
		}
	}
	return b.String()
}

func TestRead(t *testing.T) {
	t.Parallel()
	runGolden(t, "testdata/read.txtar", func(d *Doc) {})
}

func TestIgnoreSpace(t *testing.T) {
	t.Parallel()
	runGolden(t, "testdata/space.txtar", func(d *Doc) {
		for _, p := range d.Parts {
			if p.File != nil {
				p.File.IgnoreSpace()
			}
		}
	})
}

// runGolden holds what becomes of texts against what an archive says behind each. With UPDATE=1 it writes that.
func runGolden(t *testing.T, name string, change func(*Doc)) {
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(archive.Files); i += 2 {
		d := Read(string(archive.Files[i].Data))
		change(d)
		got := show(d)
		if os.Getenv("UPDATE") == "1" {
			archive.Files[i+1].Data = []byte(got)
		} else if want := string(archive.Files[i+1].Data); got != want {
			t.Errorf("%s:\n%swant\n%s", archive.Files[i].Name, got, want)
		}
	}
	if os.Getenv("UPDATE") == "1" {
		if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// checkWhole: each line of a text is in one place of its document.
func checkWhole(t rapid.TB, text string) *Doc {
	d := Read(text)
	if got := strings.Join(d.Lines, "\n"); got != withoutCR(strings.TrimSuffix(text, "\n")) {
		t.Fatalf("%q became %q", text, got)
	}
	at := 0
	one := func(i int) {
		if i != at {
			t.Fatalf("line %d comes where %d is next, of %q", i, at, d.Lines)
		}
		at++
	}
	for _, p := range d.Parts {
		if p.Begin != at {
			t.Fatalf("a part begins at %d, the one before it ends at %d, of %q", p.Begin, at, d.Lines)
		}
		if p.File == nil {
			at = p.End
			continue
		}
		f, behind := p.File, 0
		for _, l := range f.Head {
			if len(f.Hunks) > 0 && l.At > f.Hunks[0].At {
				behind++
				continue
			}
			one(l.At)
		}
		for _, h := range f.Hunks {
			one(h.At)
			if h.Header+h.Section != d.Lines[h.At] && !strings.Contains(d.Lines[h.At], h.Section) {
				t.Fatalf("%q and %q of %q", h.Header, h.Section, d.Lines[h.At])
			}
			for _, l := range h.Lines {
				one(l.At)
			}
		}
		at += behind
		if at != p.End || f.Size != p.End-p.Begin {
			t.Fatalf("a file of %d lines at %d to %d ends at %d", f.Size, p.Begin, p.End, at)
		}
	}
	if at != len(d.Lines) {
		t.Fatalf("the parts have %d lines of %d: %q", at, len(d.Lines), d.Lines)
	}
	return d
}

// withoutCR is a text with LF alone at the ends of lines.
func withoutCR(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSuffix(l, "\r")
	}
	return strings.Join(lines, "\n")
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"testdata/read.txtar", "testdata/space.txtar",
		"../../../track/rangediff/testdata/read.txtar"} {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			f.Add(string(file.Data))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := checkWhole(t, text)
		work := 1 << 20
		for _, p := range d.Parts {
			if p.File == nil {
				continue
			}
			for i := range p.File.Hunks {
				h := &p.File.Hunks[i]
				h.MarkWords(&work)
				for _, l := range h.Lines {
					end := 0
					for _, w := range l.Words {
						if w.From < end || w.To <= w.From || w.To > len(l.Text) {
							t.Fatalf("%v of %q", l.Words, l.Text)
						}
						end = w.To + 1
					}
				}
			}
			p.File.IgnoreSpace()
		}
	})
}

// TestMarkedWordsAreTheDifference: without the marked words, a line and the one that it became are the same, white
// space apart.
func TestMarkedWordsAreTheDifference(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "bb", " ", "(", "é", "\t", "_c", "1"}), 0, 30)
		a, b := strings.Join(words.Draw(t, "a"), ""), strings.Join(words.Draw(t, "b"), "")
		ids, work := map[string]int{}, 1<<20
		old, new := Line{Text: a}, Line{Text: b}
		x, y := tokenize([]*Line{&old}, ids, &work), tokenize([]*Line{&new}, ids, &work)
		mark(&x[0], &y[0], &work)
		if old.Words == nil && new.Words == nil {
			return
		}
		if got, want := unmarked(&old), unmarked(&new); got != want {
			t.Fatalf("%q and %q have %q and %q in common", a, b, got, want)
		}
	})
}

func unmarked(l *Line) string {
	at := 0
	out := ""
	for _, w := range l.Words {
		out += l.Text[at:w.From]
		at = w.To
	}
	return strings.Join(strings.Fields(out+l.Text[at:]), "")
}

// TestHostile: no text takes much more time than its length asks for.
func TestHostile(t *testing.T) {
	t.Parallel()
	const n = 20_000
	many := func(a, b string) string { return hunkOf(strings.Repeat("-"+a+"\n", n) + strings.Repeat("+"+b+"\n", n)) }
	for name, text := range map[string]string{
		"long runs":  many("a b c", "a b d"),
		"long lines": hunkOf("-" + strings.Repeat("a ", n) + "\n+" + strings.Repeat("b ", n) + "\n"),
		"many runs":  hunkOf(strings.Repeat("-a b c d e f g\n+a b x d e f g\n", n)),
		"blocks":     hunkOf(strings.Repeat(strings.Repeat("-x y z\n", 31)+strings.Repeat("+z y x w\n", 31), n/62)),
		"files":      strings.Repeat("diff --git a/x b/x\n", n),
		"at signs":   "--- a\n+++ b\n" + strings.Repeat("@@ -0,0 +0,0 @@\n", n),
	} {
		d := checkWhole(t, text)
		work := 200_000
		for _, p := range d.Parts {
			if p.File == nil {
				continue
			}
			for i := range p.File.Hunks {
				p.File.Hunks[i].MarkWords(&work)
			}
			p.File.IgnoreSpace()
		}
		if work < -200_000 {
			t.Errorf("%s: took %d steps more than it may", name, -work)
		}
	}
}

func BenchmarkMarkWords(b *testing.B) {
	text := hunkOf(strings.Repeat("-\tfoo(old_name, old_name + 1);\n-\tbar(x);\n+\tfoo(new_name, new_name + 1);\n+\tbar(y);\n ctx\n", 400))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		d := Read(text)
		work := 1 << 30
		for i := range d.Parts[0].File.Hunks {
			d.Parts[0].File.Hunks[i].MarkWords(&work)
		}
	}
}
