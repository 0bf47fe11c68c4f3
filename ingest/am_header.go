package ingest

import (
	"bytes"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"patchwatch/track"
)

// fieldAsSent is the last field of that name, which is the one that git reads: unfolded into one line, otherwise as
// it was sent.
func fieldAsSent(h header, name string) string {
	all := h.all(name)
	if len(all) == 0 {
		return ""
	}
	lines := bytes.Split(dropNUL(all[len(all)-1]), []byte{'\n'})
	for i, line := range lines {
		line = bytes.TrimRight(line, " \t\r\v\f")
		if i > 0 && len(line) > 0 {
			line = append([]byte{' '}, line[1:]...)
		}
		lines[i] = line
	}
	return strings.TrimSpace(string(bytes.ReplaceAll(bytes.Join(lines, nil), []byte{'\r'}, []byte{' '})))
}

// textField is a field of text, such as Subject. If git could not decode it, it is decoded here and encoded again.
func textField(h header, name string) string {
	value := fieldAsSent(h, name)
	if gitReads(value) {
		return value
	}
	return encodeText(decodeHeader([]byte(value)))
}

// fromField is the field From, with the full name of the author, and the address in the letter case in which it was
// sent.
func fromField(h header, sender track.Person) string {
	value := fieldAsSent(h, "From")
	from := readPerson(decodeHeader([]byte(value)))
	if sender.Email != "" && sender.Email != strings.ToLower(from.Email) {
		return Mailbox(track.Person{Name: sender.Name, Email: asSpelled(h, sender.Email)})
	}
	if gitReads(value) {
		return value
	}
	return Mailbox(from)
}

// asSpelled is an address in the letter case that it has in the mail.
func asSpelled(h header, email string) string {
	for _, name := range []string{"X-Original-From", "X-Original-Sender", "Reply-To", "Cc"} {
		for _, value := range h.all(name) {
			text := decodeHeader(value)
			if i := strings.Index(strings.ToLower(text), email); i >= 0 && i+len(email) <= len(text) &&
				strings.EqualFold(text[i:i+len(email)], email) {
				return text[i : i+len(email)]
			}
		}
	}
	return email
}

// gitReads tells whether git can decode a header's value: it is UTF-8, and each "=?" in it begins an encoded word of a
// charset that git knows, without a NUL. At any other git stops reading the mail, or garbles it.
func gitReads(value string) bool {
	if !utf8.ValidString(value) {
		return false
	}
	for {
		_, rest, found := strings.Cut(value, "=?")
		if !found {
			return true
		}
		m := encodedWord.FindStringSubmatch(rest)
		if m == nil {
			return false
		}
		decoded, ok := decodeWord([]byte(m[3]), m[2][0])
		if !ok || bytes.IndexByte(decoded, 0) >= 0 || !gitConverts(decoded, m[1]) {
			return false
		}
		value = rest[len(m[0]):]
	}
}

var (
	encodedWord   = regexp.MustCompile(`^([^?]*)\?([qQbB])\?(.*?)\?=`)
	commonCharset = regexp.MustCompile(`(?i)^(utf-?8|us-ascii|iso-8859-\d+|windows-125\d|koi8-[ru]|` +
		`gb(2312|k|18030)|big5|euc-(jp|kr)|iso-2022-(jp|kr)|shift[_-]jis)$`)
)

// Mailbox writes a person as the value of a header field (RFC 5322, 3.4); empty without an address.
func Mailbox(p track.Person) string {
	switch encoded := encodeText(p.Name); {
	case p.Email == "":
		return ""
	case p.Name == "":
		return "<" + p.Email + ">"
	case encoded != p.Name:
		return encoded + " <" + p.Email + ">"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(p.Name) + `" <` + p.Email + ">"
}

// encodeText encodes text that is not ASCII (RFC 2047), or that looks as if it were encoded.
func encodeText(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if !strings.Contains(text, "=?") {
		return mime.QEncoding.Encode("utf-8", text)
	}
	words := strings.Split(text, " ")
	for i, w := range words {
		if strings.Contains(w, "=?") {
			words[i] = "=?utf-8?q?" + quoteWord(w) + "?="
		} else {
			words[i] = mime.QEncoding.Encode("utf-8", w)
		}
	}
	return strings.Join(words, " ")
}

// quoteWord escapes every byte that is not a letter or digit, as RFC 2047 (4.2) allows everywhere.
func quoteWord(word string) string {
	var b strings.Builder
	for i := range len(word) {
		if c := word[i]; isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' {
			b.WriteByte(c)
		} else {
			b.WriteString("=" + hexByte(c))
		}
	}
	return b.String()
}

func hexByte(c byte) string {
	const digits = "0123456789ABCDEF"
	return string([]byte{digits[c>>4], digits[c&15]})
}
