package ingest

import (
	"bytes"
	"encoding/base64"
	"unicode/utf16"
	"unicode/utf8"
)

// decodeUTF7 decodes RFC 2152: ASCII, and runs of base64 between "+" and "-" that hold UTF-16. A run that cannot be
// decoded stays as it is.
func decodeUTF7(raw []byte) []byte {
	raw = guessCharset(raw) // the bytes should be ASCII, but they may not be
	out := make([]byte, 0, len(raw))
	for len(raw) > 0 {
		i := bytes.IndexByte(raw, '+')
		if i < 0 {
			return append(out, raw...)
		}
		out = append(out, raw[:i]...)
		n := 1
		for i+n < len(raw) && base64Alphabet[raw[i+n]] {
			n++
		}
		run := raw[i+1 : i+n]
		ended := i+n < len(raw) && raw[i+n] == '-'
		if len(run) == 0 {
			out = append(out, '+')
		} else {
			out = appendUTF16(out, run)
		}
		raw = raw[i+n:]
		if ended {
			raw = raw[1:]
		}
	}
	return out
}

// appendUTF16 appends the characters of a run of base64.
func appendUTF16(out, run []byte) []byte {
	decoded, err := base64.RawStdEncoding.AppendDecode(nil, run)
	if err != nil {
		return append(append(out, '+'), run...)
	}
	units := make([]uint16, 0, len(decoded)/2)
	for ; len(decoded) >= 2; decoded = decoded[2:] {
		units = append(units, uint16(decoded[0])<<8|uint16(decoded[1]))
	}
	for _, r := range utf16.Decode(units) {
		out = utf8.AppendRune(out, r)
	}
	return out
}
