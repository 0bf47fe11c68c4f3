package postgres

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Whatever the bytes of a text, they come back, and the database can hold the form that they have meanwhile.
func TestTextComesBack(t *testing.T) {
	back := func(s string) (form string, ok bool) {
		form = toText(s)
		return form, fromText([]byte(form)) == s && utf8.ValidString(form)
	}
	for _, s := range []string{
		"", "plain", "\x00", "\x01", "\x010", "a\x00b\x01c", "caf\xe9", "\xf4\x8f\xbc\x80", "\xf4\x8f\xbf\xbf", "\xf4\x8f",
		"\U0010FF41", "\xff\x00\xfe", "\ufffd", "日本語\x00",
	} {
		form, ok := back(s)
		if !ok {
			t.Errorf("%q is %q, and comes back as %q", s, form, fromText([]byte(form)))
		}
		for _, c := range []byte(form) {
			if c == 0 {
				t.Errorf("the form of %q has a NUL: %q", s, form)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "text"))
		if form, ok := back(s); !ok {
			t.Fatalf("%q is %q, and comes back as %q", s, form, fromText([]byte(form)))
		}
	})
}

// Texts that PostgreSQL could hold as they are keep their order, NUL and U+0001 too.
func TestTextKeepsItsOrder(t *testing.T) {
	text := rapid.StringOf(rapid.RuneFrom([]rune{0, 1, 2, '0', '1', 'a', 'é', '語'}))
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		if (a < b) != (toText(a) < toText(b)) {
			t.Fatalf("%q and %q change their order", a, b)
		}
	})
}
