package mailtext

import (
	"strconv"
	"strings"
)

// diffState tells which lines belong to a diff. The head of a hunk says how many lines it has, so that what follows the
// last one is text again, as it is for patch and git apply.
type diffState struct {
	inFile bool  // the lines before the first hunk of a file
	left   []int // lines of the hunk that are still to come: of each old version, then of the new one
	binary bool
}

// next says of which kind the next line is; Words if it belongs to no diff. after is the line after it.
func (d *diffState) next(line, after string) Kind {
	switch {
	case d.inHunk():
		if kind, ok := d.hunkLine(line); ok {
			return kind
		}
		d.left = nil
	case strings.HasPrefix(line, `\ `) && d.left != nil:
		return Context
	}
	if d.binary && line != "" && !strings.HasPrefix(line, "-- ") && !strings.HasPrefix(line, "diff ") {
		return Context
	}
	if left, ok := hunkHead(line); ok && (d.inFile || d.left != nil) {
		d.left, d.inFile, d.binary = left, false, false
		return Hunk
	}
	if opensFile(line, after) || d.inFile && belongsToFile(line) {
		d.left, d.inFile, d.binary = nil, true, opensBinary(line)
		return File
	}
	if d.binary && line == "" { // between the two halves of a binary patch
		return d.afterBinary()
	}
	*d = diffState{}
	return Words
}

func (d *diffState) afterBinary() Kind {
	d.binary, d.inFile = false, true
	return Context
}

func (d *diffState) inHunk() bool {
	for _, n := range d.left {
		if n > 0 {
			return true
		}
	}
	return false
}

// hunkLine reads a line of a hunk. It begins with a character for each old version: "-" is only in those that have it,
// "+" is only in the new one.
func (d *diffState) hunkLine(line string) (Kind, bool) {
	parents := len(d.left) - 1
	if strings.HasPrefix(line, `\`) {
		return Context, true
	}
	marks := line
	if len(marks) > parents {
		marks = marks[:parents]
	}
	if marks == "" { // programs take the only space off an empty line
		marks = strings.Repeat(" ", parents)
	}
	if strings.Trim(marks, " +-\t") != "" {
		return Words, false
	}
	kind := Context
	switch {
	case strings.Contains(marks, "-"):
		kind = Removed
	case strings.Contains(marks, "+"):
		kind = Added
	}
	for i := range d.left[:parents] {
		mark := byte(' ')
		if i < len(marks) {
			mark = marks[i]
		}
		if mark == '-' || kind != Removed && mark != '+' {
			d.left[i]--
		}
	}
	if kind != Removed {
		d.left[parents]--
	}
	return kind, true
}

// maxParents is how many versions a combined diff may be against.
const maxParents = 16

// hunkHead reads "@@ -1,2 +1,3 @@", or the same of a combined diff with more of each.
func hunkHead(line string) (left []int, ok bool) {
	at := len(line) - len(strings.TrimLeft(line, "@"))
	if at < 2 || at > maxParents+1 {
		return nil, false
	}
	inside, _, ok := strings.Cut(line[at:], " "+line[:at])
	if !ok {
		return nil, false
	}
	ranges := strings.Fields(inside)
	if len(ranges) != at {
		return nil, false
	}
	for i, text := range ranges {
		sign := "-"
		if i == at-1 {
			sign = "+"
		}
		text, ok := strings.CutPrefix(text, sign)
		if !ok {
			return nil, false
		}
		n := 1
		if start, count, has := strings.Cut(text, ","); has {
			text = start
			if n, ok = number(count); !ok {
				return nil, false
			}
		}
		if _, ok := number(text); !ok {
			return nil, false
		}
		left = append(left, n)
	}
	return left, true
}

func number(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0 && n < 1<<30
}

// opensBinary tells that the lines of a binary patch follow, up to an empty one.
func opensBinary(line string) bool {
	return line == "GIT binary patch" || strings.HasPrefix(line, "literal ") || strings.HasPrefix(line, "delta ")
}

// opensFile tells that a line begins the diff of a file.
func opensFile(line, after string) bool {
	for _, start := range [...]string{"diff --git ", "diff --cc ", "diff --combined ", "Index: "} {
		if strings.HasPrefix(line, start) {
			return true
		}
	}
	return isDiffCommand(line) || strings.HasPrefix(line, "--- ") && strings.HasPrefix(after, "+++ ")
}

// isDiffCommand knows the line that diff -r writes: "diff -urN a/x b/x".
func isDiffCommand(line string) bool {
	return strings.HasPrefix(line, "diff -") && strings.Count(line, " ") >= 3
}

// belongsToFile tells that a line is among those that may follow one that opens a file.
func belongsToFile(line string) bool {
	for _, start := range [...]string{
		"+++ ", "index ", "old mode ", "new mode ", "new file mode ", "deleted file mode ", "mode ", "copy from ", "copy to ",
		"rename from ", "rename to ", "similarity index ", "dissimilarity index ", "Binary files ", "GIT binary patch",
		"literal ", "delta ", "=====", "RCS file: ", "retrieving revision ",
	} {
		if strings.HasPrefix(line, start) {
			return true
		}
	}
	return false
}
