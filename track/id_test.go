package track

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestBoundID(t *testing.T) {
	whole := "<" + strings.Repeat("x", MaxID-2) + ">"
	if got := BoundID(whole); got != whole {
		t.Errorf("an id of %d bytes became %q", MaxID, got)
	}
	seen := map[string]bool{}
	for _, id := range []string{
		"<" + strings.Repeat("x", MaxID-1) + ">", "<" + strings.Repeat("x", MaxID) + ">", strings.Repeat("x", MaxID+1),
		"<" + strings.Repeat("ä", MaxID) + ">", "<x" + strings.Repeat("ä", MaxID) + ">",
		"<" + strings.Repeat("\x01", MaxID/2) + ">", "<" + strings.Repeat("\U0010ff7f", MaxID/8) + ">",
	} {
		got := BoundID(id)
		if n := inURL(got); n > MaxID || n < MaxID-3*utf8.UTFMax || !utf8.ValidString(got) || seen[got] {
			t.Errorf("%.20s... of %d bytes became %q", id, len(id), got)
		}
		if BoundID(got) != got || strings.HasSuffix(got, ">") != strings.HasSuffix(id, ">") {
			t.Errorf("%q", got)
		}
		seen[got] = true
	}
}

func inURL(text string) (n int) {
	for _, c := range []byte(text) {
		if n++; c <= ' ' || c >= 0x7f {
			n += 2
		}
	}
	return n
}
