package term

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"
)

// JSON writes a value for programs, indented, and safe to look at.
func JSON(w io.Writer, v any) error {
	e := json.NewEncoder(&jsonEscaper{to: w})
	e.SetEscapeHTML(false) // Message-IDs keep their angle brackets
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// JSONLine writes a value for programs that read line by line, safe to look at.
func JSONLine(w io.Writer, v any) error {
	e := json.NewEncoder(&jsonEscaper{to: w})
	e.SetEscapeHTML(false) // Message-IDs keep their angle brackets
	return e.Encode(v)
}

// CleanJSON makes a line of JSON safe on a terminal. Its meaning as JSON stays the same.
func CleanJSON(line []byte) []byte {
	if !slices.ContainsFunc(line, func(b byte) bool { return b >= 0x7f }) {
		return line
	}
	var out bytes.Buffer
	_, _ = (&jsonEscaper{to: &out}).Write(line) // a Buffer takes all
	return out.Bytes()
}

// jsonEscaper passes JSON on, with dangerous characters in its strings as \u escapes. A program reads the same value
// from it, and it is safe on a terminal. Outside strings there are no such characters, and encoding/json has escaped
// C0 already.
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
