package ingest

import (
	"bytes"
)

// A split is a text taken apart into the words and the patch between them. Each line of the patch has its LF, even if
// the last line of the text had none. All of them may share the memory of the text.
type split struct {
	text, diff []byte
	swallowed  []byte // lines of text that became a part of diff: see stepSuspect
}

// splitPatch finds the patch in a text. It reads line by line as Patchwork does, and exactly so where Patchwork is
// right, since the hash of a patch depends on it: the state says what the line before was and what may follow.
//
// Unlike in Patchwork, the hunks of a merge ("diff --cc") belong to the patch, and a "Binary files differ" is one.
func splitPatch(text []byte) split {
	if !mayHoldPatch(text) {
		return split{text: text}
	}
	r := patchReader{src: text, state: inText}
	for at := 0; at <= len(text); { // an LF at the end begins one more, empty, line
		end := len(text)
		if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
			end = at + i
		}
		r.line = span{at, end + 1}
		r.step(text[at:end])
		at = end + 1
	}
	r.toText()
	s := split{text: r.bytes(r.text), diff: r.bytes(r.diff)}
	if len(s.diff) > 0 {
		s.swallowed = r.bytes(r.swallowed)
	}
	return s
}

// mayHoldPatch quickly says no to text without a line that could begin a patch.
func mayHoldPatch(text []byte) bool {
	for _, begin := range []string{"--- ", "diff ", "Index: "} {
		if bytes.HasPrefix(text, []byte(begin)) || bytes.Contains(text, []byte("\n"+begin)) {
			return true
		}
	}
	return false
}

type patchState int

const (
	inText   patchState = iota
	suspect             // saw "diff " or "Index: ", so a patch may begin
	minus               // saw "--- "
	plus                // saw "+++ ", or a hunk has ended: a hunk may begin
	inHunk              // counts its lines down
	meta                // in git's extended header
	inBinary            // in git's binary patch
)

// A patchReader holds the patch and the text so far, and the pending lines, which may turn out to be either.
type patchReader struct {
	src   []byte
	line  span // at hand, with its LF
	state patchState

	text, diff, pending, swallowed spans
	prose                          spans // of pending: lines that no patch header has

	hunk  hunk
	hunks int // that have ended
}

func (r *patchReader) step(line []byte) {
	switch r.state {
	case inText:
		r.stepText(line)
	case suspect:
		r.stepSuspect(line)
	case minus:
		r.stepMinus(line)
	case plus:
		r.stepPlus(line)
	case inHunk:
		r.stepHunk(line)
	case meta:
		r.stepMeta(line)
	case inBinary:
		r.stepBinary(line)
	}
}

func (r *patchReader) stepText(line []byte) {
	switch {
	case hasPrefix(line, "diff "), hasPrefix(line, "Index: "):
		r.wait(suspect)
	case hasPrefix(line, "--- "):
		r.wait(minus)
	default:
		r.text.add(r.line)
	}
}

// stepSuspect also notes what looks like lines of a message: if a line of the message begins with "diff ", the rest
// of the message becomes a part of the patch (getpatchwork/patchwork#462).
func (r *patchReader) stepSuspect(line []byte) {
	switch {
	case hasPrefix(line, "--- "):
		r.wait(minus)
	case isExtended(line):
		r.wait(meta)
	case isBinaryNotice(line) && r.afterDiffLine():
		r.toDiff(meta)
	default:
		r.prose.add(r.line)
		r.wait(suspect)
	}
}

func (r *patchReader) stepMinus(line []byte) {
	switch {
	case hasPrefix(line, "+++ "):
		r.wait(plus)
	case r.hunks > 0:
		r.wait(suspect)
	default:
		r.backToText()
	}
}

func (r *patchReader) stepPlus(line []byte) {
	if r.hunk.parse(line) {
		r.toDiff(inHunk)
		return
	}
	switch {
	case hasPrefix(line, "--- "):
		r.toDiff(minus)
	case r.hunks > 0 && isNoNewline(line):
		r.diff.add(r.line)
	case r.hunks > 0:
		r.wait(suspect)
	default:
		r.backToText()
	}
}

func (r *patchReader) stepHunk(line []byte) {
	r.diff.add(r.line)
	if r.hunk.count(line) {
		r.state = plus
		r.hunks++
	}
}

func (r *patchReader) stepMeta(line []byte) {
	switch {
	case isExtended(line), isBinaryNotice(line):
		r.toDiff(meta)
	case hasPrefix(line, "--- "):
		r.toDiff(minus)
	case hasPrefix(line, "GIT binary patch"):
		r.toDiff(inBinary)
	default:
		r.wait(suspect)
	}
}

// stepBinary goes back to text at the next file: what follows the "diff " line there decides.
func (r *patchReader) stepBinary(line []byte) {
	if hasPrefix(line, "diff") {
		r.wait(inText)
		return
	}
	r.toDiff(inBinary)
}

// wait leaves the line pending.
func (r *patchReader) wait(next patchState) {
	r.pending.add(r.line)
	r.state = next
}

// toDiff makes the pending lines and this one a part of the patch.
func (r *patchReader) toDiff(next patchState) {
	r.diff.addAll(&r.pending)
	r.swallowed.addAll(&r.prose)
	r.diff.add(r.line)
	r.state = next
}

// backToText makes the pending lines and this one text.
func (r *patchReader) backToText() {
	r.toText()
	r.text.add(r.line)
	r.state = inText
}

func (r *patchReader) toText() {
	r.text.addAll(&r.pending)
	r.prose = r.prose[:0]
}

// afterDiffLine tells whether the last pending line begins with "diff ".
func (r *patchReader) afterDiffLine() bool {
	if len(r.pending) == 0 {
		return false
	}
	last := r.pending[len(r.pending)-1]
	lines := chomp(r.src[last.start:last.end])
	return hasPrefix(lines[bytes.LastIndexByte(lines, '\n')+1:], "diff ")
}

var extended = []string{
	"old mode ", "new mode ", "deleted file mode ", "new file mode ", "copy from ", "copy to ", "rename from ",
	"rename to ", "similarity index ", "dissimilarity index ", "index ",
}

// isExtended tells a line of git's extended header.
func isExtended(line []byte) bool {
	for _, begin := range extended {
		if hasPrefix(line, begin) {
			return true
		}
	}
	return false
}

// isBinaryNotice tells that a line is what diff says of binary files that it does not show.
func isBinaryNotice(line []byte) bool {
	return hasPrefix(line, "Binary files ") && bytes.HasSuffix(bytes.TrimRight(line, "\r"), []byte(" differ"))
}

func isNoNewline(line []byte) bool { return hasPrefix(line, `\ No newline at end of file`) }

func hasPrefix(line []byte, prefix string) bool {
	return len(line) >= len(prefix) && string(line[:len(prefix)]) == prefix
}

// A span is a range of a text. Its end may be one past the text, for the LF that the last line lacks.
type span struct{ start, end int }

// spans are ranges in an order of their own. Adjoining ones are merged.
type spans []span

func (s *spans) add(next span) {
	if n := len(*s); n > 0 && (*s)[n-1].end == next.start {
		(*s)[n-1].end = next.end
		return
	}
	*s = append(*s, next)
}

// addAll moves all of other here.
func (s *spans) addAll(other *spans) {
	for _, next := range *other {
		s.add(next)
	}
	*other = (*other)[:0]
}

// bytes is the text of the spans.
func (r *patchReader) bytes(s spans) []byte {
	if len(s) == 1 && s[0].end <= len(r.src) {
		return r.src[s[0].start:s[0].end]
	}
	size := 0
	for _, p := range s {
		size += p.end - p.start
	}
	out := make([]byte, 0, size)
	for _, p := range s {
		out = append(out, r.src[p.start:min(p.end, len(r.src))]...)
		if p.end > len(r.src) {
			out = append(out, '\n')
		}
	}
	return out
}
