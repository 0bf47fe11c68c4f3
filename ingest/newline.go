package ingest

import "bytes"

// unixLines turns CRLF and lone CR into LF, as Patchwork does with a mail before it reads it, and drops NULs, which RFC 5322
// forbids. What is in base64 or quoted-printable keeps its CRs, since those are not bytes of the mail. The result may share
// raw's memory.
func unixLines(raw []byte) []byte {
	first := bytes.IndexByte(raw, '\r')
	if nul := bytes.IndexByte(raw, 0); first < 0 || 0 <= nul && nul < first {
		first = nul
	}
	if first < 0 {
		return raw
	}
	out := append(make([]byte, 0, len(raw)), raw[:first]...)
	for i := first; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '\r':
			out = append(out, '\n')
			if i+1 < len(raw) && raw[i+1] == '\n' {
				i++
			}
		case c != 0:
			out = append(out, c)
		}
	}
	return out
}

// nextLine is the first line of data with its LF, and what follows.
func nextLine(data []byte) (line, rest []byte) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return data[:i+1], data[i+1:]
	}
	return data, nil
}

// chomp is line without its LF.
func chomp(line []byte) []byte {
	return bytes.TrimSuffix(line, []byte{'\n'})
}
