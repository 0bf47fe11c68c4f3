package ingest

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// decodeTransfer undoes a Content-Transfer-Encoding (RFC 2045, section 6) leniently: what cannot be decoded stays as
// it is. The result may share the memory of body.
func decodeTransfer(body []byte, encoding string) []byte {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		return decodeBase64(body)
	case "quoted-printable":
		return decodeQuoted(body)
	case "x-uuencode", "uuencode", "uue", "x-uue":
		return decodeUU(body)
	}
	return body
}

// decodeBase64 skips what is not of the alphabet. It stops at the padding, because lists put their footers after that
// as plain text. A single letter left over at the end means that this is not base64; then body stays as it is.
func decodeBase64(body []byte) []byte {
	letters := make([]byte, 0, len(body))
	padding := 0
	for _, c := range body {
		if base64Alphabet[c] {
			letters = append(letters, c)
			padding = 0
			continue
		}
		if c != '=' {
			continue
		}
		padding++
		if n := len(letters) % 4; n >= 2 && n+padding >= 4 {
			break
		}
	}
	if len(letters)%4 == 1 {
		return body
	}
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(letters)))
	n, _ := base64.RawStdEncoding.Decode(out, letters)
	return out[:n]
}

// base64Alphabet tells which bytes are letters of base64.
var base64Alphabet = func() (is [256]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		is[c] = true
	}
	return is
}()

// wordBase64 decodes the text of an encoded word. It is not ok if the length is impossible.
func wordBase64(text []byte) (decoded []byte, ok bool) {
	letters := 0
	for _, c := range text {
		if base64Alphabet[c] {
			letters++
		}
	}
	if letters%4 == 1 {
		return nil, false
	}
	return decodeBase64(text), true
}

// decodeQuoted undoes quoted-printable. An "=" that begins no escape stays, and so does white space at the end of a
// line.
func decodeQuoted(body []byte) []byte {
	out := make([]byte, 0, len(body))
	for len(body) > 0 {
		i := bytes.IndexByte(body, '=')
		if i < 0 {
			return append(out, body...)
		}
		out = append(out, body[:i]...)
		body = body[i+1:]
		switch {
		case len(body) == 0:
		case body[0] == '\n':
			body = body[1:]
		case body[0] == '=':
			out, body = append(out, '='), body[1:]
		case len(body) > 1 && isHex(body[0]) && isHex(body[1]):
			out, body = append(out, unhex(body[0])<<4|unhex(body[1])), body[2:]
		default:
			out = append(out, '=')
		}
	}
	return out
}

func isHex(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unhex(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// decodeUU undoes uuencode, from its "begin" line to its "end".
func decodeUU(body []byte) []byte {
	rest := body
	for !bytes.HasPrefix(rest, []byte("begin ")) {
		_, rest = nextLine(rest)
		if len(rest) == 0 {
			return body
		}
	}
	_, rest = nextLine(rest)
	out := make([]byte, 0, len(rest)*3/4)
	for len(rest) > 0 {
		var line []byte
		line, rest = nextLine(rest)
		line = chomp(line)
		if len(line) == 0 || string(line) == "end" {
			break
		}
		out = appendUULine(out, line)
	}
	return out
}

// appendUULine decodes one line: its length, then groups of four characters for three bytes.
func appendUULine(out, line []byte) []byte {
	left := int(line[0]-' ') & 0x3f
	for line = line[1:]; left > 0 && len(line) > 0; line = line[min(4, len(line)):] {
		var group [4]byte
		for i := range min(4, len(line)) {
			group[i] = (line[i] - ' ') & 0x3f
		}
		decoded := []byte{group[0]<<2 | group[1]>>4, group[1]<<4 | group[2]>>2, group[2]<<6 | group[3]}
		n := min(3, left)
		out = append(out, decoded[:n]...)
		left -= n
	}
	return out
}
