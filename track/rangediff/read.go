package rangediff

import (
	"strings"
)

// A file is what a diff does to one file. A name is empty where there is no file on that side.
type file struct {
	old, new         string
	isNew, isDeleted bool
	isRename, isCopy bool
	oldMode, newMode string
	oldID, newID     string // of the contents, as the "index" line abbreviates them
	binary           string // the lines that stand for binary contents
	hunks            []hunk
}

// A hunk has its lines with their marks; "\" marks what says that the file ends without an LF. The hunk of a merge has
// one mark for each parent and no positions.
type hunk struct {
	oldStart, oldCount int
	newStart, newCount int
	merge              bool
	section            string // what follows the second @@, with its space
	lines              []string
}

// readDiff takes a diff apart. What is no header and no line of a hunk is passed over, as "git apply" does.
func readDiff(diff string) []file {
	r := reader{rest: diff, lines: make([]string, 0, strings.Count(diff, "\n")+1)}
	for r.next() {
		r.step()
	}
	r.end()
	return r.files
}

type reader struct {
	rest, line string
	files      []file

	at     *file  // the file at hand; nil before the first and after one that has ended
	prefix bool   // its names have a directory before them that is not theirs
	git    bool   // it began with "diff --git"
	minus  string // the name of a "--- " line that the line before was
	sawOld bool   // the line before was a "--- " line

	hunk     *hunk    // at hand; nil outside
	old, new int      // lines that the hunk still lacks
	lines    []string // of all hunks
	from     int      // where in them those of the last hunk begin
}

func (r *reader) next() bool {
	if r.rest == "" {
		return false
	}
	r.line, r.rest, _ = strings.Cut(r.rest, "\n")
	return true
}

func (r *reader) step() {
	if r.hunk != nil && r.stepHunk() {
		return
	}
	sawOld := r.sawOld
	r.sawOld = false
	switch line := r.line; {
	case strings.HasPrefix(line, "diff --git "):
		r.begin(true)
		r.gitNames(line[len("diff --git "):])
	case strings.HasPrefix(line, "diff --cc "), strings.HasPrefix(line, "diff --combined "):
		r.begin(true)
		_, name, _ := strings.Cut(line[len("diff --"):], " ")
		r.at.old, r.at.new, r.prefix = unquote(name), unquote(name), false
	case strings.HasPrefix(line, "--- "):
		r.minus, r.sawOld = line[4:], true
	case strings.HasPrefix(line, "+++ ") && sawOld:
		r.names(r.minus, line[4:])
	case r.at != nil && strings.HasPrefix(line, "@@"):
		r.beginHunk()
	case r.at != nil:
		r.stepFile()
	}
}

// begin begins a file.
func (r *reader) begin(git bool) {
	r.end()
	r.files = append(r.files, file{})
	r.at, r.git, r.prefix = &r.files[len(r.files)-1], git, true
}

// end ends the file at hand. One of which nothing is known but a name from a plain diff is none.
func (r *reader) end() {
	r.hunk = nil
	if r.at == nil {
		return
	}
	if f := r.at; !r.git && len(f.hunks) == 0 && f.binary == "" {
		r.files = r.files[:len(r.files)-1]
	}
	r.at = nil
}

// add adds a line to the last hunk.
func (r *reader) add(h *hunk, line string) {
	r.lines = append(r.lines, line)
	h.lines = r.lines[r.from:len(r.lines):len(r.lines)]
}

// stepFile reads a line of git's extended header, or of binary contents.
func (r *reader) stepFile() {
	f := r.at
	switch {
	case len(f.hunks) == 0 && r.git && isBinary(r.line):
		r.binary()
		return
	case strings.HasPrefix(r.line, `\ `) && len(f.hunks) > 0:
		r.add(&f.hunks[len(f.hunks)-1], r.line)
		return
	case !r.git || len(f.hunks) > 0:
		return
	}
	for _, field := range extendedHeader {
		if value, ok := strings.CutPrefix(r.line, field.begin); ok {
			field.set(f, strings.TrimRight(value, "\r"))
			return
		}
	}
}

var extendedHeader = []struct {
	begin string
	set   func(*file, string)
}{
	{"old mode ", func(f *file, v string) { f.oldMode = v }},
	{"new mode ", func(f *file, v string) { f.newMode = v }},
	{"new file mode ", func(f *file, v string) { f.isNew, f.newMode = true, v }},
	{"deleted file mode ", func(f *file, v string) { f.isDeleted, f.oldMode = true, v }},
	{"rename from ", func(f *file, v string) { f.isRename, f.old = true, unquote(v) }},
	{"rename to ", func(f *file, v string) { f.isRename, f.new = true, unquote(v) }},
	{"copy from ", func(f *file, v string) { f.isCopy, f.old = true, unquote(v) }},
	{"copy to ", func(f *file, v string) { f.isCopy, f.new = true, unquote(v) }},
	{"index ", func(f *file, v string) {
		ids, _, _ := strings.Cut(v, " ")
		f.oldID, f.newID, _ = strings.Cut(ids, "..")
	}},
}

func isBinary(line string) bool {
	return strings.HasPrefix(line, "Binary files ") || strings.HasPrefix(line, "GIT binary patch")
}

// binary reads what stands for binary contents. Those of "GIT binary patch" are two blocks that end in empty lines.
func (r *reader) binary() {
	f := r.at
	if !strings.HasPrefix(r.line, "GIT binary patch") {
		f.binary = "Binary files differ"
		return
	}
	begin := len(r.rest)
	text := r.rest
	for blocks := 0; blocks < 2 && r.rest != "" && !strings.HasPrefix(r.rest, "diff "); {
		if r.next(); strings.TrimRight(r.line, "\r") == "" {
			blocks++
		}
	}
	f.binary = "GIT binary patch\n" + text[:begin-len(r.rest)]
}
