package postgres

import (
	"strings"
	"unicode/utf8"
)

// PostgreSQL's text holds neither a NUL nor bytes that are no UTF-8, and mails do. What it can't hold is written in
// another form, which no other text has and which leads back to the same bytes:
//
//   - NUL is written as U+0001 "0", and U+0001 itself as U+0001 "1". So texts keep their order.
//   - A byte that is no UTF-8 is written as the character U+10FF00 plus the byte. Each byte of one of these characters
//     that is in the text itself is written so too. They come after all others in the order of bytes, as these bytes
//     mostly do.
const (
	escape    = '\x01'
	firstByte = 0x10FF00 // the character of byte 0
	lastByte  = firstByte + 0xFF
)

// toText gives the form in which the database has a text.
func toText(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == 0:
			b.WriteString("\x010")
		case r == escape:
			b.WriteString("\x011")
		case r == utf8.RuneError && n == 1, firstByte <= r && r <= lastByte:
			for j := range n {
				b.WriteRune(firstByte + rune(s[i+j]))
			}
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// isPlain tells whether the database has a text as it is.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] <= escape || s[i] == lastLead {
			return false
		}
	}
	return utf8.ValidString(s)
}

// lastLead is the byte that the characters of bytes begin with in UTF-8, and hardly any other.
const lastLead = 0xF4

// fromText gives back what toText was given.
func fromText(s []byte) string {
	if !hasEscape(s) {
		return string(s)
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRune(s[i:])
		switch {
		case r == escape && i+1 < len(s):
			b = append(b, s[i+1]-'0')
			n = 2
		case firstByte <= r && r <= lastByte:
			b = append(b, byte(r-firstByte))
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return string(b)
}

func hasEscape(s []byte) bool {
	for _, c := range s {
		if c == escape || c == lastLead {
			return true
		}
	}
	return false
}
