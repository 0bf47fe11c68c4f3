package difftext

import "strings"

// A File is what a diff does to one file. A name is empty where there is no file on that side.
type File struct {
	Old, New         string
	IsNew, IsDeleted bool
	IsRename, IsCopy bool
	OldMode, NewMode string
	OldID, NewID     string // of the contents, as the "index" line abbreviates them
	Binary           string // the lines that stand for binary contents
	Hunks            []Hunk

	// Begin and End are the range of its lines in the text, counted from 0: those of its header, then for each hunk a line
	// and the lines of the hunk. Between hunks there may be others, which are no part of the diff.
	Begin, End int
}

// A Hunk has its lines with their marks; "\" marks what says that the file ends without an LF. The hunk of a merge has
// one mark for each parent and no positions.
type Hunk struct {
	OldStart, OldCount int
	NewStart, NewCount int
	Merge              bool
	Section            string // what follows the second @@, with its space
	Lines              []string

	At int // where in the text its header is, counted from 0; its lines follow
}

// Name is what the file is called afterwards, or was called before it was deleted.
func (f *File) Name() string {
	if f.IsDeleted || f.New == "" {
		return f.Old
	}
	return f.New
}

// Read takes a diff apart. What is no header and no line of a hunk is passed over, as "git apply" does. It keeps parts
// of the text.
func Read(diff string) []File {
	r := reader{rest: diff, number: -1, lines: make([]string, 0, strings.Count(diff, "\n")+1)}
	for r.next() {
		r.step()
	}
	r.end()
	return r.files
}

type reader struct {
	rest, line string
	number     int // of the line, from 0
	files      []File

	at     *File  // the file at hand; nil before the first and after one that has ended
	prefix bool   // its names have a directory before them that is not theirs
	git    bool   // it began with "diff --git"
	minus  string // the name of a "--- " line that the line before was
	sawOld bool   // the line before was a "--- " line

	hunk     *Hunk    // at hand; nil outside
	old, new int      // lines that the hunk still lacks
	lines    []string // of all hunks
	from     int      // where in them those of the last hunk begin
}

func (r *reader) next() bool {
	if r.rest == "" {
		return false
	}
	r.line, r.rest, _ = strings.Cut(r.rest, "\n")
	r.number++
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
		r.at.Old, r.at.New, r.prefix = unquote(name), unquote(name), false
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
	r.files = append(r.files, File{Begin: r.number, End: r.number + 1})
	r.at, r.git, r.prefix = &r.files[len(r.files)-1], git, true
}

// end ends the file at hand. One of which nothing is known but a name from a plain diff is none.
func (r *reader) end() {
	r.hunk = nil
	if r.at == nil {
		return
	}
	if f := r.at; !r.git && len(f.Hunks) == 0 && f.Binary == "" {
		r.files = r.files[:len(r.files)-1]
	}
	r.at = nil
}

// belongs notes that the line is one of the file at hand.
func (r *reader) belongs() { r.at.End = r.number + 1 }

// add adds a line to the last hunk.
func (r *reader) add(h *Hunk, line string) {
	r.lines = append(r.lines, line)
	h.Lines = r.lines[r.from:len(r.lines):len(r.lines)]
	r.belongs()
}

// stepFile reads a line of git's extended header, or of binary contents.
func (r *reader) stepFile() {
	f := r.at
	switch {
	case len(f.Hunks) == 0 && r.git && isBinary(r.line):
		r.binary()
		return
	case strings.HasPrefix(r.line, `\ `) && len(f.Hunks) > 0 && f.End == r.number:
		r.add(&f.Hunks[len(f.Hunks)-1], r.line)
		return
	case !r.git || len(f.Hunks) > 0:
		return
	}
	for _, field := range extendedHeader {
		if value, ok := strings.CutPrefix(r.line, field.begin); ok {
			field.set(f, strings.TrimRight(value, "\r"))
			r.belongs()
			return
		}
	}
}

var extendedHeader = []struct {
	begin string
	set   func(*File, string)
}{
	{"old mode ", func(f *File, v string) { f.OldMode = v }},
	{"new mode ", func(f *File, v string) { f.NewMode = v }},
	{"new file mode ", func(f *File, v string) { f.IsNew, f.NewMode = true, v }},
	{"deleted file mode ", func(f *File, v string) { f.IsDeleted, f.OldMode = true, v }},
	{"rename from ", func(f *File, v string) { f.IsRename, f.Old = true, unquote(v) }},
	{"rename to ", func(f *File, v string) { f.IsRename, f.New = true, unquote(v) }},
	{"copy from ", func(f *File, v string) { f.IsCopy, f.Old = true, unquote(v) }},
	{"copy to ", func(f *File, v string) { f.IsCopy, f.New = true, unquote(v) }},
	{"index ", func(f *File, v string) {
		ids, _, _ := strings.Cut(v, " ")
		f.OldID, f.NewID, _ = strings.Cut(ids, "..")
	}},
	{"similarity index ", func(*File, string) {}},
	{"dissimilarity index ", func(*File, string) {}},
}

func isBinary(line string) bool {
	return strings.HasPrefix(line, "Binary files ") || strings.HasPrefix(line, "GIT binary patch")
}

// binary reads what stands for binary contents. Those of "GIT binary patch" are two blocks that end in empty lines.
func (r *reader) binary() {
	f := r.at
	defer r.belongs()
	if !strings.HasPrefix(r.line, "GIT binary patch") {
		f.Binary = "Binary files differ"
		return
	}
	begin := len(r.rest)
	text := r.rest
	for blocks := 0; blocks < 2 && r.rest != "" && !strings.HasPrefix(r.rest, "diff "); {
		if r.next(); strings.TrimRight(r.line, "\r") == "" {
			blocks++
		}
	}
	f.Binary = "GIT binary patch\n" + text[:begin-len(r.rest)]
}
