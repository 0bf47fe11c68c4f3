package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Text from mail must not move the cursor, colour the screen, or turn the line's direction round. What could is shown
// as a visible escape.

// dangerous tells of control characters (C0, DEL, C1), format characters such as the bidirectional overrides and
// zero-width ones, line separators, and what is not a character at all.
func dangerous(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError
}

// printable makes one line of any text.
func printable(text string) string { return escape(text, func(r rune) bool { return r == '\t' }) }

// printableText keeps line ends and tabs, for the bodies of mails.
func printableText(text string) string {
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

// columns is how many cells of a terminal a printable text takes.
func columns(text string) int {
	n := 0
	for _, r := range text {
		n += runeColumns(r)
	}
	return n
}

func runeColumns(r rune) int {
	if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// shorten cuts a printable text to so many cells, and shows that it did.
func shorten(text string, cells int) string {
	if cells < 1 || columns(text) <= cells {
		return text
	}
	used := 0
	for i, r := range text {
		if used+runeColumns(r) > cells-1 {
			return text[:i] + "…"
		}
		used += runeColumns(r)
	}
	return text
}

// jsonEscaper writes JSON on, with dangerous characters inside its strings as \u escapes: the same value to whoever
// parses it, and safe on a terminal. Such characters stand only in strings; encoding/json has escaped C0 already.
type jsonEscaper struct {
	to   io.Writer
	rest []byte // the beginning of a character whose end is in the next Write
}

func (e *jsonEscaper) Write(p []byte) (int, error) {
	text := append(e.rest, p...)
	e.rest = nil
	var out []byte
	for i := 0; i < len(text); {
		if text[i] < 0x7f {
			out = append(out, text[i])
			i++
			continue
		}
		if !utf8.FullRune(text[i:]) {
			e.rest = append(e.rest, text[i:]...)
			break
		}
		r, size := utf8.DecodeRune(text[i:])
		if dangerous(r) && r != utf8.RuneError {
			out = appendJSONEscape(out, r)
		} else {
			out = append(out, text[i:i+size]...)
		}
		i += size
	}
	if _, err := e.to.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

func appendJSONEscape(out []byte, r rune) []byte {
	if r > 0xffff { // a pair of surrogates, as RFC 8259 section 7 has it
		r -= 0x10000
		return fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+(r>>10), 0xdc00+(r&0x3ff))
	}
	return fmt.Appendf(out, `\u%04x`, r)
}
