package ingest

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding/charmap"
)

// decodeText turns bytes of the named charset into UTF-8 without NUL. If the charset is unknown, or the bytes are not
// in it, decodeText guesses; it never drops text. The result may share the memory of raw.
func decodeText(raw []byte, name string, notes *notes) []byte {
	return dropNUL(decodeCharset(raw, strings.ToLower(name), notes))
}

func decodeCharset(raw []byte, name string, notes *notes) []byte {
	name = canonicalCharset(name)
	if isASCII(raw) && !isStateful(name) {
		return raw
	}
	switch name {
	case "":
		return guessCharset(raw)
	case "utf-8", "us-ascii":
		return decodeUTF8(raw, name, notes)
	case "utf-7":
		return decodeUTF7(raw)
	case "iso-8859-1":
		return fromLatin1(raw)
	case "windows-1252":
		return guess1252(raw)
	}
	return decodeOther(raw, name, notes)
}

// decodeUTF8 is for text that claims to be UTF-8 or ASCII.
func decodeUTF8(raw []byte, name string, notes *notes) []byte {
	if utf8.Valid(raw) {
		if name == "us-ascii" {
			notes.add("8-bit text labelled us-ascii")
		}
		return raw
	}
	notes.add("text isn't in its charset")
	return mendUTF8(raw)
}

// decodeOther asks go-message's table. Its decoders put U+FFFD where bytes make no sense. If there are any, UTF-8
// under a wrong label is more likely; otherwise a few such marks in a legible text are better than the letters of
// another charset.
func decodeOther(raw []byte, name string, notes *notes) []byte {
	r, err := charset.Reader(name, bytes.NewReader(raw))
	if err != nil {
		notes.add("unknown charset")
		return guessCharset(raw)
	}
	out, err := readAll(r, len(raw))
	if err != nil || !utf8.Valid(out) {
		notes.add("text isn't in its charset")
		return guessCharset(raw)
	}
	if bytes.Contains(out, replacement) && strings.HasPrefix(name, "iso-8859-") {
		out = withC1(raw, name)
	}
	if n := bytes.Count(out, replacement); n > 0 {
		notes.add("text isn't in its charset")
		if utf8.Valid(raw) || n*4 > len(out) {
			return guessCharset(raw)
		}
	}
	if isJapanese(name) {
		return []byte(jisSigns.Replace(string(out)))
	}
	return out
}

var replacement = []byte("\uFFFD")

// withC1 decodes text of an ISO 8859 charset in which 0x80 to 0x9f are control codes, as the standard says, and not
// errors, as the table says.
func withC1(raw []byte, name string) []byte {
	out := make([]byte, 0, len(raw)+len(raw)/8)
	for start := 0; start < len(raw); {
		end := start
		for end < len(raw) && !isC1(raw[end]) {
			end++
		}
		out = append(out, decodeRun(raw[start:end], name)...)
		for start = end; start < len(raw) && isC1(raw[start]); start++ {
			out = utf8.AppendRune(out, rune(raw[start]))
		}
	}
	return out
}

func isC1(c byte) bool { return 0x80 <= c && c < 0xa0 }

func decodeRun(raw []byte, name string) []byte {
	if isASCII(raw) {
		return raw
	}
	r, err := charset.Reader(name, bytes.NewReader(raw))
	if err != nil {
		return guessCharset(raw)
	}
	out, _ := readAll(r, len(raw))
	return out
}

// readAll reads up to maxText.
func readAll(r io.Reader, size int) ([]byte, error) {
	buf := bytes.NewBuffer(make([]byte, 0, size+size/2+bytes.MinRead))
	_, err := buf.ReadFrom(io.LimitReader(r, maxText))
	return bytes.ToValidUTF8(buf.Bytes(), replacement), err
}

// isJapanese names the charsets that are made of JIS X 0208.
func isJapanese(name string) bool {
	return strings.HasPrefix(name, "iso-2022-jp") || name == "euc-jp" || name == "shift_jis"
}

// jisSigns replaces the characters that Microsoft, and so the table, chose for some signs of JIS X 0208. The new ones
// are those that the standard names and Patchwork has.
var jisSigns = strings.NewReplacer("\uFF5E", "\u301C", "\u2225", "\u2016", "\uFF0D", "\u2212", "\uFFE0", "\u00A2",
	"\uFFE1", "\u00A3", "\uFFE2", "\u00AC")

// guess1252 is for text that claims to be windows-1252, but may have a byte that the charset leaves undefined.
func guess1252(raw []byte) []byte {
	if out, ok := fromWindows1252(raw); ok {
		return out
	}
	return guessCharset(raw)
}

// guessCharset is for text of no charset or of an unknown one: UTF-8, otherwise windows-1252, otherwise ISO-8859-1,
// which cannot fail.
func guessCharset(raw []byte) []byte {
	if utf8.Valid(raw) {
		return raw
	}
	if out, ok := fromWindows1252(raw); ok {
		return out
	}
	return fromLatin1(raw)
}

// mendUTF8 keeps what is UTF-8 and takes each stray byte for windows-1252: most such text has been put together from
// two sources, for example by a list that adds a footer.
func mendUTF8(raw []byte) []byte {
	out := make([]byte, 0, len(raw)+len(raw)/8)
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		if r == utf8.RuneError && size == 1 {
			out = utf8.AppendRune(out, windows1252(raw[0]))
		} else {
			out = append(out, raw[:size]...)
		}
		raw = raw[size:]
	}
	return out
}

func fromLatin1(raw []byte) []byte {
	return fromBytes(raw, charmap.ISO8859_1.DecodeByte)
}

// fromWindows1252 is not ok where raw has one of the five bytes that the charset leaves undefined.
func fromWindows1252(raw []byte) (out []byte, ok bool) {
	for _, c := range raw {
		if isC1(c) && charmap.Windows1252.DecodeByte(c) == utf8.RuneError {
			return nil, false
		}
	}
	return fromBytes(raw, charmap.Windows1252.DecodeByte), true
}

// windows1252 decodes a byte. The five that the charset leaves undefined are control codes, as in ISO-8859-1.
func windows1252(c byte) rune {
	if r := charmap.Windows1252.DecodeByte(c); r != utf8.RuneError {
		return r
	}
	return rune(c)
}

// fromBytes decodes a charset of single bytes, up to maxText.
func fromBytes(raw []byte, decode func(byte) rune) []byte {
	size := 0
	for i, c := range raw {
		size += utf8.RuneLen(decode(c))
		if size > maxText {
			raw = raw[:i]
			break
		}
	}
	out := make([]byte, 0, size)
	for _, c := range raw {
		out = utf8.AppendRune(out, decode(c))
	}
	return out
}

// isStateful tells that in a charset of this name bytes of ASCII can mean other letters.
func isStateful(name string) bool {
	for _, prefix := range []string{
		"iso-2022", "hz", "utf-7", "utf-16", "utf-32", "utf16", "utf32", "ibm", "cp037", "ucs",
	} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func isASCII(raw []byte) bool {
	for len(raw) >= 8 {
		if raw[0]|raw[1]|raw[2]|raw[3]|raw[4]|raw[5]|raw[6]|raw[7] >= utf8.RuneSelf {
			return false
		}
		raw = raw[8:]
	}
	for _, c := range raw {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// dropNUL removes NULs, which databases and C programs take for an end of text.
func dropNUL(text []byte) []byte {
	if bytes.IndexByte(text, 0) < 0 {
		return text
	}
	return bytes.ReplaceAll(text, []byte{0}, nil)
}
