// Package termtest has what tests hold output against that is written to a terminal.
package termtest

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Harmful names the first control or format character of a text, where it is; line ends and tabs are none.
func Harmful(text string) string {
	for i, r := range text {
		switch {
		case r == '\n' || r == '\t':
		case unicode.IsControl(r), unicode.In(r, unicode.Bidi_Control, unicode.Cf, unicode.Zl, unicode.Zp):
			return fmt.Sprintf("%U at byte %d, in %q", r, i, text[max(0, i-30):min(len(text), i+30)])
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd"):
			return fmt.Sprintf("a broken byte %#x at byte %d", text[i], i)
		}
	}
	return ""
}
