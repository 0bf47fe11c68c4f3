package remarks

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// keyOf is what a line and its quotation have in common: the text without marks of quotation at its beginning, and
// without any white space.
func keyOf(text string) string {
	text = unmarked(text)
	if !hasSpace(text) {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range text {
		if !isBlank(r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// unmarked is a text without the marks of quotation at its beginning.
func unmarked(text string) string {
	for {
		rest := strings.TrimLeft(text, " \t\u00a0")
		if !strings.HasPrefix(rest, ">") {
			return rest
		}
		text = rest[1:]
	}
}

// isBlank tells white space, and what a program may put in its place.
func isBlank(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' || r == utf8.RuneError
}

func hasSpace(text string) bool {
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c >= 0x80 {
			return true
		}
	}
	return false
}

// isEmpty tells a line that says nothing, quoted or not.
func isEmpty(text string) bool { return keyOf(text) == "" }
