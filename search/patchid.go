package search

import (
	"crypto/sha1"
	"encoding/hex"
	"hash"
	"strconv"
	"strings"
)

// maxPatchIDs is how many diffs of a mail get an id. Few mails have more than one.
const maxPatchIDs = 100

// appendPatchIDs appends the id of each diff in a text, as "git patch-id --stable" makes it: the sum, for each file, of
// the SHA-1 of its lines without white space and without what depends on the place of the change.
func appendPatchIDs(dst []string, text string) []string {
	for text != "" && len(dst) < maxPatchIDs {
		p := patchHash{sha: sha1.New(), before: inHeader, after: inHeader}
		text = p.read(text)
		if p.bytes > 0 {
			p.flush()
			dst = append(dst, hex.EncodeToString(p.sum[:]))
		}
	}
	return dst
}

// inHeader is how many lines of a hunk are left while there is none yet.
const inHeader = -1

// A patchHash reads one diff.
type patchHash struct {
	sha           hash.Hash
	sum           [sha1.Size]byte
	line          []byte // without white space; reused
	bytes         int    // how many were hashed
	before, after int    // how many lines of the hunk are left, of the file before and after; as the header says
	binary        bool
	old, new      string // ids of blobs
}

// read reads up to the end of the diff, and returns the text after that.
func (p *patchHash) read(text string) string {
	for text != "" {
		end := strings.IndexByte(text, '\n') + 1
		if end == 0 {
			end = len(text)
		}
		line := text[:end]
		text = text[end:]
		if p.endsAt(line) {
			break
		}
	}
	return text
}

// endsAt reads a line, and tells whether the diff has ended with or before it.
func (p *patchHash) endsAt(line string) bool {
	switch isNote := strings.HasPrefix(line, `\ `); {
	case isNote && len(line) > len(`\ No newline`):
		return false
	case startsCommit(line):
		return true
	case p.bytes == 0 && !strings.HasPrefix(line, "diff "):
		return false
	}
	if p.before == inHeader {
		if skip, end := p.header(line); skip || end {
			return end
		}
	}
	if p.binary {
		if strings.HasPrefix(line, "diff ") {
			p.binary, p.before = false, inHeader
		}
		return false
	}
	if p.before == 0 && p.after == 0 {
		switch {
		case strings.HasPrefix(line, "@@ -"):
			p.hunk(line)
			return false
		case !strings.HasPrefix(line, "diff "):
			return true
		}
		p.flush()
		p.before, p.after = inHeader, inHeader
	}
	p.add(line)
	return false
}

// startsCommit tells that a line names a commit, as "git log" and "git format-patch" write before each.
func startsCommit(line string) bool {
	for _, before := range []string{"commit ", "From "} {
		if id, ok := strings.CutPrefix(line, before); ok {
			line = id
			break
		}
	}
	return len(line) >= 40 && isHex(strings.ToLower(line[:40]))
}

// header reads a line between "diff" and the first hunk. Skip is true if it is not hashed.
func (p *patchHash) header(line string) (skip, end bool) {
	switch {
	case strings.HasPrefix(line, "GIT binary patch"), strings.HasPrefix(line, "Binary files"):
		p.binary, p.before = true, 0
		p.sha.Write([]byte(p.old + p.new))
		p.flush()
		return true, false
	case strings.HasPrefix(line, "index "):
		p.blobs(strings.TrimSuffix(line[len("index "):], "\n"))
		return true, false
	case strings.HasPrefix(line, "--- "):
		p.before, p.after = 1, 1
	case !isLetter(line[0]):
		return false, true
	}
	return false, false
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// blobs reads "OLD..NEW MODE".
func (p *patchHash) blobs(ids string) {
	if old, rest, ok := strings.Cut(ids, ".."); ok {
		p.old = old[:min(len(old), 64)]
		p.new, _, _ = strings.Cut(rest, " ")
		p.new = p.new[:min(len(p.new), 64)]
	}
}

// hunk reads the counts of "@@ -1,2 +3,4 @@". Without a count it is one line.
func (p *patchHash) hunk(line string) {
	rest, ok := readCount(line[len("@@ -"):], &p.before)
	if rest, isNext := strings.CutPrefix(rest, " +"); ok && isNext {
		readCount(rest, &p.after)
	}
}

// readCount reads "1,2" into count, and returns what follows. It is not ok if there is no number.
func readCount(s string, count *int) (rest string, ok bool) {
	n := digits(s)
	*count = 1
	if n < len(s) && s[n] == ',' {
		s = s[n+1:]
		n = digits(s)
		*count, _ = strconv.Atoi(s[:min(n, 9)])
	}
	return s[n:], n > 0
}

func digits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }

// add hashes a line of a hunk or of a header.
func (p *patchHash) add(line string) {
	switch line[0] {
	case '-':
		p.before--
	case '+':
		p.after--
	case ' ':
		p.before--
		p.after--
	}
	p.line = p.line[:0]
	for i := range len(line) {
		if c := line[i]; c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			p.line = append(p.line, c)
		}
	}
	p.bytes += len(p.line)
	p.sha.Write(p.line)
}

// flush adds the hash of one file to the sum, so that the order of files does not matter.
func (p *patchHash) flush() {
	carry := 0
	for i, b := range p.sha.Sum(nil) {
		carry += int(p.sum[i]) + int(b)
		p.sum[i] = byte(carry)
		carry >>= 8
	}
	p.sha.Reset()
}
