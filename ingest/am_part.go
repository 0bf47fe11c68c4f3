package ingest

import (
	"bytes"
	"strings"
)

// lineFeeds turns CRLF into LF, as "git mailsplit" does. A lone CR stays: in a patch it is a byte of a file.
func lineFeeds(raw []byte) []byte {
	if bytes.IndexByte(raw, '\r') < 0 {
		return raw
	}
	return bytes.ReplaceAll(singleCRs(raw), crcrlf[1:], crcrlf[2:])
}

// forGit is the body of a part as git reads it: the bytes that were sent, not yet in any charset.
func (p part) forGit() []byte {
	text := p.body
	if p.beforeBoundary {
		text = append(text[:len(text):len(text)], '\n') // for git this LF belongs to the part
	}
	switch strings.ToLower(p.encoding) {
	case "quoted-printable":
		text = quotedForGit(text)
	default:
		text = decodeTransfer(text, p.encoding)
	}
	if strings.EqualFold(p.kind.params["format"], "flowed") {
		text = unflow(text, strings.EqualFold(p.kind.params["delsp"], "yes"))
	}
	if hasTransportCRs(text) {
		text = bytes.ReplaceAll(text, []byte("\r\n"), []byte{'\n'})
	}
	return endLine(text)
}

// endLine adds the LF that the last line lacks, without writing into memory that text shares.
func endLine(text []byte) []byte {
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(text[:len(text):len(text)], '\n')
	}
	return text
}

// hasTransportCRs tells that the CRs at the ends of lines belong to the mail and not to the files that the patch is
// for: the lines that git itself writes end with them too.
func hasTransportCRs(text []byte) bool {
	if !bytes.Contains(text, []byte("\r\n")) {
		return false
	}
	written := 0
	for rest := text; len(rest) > 0; {
		var line []byte
		line, rest = nextLine(rest)
		if hasPrefix(line, "--- ") || hasPrefix(line, "+++ ") || hasPrefix(line, "@@ ") || hasPrefix(line, "diff ") {
			if !bytes.HasSuffix(line, []byte("\r\n")) {
				return false
			}
			written++
		}
	}
	return written > 0 || bytes.Count(text, []byte("\r\n")) == bytes.Count(text, []byte{'\n'})
}

// quotedForGit undoes quoted-printable as git does. For git "==" is two characters, for Patchwork one.
func quotedForGit(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		i := bytes.IndexByte(text, '=')
		if i < 0 {
			return append(out, text...)
		}
		out, text = append(out, text[:i]...), text[i+1:]
		switch {
		case len(text) == 0:
		case text[0] == '\n':
			text = text[1:]
		case len(text) > 1 && isHex(text[0]) && isHex(text[1]):
			out, text = append(out, unhex(text[0])<<4|unhex(text[1])), text[2:]
		default:
			out = append(out, '=')
		}
	}
	return out
}

// unflow undoes format=flowed (RFC 3676). It removes the space before lines that would look like something else, and
// the breaks that follow a space, with that space if delsp is set. The "-- " of a signature stays.
func unflow(text []byte, delsp bool) []byte {
	out := make([]byte, 0, len(text))
	for len(text) > 0 {
		var line []byte
		line, text = nextLine(text)
		end := len(bytes.TrimSuffix(chomp(line), []byte{'\r'}))
		if string(line[:end]) == "-- " {
			if n := len(out); n > 0 && out[n-1] != '\n' {
				out = append(out, '\n')
			}
			out = append(out, line...)
			continue
		}
		if end > 0 && line[0] == ' ' {
			line, end = line[1:], end-1
		}
		if end == 0 || line[end-1] != ' ' {
			out = append(out, line...)
			continue
		}
		if delsp {
			end--
		}
		out = append(out, line[:end]...)
	}
	return out
}
