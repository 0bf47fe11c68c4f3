package ingest

import (
	"bytes"
	"strings"
)

// decodeHeader decodes the value of a field: raw bytes, encoded words (RFC 2047), folds. The result is UTF-8 without
// NUL. Every run of white space in it is one space, and it is trimmed.
//
// As in Patchwork, and unlike in RFC 2047 (section 5), an encoded word counts anywhere, even in quotes or right
// beside other text.
func decodeHeader(value []byte) string {
	value = dropNUL(value)
	if !bytes.Contains(value, []byte("=?")) {
		return fold(string(decodeRaw(value)))
	}
	return fold(string(dropNUL(joinWords(splitWords(value)))))
}

// A word is a piece of a header: of plain text, or of encoded words in one charset.
type word struct {
	text    []byte
	charset string
	encoded bool
}

// splitWords takes a value apart that holds "=?". White space between two encoded words vanishes. Encoded words in
// the same charset become one, so that a character may be divided between them.
func splitWords(value []byte) []word {
	var words []word
	for len(value) > 0 {
		var line []byte
		line, value = nextLine(value)
		line = bytes.TrimLeft(chomp(line), " \t")
		for len(line) > 0 {
			start, end, w, ok := findWord(line)
			if !ok {
				words = addPlain(words, line)
				break
			}
			if between := line[:start]; len(bytes.TrimSpace(between)) > 0 || !endsEncoded(words) {
				words = addPlain(words, between)
			}
			words = addEncoded(words, w)
			line = line[end:]
		}
	}
	return words
}

func endsEncoded(words []word) bool {
	return len(words) > 0 && words[len(words)-1].encoded
}

func addPlain(words []word, text []byte) []word {
	if len(text) == 0 {
		return words
	}
	if n := len(words); n > 0 && !words[n-1].encoded {
		last := &words[n-1]
		last.text = append(append(last.text[:len(last.text):len(last.text)], ' '), text...)
		return words
	}
	return append(words, word{text: text})
}

func addEncoded(words []word, w word) []word {
	if n := len(words); n > 0 && words[n-1].encoded && words[n-1].charset == w.charset {
		words[n-1].text = append(words[n-1].text, w.text...)
		return words
	}
	return append(words, w)
}

// findWord finds the first encoded word, "=?charset?Q or B?text?=", of a line. It passes over a word that cannot be
// decoded.
func findWord(line []byte) (start, end int, w word, ok bool) {
	for at := 0; ; {
		i := bytes.Index(line[at:], []byte("=?"))
		if i < 0 {
			return 0, 0, word{}, false
		}
		start = at + i
		name := start + 2
		q := bytes.IndexByte(line[name:], '?')
		if q < 0 {
			return 0, 0, word{}, false
		}
		text := name + q + 3
		if text > len(line) || line[text-1] != '?' || !strings.ContainsRune("qQbB", rune(line[text-2])) {
			at = name
			continue
		}
		n := bytes.Index(line[text:], []byte("?="))
		if n < 0 {
			return 0, 0, word{}, false
		}
		end = text + n + 2
		decoded, fine := decodeWord(line[text:text+n], line[text-2])
		if fine {
			w = word{text: decoded, charset: wordCharset(line[name : name+q]), encoded: true}
			if !isASCII(line[start:end]) {
				w.charset = "" // somebody wrote it by hand: the raw bytes may be in any charset
			}
			return start, end, w, true
		}
		at = end
	}
}

// wordCharset drops the language that RFC 2231 (section 5) puts after the charset of a word, "utf-8*en".
func wordCharset(name []byte) string {
	name, _, _ = bytes.Cut(name, []byte{'*'})
	return strings.ToLower(string(name))
}

func decodeWord(text []byte, encoding byte) (decoded []byte, ok bool) {
	if encoding == 'b' || encoding == 'B' {
		return wordBase64(text)
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '_':
			out = append(out, ' ')
		case c == '=' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
			out = append(out, unhex(text[i+1])<<4|unhex(text[i+2]))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return out, true
}

// joinWords joins the words. It puts a space between plain and encoded text that has none there, so that
// "=?utf-8?q?a?=b" is "a b".
func joinWords(words []word) []byte {
	var out []byte
	var ignored notes
	for i, w := range words {
		text := decodeText(w.text, w.charset, &ignored)
		if i > 0 && w.foreign() != words[i-1].foreign() && !spaced(out, text, w.foreign()) {
			out = append(out, ' ')
		}
		out = append(out, text...)
	}
	return out
}

// foreign tells whether the word is in a charset other than ASCII.
func (w word) foreign() bool {
	return w.encoded && w.charset != "us-ascii"
}

// spaced tells whether the plain side of a seam has a space, or a character that needs none.
func spaced(before, after []byte, afterForeign bool) bool {
	if afterForeign {
		return len(before) > 0 && needsNoSpace(before[len(before)-1])
	}
	return len(after) > 0 && needsNoSpace(after[0])
}

// needsNoSpace tells that c is white space, or one of the characters that RFC 822 has around comments.
func needsNoSpace(c byte) bool {
	return isSpace(rune(c)) && c < 0x80 || c == '(' || c == ')' || c == '\\'
}
