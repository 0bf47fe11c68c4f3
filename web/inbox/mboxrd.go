package inbox

import (
	"bytes"
)

// appendMboxrd writes a mail as one of an mbox of the kind mboxrd: a line of text that begins with "From ", perhaps
// after some ">", gets one more ">", so that it can be taken off again. Lines end in LF.
//
// Fields of the header that say something of the file that the mail once was in are left out: they would be wrong.
func appendMboxrd(out, raw []byte) []byte {
	out = append(out, "From mboxrd@z Thu Jan  1 00:00:00 1970\n"...)
	if first, rest, ok := bytes.Cut(raw, []byte("\n")); ok && bytes.HasPrefix(first, []byte("From ")) {
		raw = rest
	}
	inHeader, skipping := true, false
	for len(raw) > 0 {
		line := raw
		if end := bytes.IndexByte(raw, '\n'); end >= 0 {
			line = raw[:end]
			raw = raw[end+1:]
		} else {
			raw = nil
		}
		line = bytes.TrimSuffix(line, []byte("\r"))
		if inHeader {
			if inHeader = len(line) > 0; inHeader {
				if skipping = isOfFile(line) || skipping && isFolded(line); skipping {
					continue
				}
			}
		}
		if isFromLine(line) {
			out = append(out, '>')
		}
		out = append(append(out, line...), '\n')
	}
	return append(out, '\n')
}

func isFolded(line []byte) bool { return line[0] == ' ' || line[0] == '\t' }

// isFromLine tells that a line begins with any number of ">" and then "From ".
func isFromLine(line []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From "))
}

// isOfFile tells that a line begins a field that describes a file, not the mail.
func isOfFile(line []byte) bool {
	name, _, ok := bytes.Cut(line, []byte(":"))
	if !ok || len(name) > len("content-length") {
		return false
	}
	switch string(bytes.ToLower(name)) {
	case "content-length", "lines", "bytes", "status", "x-status":
		return true
	}
	return false
}
