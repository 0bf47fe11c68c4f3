package term

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// dangerous reports control characters (C0, DEL, C1), format characters such as bidirectional overrides and
// zero-width ones, line separators, and what is not a character at all.
func dangerous(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
}

// Printable makes one line of any text.
func Printable(text string) string { return escape(text, func(r rune) bool { return r == '\t' }) }

// PrintableText keeps line ends and tabs, for the bodies of mails.
func PrintableText(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return escape(text, func(r rune) bool { return r == '\n' || r == '\t' })
}

func escape(text string, allowed func(rune) bool) string {
	clean := true
	for _, r := range text {
		if dangerous(r) && !allowed(r) {
			clean = false
			break
		}
	}
	if clean {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case !dangerous(r) || allowed(r):
			b.WriteRune(r)
		case r == utf8.RuneError:
			b.WriteRune(r) // U+FFFD itself is harmless, and is what broken bytes become
		case r == '\n' || r == '\r':
			b.WriteByte(' ')
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// PrintableWriter makes what is written through it harmless. Each Write must have whole characters.
type PrintableWriter struct{ To io.Writer }

func (w PrintableWriter) Write(p []byte) (int, error) {
	_, err := io.WriteString(w.To, PrintableText(string(p)))
	return len(p), err
}
