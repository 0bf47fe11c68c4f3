package term

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// wide are texts, and how many cells a terminal shows them in.
var wide = map[string]int{
	"":                   0,
	"plain":              5,
	"a\tb":               3,
	"räksmörgås":         10,
	"e\u0301":            1, // a combining mark
	"a\u0300\u0323b":     2,
	"田中":                 4,
	"한글":                 4,
	"\u1112\u1161\u11ab": 2, // the same syllable by its letters
	"ｱ":                  1, // of half the width
	"Ａ":                  2, // of full width
	"… └ ①":              5, // wide in East Asian locales only
	"👍":                  2,
	"👍🏽":                 2, // with a colour of skin
	"🇩🇪":                 2, // a flag, of two letters
	"👨\u200d👩\u200d👧":    2, // a family of three
	"a\u200bb":           2, // a space of no width
	"\x1b\u009b":         2, // never written: it must not seem to take no room
	"\xff":               1, // what is written in its place takes one
}

func TestColumns(t *testing.T) {
	for text, want := range wide {
		if got := Columns(text); got != want {
			t.Errorf("Columns(%q) = %d, want %d", text, got, want)
		}
	}
}

// TestColumnsInAnyLocale: what we write is the same wherever it is written.
func TestColumnsInAnyLocale(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, env := range []string{"LC_ALL=ja_JP.UTF-8", "LC_ALL=C", "RUNEWIDTH_EASTASIAN=1"} {
		c := exec.Command(exe, "-test.run=^TestColumns$")
		c.Env = append(os.Environ(), env)
		if out, err := c.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", env, err, out)
		}
	}
}

// TestTableOfWideText: a column begins in the same cell in every line.
func TestTableOfWideText(t *testing.T) {
	table := Table{Headings: []string{"WHO", "ID"}}
	for text := range wide {
		escaped := text == "\x1b\u009b" || strings.ContainsAny(text, "\u200b\u200d\t") || strings.Contains(text, "\xff")
		if !escaped {
			table.Row(text, "x")
		}
	}
	var out strings.Builder
	if err := table.Print(&out, Screen{}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(out.String()) {
		before := line[:strings.LastIndexAny(line, "Ix")]
		if got, want := Columns(before), 10+len(gap); got != want {
			t.Errorf("the second column of %q begins in cell %d, want %d", line, got, want)
		}
	}
}

// TestShortenIsBounded: a text that takes no room, however long it is, stays short.
func TestShortenIsBounded(t *testing.T) {
	for _, endless := range []string{"\u0301", "\u200b", "\x00", "a\u0301\u0323", "👨\u200d"} {
		if got := Shorten(strings.Repeat(endless, 100_000), 20); len(got) > 20*bytesOfCell+len("…") || Columns(got) > 20 {
			t.Errorf("of many %q there are %d bytes, %d cells", endless, len(got), Columns(got))
		}
	}
}

func TestShorten(t *testing.T) {
	for _, tt := range []struct {
		text  string
		cells int
		want  string
	}{
		{"short", 5, "short"},
		{"too long", 5, "too …"},
		{"田中芽衣", 8, "田中芽衣"},
		{"田中芽衣", 7, "田中芽…"},
		{"田中芽衣", 6, "田中…"},
		{"any", 0, "any"},
		{"👍🏽👍🏽👍🏽", 6, "👍🏽👍🏽👍🏽"},
		{"👍🏽👍🏽👍🏽", 5, "👍🏽👍🏽…"},
		{"👨\u200d👩\u200d👧 family", 6, "👨\u200d👩\u200d👧 fa…"},
		{"e\u0301e\u0301e\u0301", 2, "e\u0301…"},
		{"\xff\xff田中", 4, "\ufffd\ufffd…"},
	} {
		if got := Shorten(tt.text, tt.cells); got != tt.want {
			t.Errorf("Shorten(%q, %d) = %q, want %q", tt.text, tt.cells, got, tt.want)
		}
	}
}

// TestTableBelow: a line below a row is dim, harmless, and no wider than the screen.
func TestTableBelow(t *testing.T) {
	table := Table{Headings: []string{"ID", "WHO"}, Flexible: 1}
	table.Row("1", "ann")
	table.Below("a line\x1b[2J of a mail")
	table.Row("2", "bob")
	table.Below("")
	for _, c := range []struct {
		screen Screen
		want   string
	}{
		{Screen{}, "ID  WHO\n1   ann\n    a line\\x1b[2J of a mail\n2   bob\n"},
		{Screen{Width: 20}, "ID  WHO\n1   ann\n    a line\\x1b[2J o…\n2   bob\n"},
		{Screen{Colour: true}, "\x1b[1mID\x1b[m  \x1b[1mWHO\x1b[m\n1   ann\n    \x1b[2ma line\\x1b[2J of a mail\x1b[m\n2   bob\n"},
	} {
		var out strings.Builder
		if err := table.Print(&out, c.screen); err != nil || out.String() != c.want {
			t.Errorf("%+v: %q, want %q: %v", c.screen, out.String(), c.want, err)
		}
	}
}
