package ingest

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"strconv"
	"unicode/utf8"
)

// hashDiff is Patchwork's hash of a patch: the SHA-1 of its lines, without what differs when the same change is sent
// again. That is: line numbers, the first directory of file names, and everything that is not a line of a hunk.
// Clients find patches by this hash, so it has to agree with Patchwork's to the byte.
func hashDiff(diff []byte) string {
	h := sha1.New()
	buf := make([]byte, 0, 4096)
	var hunk hunk
	for rest := patchLines(diff); len(rest) > 0; {
		var line []byte
		line, rest = nextLine(rest)
		if buf = appendHashed(buf, chomp(line), &hunk); len(buf) > 2048 {
			h.Write(buf)
			buf = buf[:0]
		}
	}
	h.Write(buf)
	return hex.EncodeToString(h.Sum(nil))
}

// patchLines is a patch without CRs and outer white space.
func patchLines(diff []byte) []byte {
	if bytes.IndexByte(diff, '\r') >= 0 {
		diff = bytes.ReplaceAll(diff, []byte{'\r'}, nil)
	}
	return bytes.TrimFunc(diff, isSpace)
}

// appendHashed appends what counts of a line. h is memory for reading the header of a hunk.
func appendHashed(buf, line []byte, h *hunk) []byte {
	if len(line) == 0 {
		return buf
	}
	switch line[0] {
	case '-', '+', ' ':
		if mark, name, ok := fileLine(line); ok {
			buf = append(append(buf, mark...), ' ')
			buf = append(append(buf, topDirectory(mark)...), withoutTop(name)...)
			return append(buf, '\n')
		}
		return append(append(buf, line...), '\n')
	case '@':
		if h.parse(line) && len(h.old) == 1 {
			buf = strconv.AppendInt(append(buf, "@@ -"...), int64(h.old[0]), 10)
			buf = strconv.AppendInt(append(buf, " +"...), int64(h.new), 10)
			return append(buf, " @@\n"...)
		}
	}
	return buf
}

func topDirectory(mark []byte) string {
	if mark[0] == '-' {
		return "a/"
	}
	return "b/"
}

// fileLine reads "--- a/name" and "+++ b/name"; the name ends at white space.
func fileLine(line []byte) (mark, name []byte, ok bool) {
	if !hasPrefix(line, "--- ") && !hasPrefix(line, "+++ ") {
		return nil, nil, false
	}
	name = firstWord(line[4:])
	return line[:3], name, len(name) > 0
}

// firstWord is text up to the first white space.
func firstWord(text []byte) []byte {
	for i, c := range text {
		if c >= utf8.RuneSelf {
			break
		}
		if isSpace(rune(c)) {
			return text[:i]
		}
	}
	if i := bytes.IndexFunc(text, isSpace); i >= 0 {
		return text[:i]
	}
	return text
}

// withoutTop is a path without its first directory. If the path has no directory, the result is empty.
func withoutTop(path []byte) []byte {
	if i := bytes.IndexByte(path, '/'); i >= 0 {
		return path[i+1:]
	}
	return nil
}
