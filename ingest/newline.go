package ingest

import "bytes"

// unixLines turns CRLF and lone CR into LF, as Patchwork does with a mail before it reads it, and drops NULs, which
// RFC 5322 forbids. Text in base64 or quoted-printable keeps its CRs, since those are not bytes of the mail. The
// result may share the memory of raw.
func unixLines(raw []byte) []byte {
	first := bytes.IndexByte(raw, '\r')
	if first >= 0 {
		raw = singleCRs(raw)
	}
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

// singleCRs mends CR CR LF, the end of a line in which two programs in turn have made CRLF of LF. In the header it
// can be nothing else. In the body the CR may belong to a file, so it is mended there only if most lines of the
// header end like that.
func singleCRs(raw []byte) []byte {
	if !bytes.Contains(raw, crcrlf) {
		return raw
	}
	end := endOfHeader(raw)
	head, body := raw[:end], raw[end:]
	switch doubled := bytes.Count(head, crcrlf); {
	case doubled == 0:
		return raw
	case doubled*2 > bytes.Count(head, []byte{'\n'}):
		body = bytes.ReplaceAll(body, crcrlf, crcrlf[1:])
	}
	return append(bytes.ReplaceAll(head, crcrlf, crcrlf[1:]), body...)
}

var crcrlf = []byte("\r\r\n")

// endOfHeader is the end of the first empty line after other lines, whatever lines end with.
func endOfHeader(raw []byte) int {
	begun := false
	for at := 0; at < len(raw); {
		line, _ := nextLine(raw[at:])
		at += len(line)
		if len(bytes.Trim(line, "\r\n")) > 0 {
			begun = true
		} else if begun {
			return at
		}
	}
	return len(raw)
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
