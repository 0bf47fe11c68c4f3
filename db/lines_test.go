package db

import (
	"io"
	"strings"
	"testing"

	"patchwatch/db/internal/sorter"
)

func diffOf(t *testing.T, a, b string) (diff string, both int) {
	t.Helper()
	var lines [2]*Lines
	for i, text := range []string{a, b} {
		var err error
		if lines[i], err = SortLines(strings.NewReader(text)); err != nil {
			t.Fatal(err)
		}
		defer lines[i].Close()
	}
	add := func(sign string) func(line []byte) error {
		return func(line []byte) error {
			diff += sign + string(line)
			return nil
		}
	}
	both, err := DiffLines(lines[0], lines[1], add("-"), add("+"))
	if err != nil {
		t.Fatal(err)
	}
	return diff, both
}

func TestDiffLines(t *testing.T) {
	for _, c := range []struct {
		a, b, want string
		both       int
	}{
		{"", "", "", 0},
		{"a\n", "", "-a", 0},
		{"", "a\nb\n", "+a+b", 0},
		{"a\nb\nc\n", "a\nb\nc\n", "", 3},
		{"c\na\nb\n", "a\nb\nc", "", 3},
		{"a\nb\nd\n", "b\nc\n", "-a+c-d", 1},
		{"a\na\n", "a\n", "-a", 1},
		{"a b\n", "a\n", "+a-a b", 0},
	} {
		if got, both := diffOf(t, c.a, c.b); got != c.want || both != c.both {
			t.Errorf("%q and %q: %q and %d in both, want %q and %d", c.a, c.b, got, both, c.want, c.both)
		}
	}
}

// What has lines without end is no dump, and is not read to its end to find out.
func TestEndlessLine(t *testing.T) {
	endless := &zeros{}
	if _, err := SortLines(endless); err == nil || !strings.Contains(err.Error(), "it is no dump") {
		t.Error(err)
	}
	if endless.read > longestLine+1<<20 {
		t.Errorf("%d bytes were read", endless.read)
	}
}

type zeros struct{ read int }

func (z *zeros) Read(p []byte) (int, error) {
	z.read += len(p)
	return len(p), nil
}

// A fault of one of the two is an error and no difference.
func TestDiffLinesThatCanNotBeRead(t *testing.T) {
	s, err := sorter.NewTorn(t.TempDir(), "0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
	if err != nil {
		t.Fatal(err)
	}
	broken, err := linesOf(s)
	if err != nil {
		t.Fatal(err)
	}
	defer broken.Close()
	whole, err := SortLines(strings.NewReader("0\n1\n"))
	if err != nil {
		t.Fatal(err)
	}
	defer whole.Close()
	none := func([]byte) error { return nil }
	if _, err := DiffLines(whole, broken, none, none); err == nil || err == io.EOF {
		t.Errorf("no error: %v", err)
	}
}
