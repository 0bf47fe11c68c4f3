package difftext

import (
	"strconv"
	"strings"
)

// maxNumber bounds the numbers that are read from a hunk's header, so that sums stay far from overflow.
const maxNumber = 1 << 30

// beginHunk reads "@@ -a,b +c,d @@ section". Of a merge, "@@@ ... @@@", only the section counts.
func (r *reader) beginHunk() {
	line := r.line
	ats := len(line) - len(strings.TrimLeft(line, "@"))
	header, section, ok := strings.Cut(line[ats:], " "+line[:ats])
	if !ok {
		return
	}
	h := Hunk{Section: section, Merge: ats > 2, At: r.number}
	if !h.Merge {
		old, new, ok := strings.Cut(strings.TrimPrefix(header, " "), " ")
		if !ok || !readRange(old, '-', &h.OldStart, &h.OldCount) || !readRange(new, '+', &h.NewStart, &h.NewCount) {
			return
		}
	}
	r.at.Hunks = append(r.at.Hunks, h)
	r.hunk = &r.at.Hunks[len(r.at.Hunks)-1]
	r.belongs()
	r.old, r.new, r.from = h.OldCount, h.NewCount, len(r.lines)
	r.endHunkIfFull()
}

// readRange reads "-12,34" or "-12", where the count is 1.
func readRange(text string, sign byte, start, count *int) bool {
	if text == "" || text[0] != sign {
		return false
	}
	first, second, both := strings.Cut(text[1:], ",")
	*count = 1
	if both && !readNumber(second, count) {
		return false
	}
	return readNumber(first, start)
}

func readNumber(text string, to *int) bool {
	n, err := strconv.ParseUint(text, 10, 31)
	*to = int(n)
	return err == nil && n <= maxNumber
}

// stepHunk takes a line into the hunk. If it returns false, the hunk was shorter than its header says, and the line is
// something else.
func (r *reader) stepHunk() bool {
	mark := byte(' ')
	if r.line != "" {
		mark = r.line[0]
	}
	line := r.line
	if r.hunk.Merge {
		if r.line == "" || !strings.ContainsRune(" +-\\", rune(mark)) {
			r.hunk = nil
			return false
		}
		r.add(r.hunk, line)
		return true
	}
	switch mark {
	case ' ':
		r.old, r.new = r.old-1, r.new-1
		if line == "" || line == "\r" {
			line = " " + line // mail programs drop spaces at the ends of lines
		}
	case '-':
		r.old--
	case '+':
		r.new--
	case '\\':
	default:
		r.hunk = nil
		return false
	}
	if r.old < 0 || r.new < 0 {
		r.hunk = nil
		return false
	}
	r.add(r.hunk, line)
	r.endHunkIfFull()
	return true
}

func (r *reader) endHunkIfFull() {
	if !r.hunk.Merge && r.old <= 0 && r.new <= 0 {
		r.hunk = nil
	}
}
