package ingest

import (
	"bytes"
	"strconv"
)

// A hunk counts down its remaining lines. The hunk of a merge has a count and a column for each parent.
type hunk struct {
	old []int
	new int
}

// parse reads "@@ -a,b +c,d @@", or "@@@ -a,b -c,d +e,f @@@" of a merge of two. A count that is left out is 1. If ok
// is false, h is no hunk.
func (h *hunk) parse(line []byte) (ok bool) {
	ats := 0
	for ats < len(line) && line[ats] == '@' {
		ats++
	}
	if ats < 2 || ats > maxParents+1 {
		return false
	}
	mark, rest := line[:ats], line[ats:]
	h.old = h.old[:0]
	for range ats - 1 {
		var n int
		if n, rest, ok = hunkRange(rest, " -"); !ok {
			return false
		}
		h.old = append(h.old, n)
	}
	if h.new, rest, ok = hunkRange(rest, " +"); !ok {
		return false
	}
	rest, ok = bytes.CutPrefix(rest, []byte{' '})
	return ok && bytes.HasPrefix(rest, mark)
}

// maxParents is how many parents a merge may have. Linux once merged sixty-six.
const maxParents = 100

// hunkRange reads "12,34" after its sign; 34 is the number of lines.
func hunkRange(s []byte, sign string) (count int, rest []byte, ok bool) {
	if !hasPrefix(s, sign) {
		return 0, nil, false
	}
	first, rest := cutDigits(s[len(sign):])
	if len(first) == 0 {
		return 0, nil, false
	}
	if len(rest) < 2 || rest[0] != ',' || !isDigit(rest[1]) {
		return 1, rest, true
	}
	second, rest := cutDigits(rest[1:])
	return saturate(string(second)), rest, true
}

func cutDigits(s []byte) (digits, rest []byte) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return s[:i], s[i:]
}

// count takes one line of the hunk off the remaining ones, and tells whether that was the last.
func (h *hunk) count(line []byte) (ended bool) {
	if !isNoNewline(line) {
		h.countLine(line)
	}
	if h.new > 0 {
		return false
	}
	for _, n := range h.old {
		if n > 0 {
			return false
		}
	}
	return true
}

// countLine looks at the columns. A line with a "-" in any of them was in the parents of those columns. Any other
// line is in the result, and was in the parents whose column has no "+".
func (h *hunk) countLine(line []byte) {
	columns := line[:min(len(h.old), len(line))]
	if bytes.IndexByte(columns, '-') >= 0 {
		for i, c := range columns {
			if c == '-' {
				h.old[i]--
			}
		}
		return
	}
	h.new--
	for i := range h.old {
		if i >= len(columns) || columns[i] != '+' {
			h.old[i]--
		}
	}
}

// maxNumber is the largest number that is read from a mail, so that any database can hold it.
const maxNumber = 1<<31 - 1

// saturate reads digits. A number above maxNumber becomes maxNumber.
func saturate(digits string) int {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > maxNumber {
		return maxNumber
	}
	return int(n)
}
