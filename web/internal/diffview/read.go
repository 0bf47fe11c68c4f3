package diffview

import (
	"strings"

	"patchwatch/track/difftext"
)

// Read takes a text apart. Lines may end in LF or CR LF.
func Read(text string) *Doc {
	text = strings.TrimSuffix(text, "\n")
	d := &Doc{}
	if text == "" {
		return d
	}
	d.Lines = strings.Split(text, "\n")
	for i, l := range d.Lines {
		d.Lines[i] = strings.TrimSuffix(l, "\r")
	}
	at := 0
	files := difftext.Read(text)
	for i := range files {
		begin := d.headFrom(at, files[i].Begin)
		d.words(at, begin)
		at = d.file(begin, &files[i])
	}
	d.words(at, len(d.Lines))
	return d
}

// words adds a part that is no file.
func (d *Doc) words(begin, end int) {
	if begin < end {
		d.Parts = append(d.Parts, Part{Begin: begin, End: end})
	}
}

// before are lines that tools other than git write before the names of a file.
var before = [...]string{"diff ", "Index: ", "=====", "RCS file: ", "retrieving revision ", "Only in "}

// headFrom returns where the head of a file begins that begins at a line, if it has lines of other tools.
func (d *Doc) headFrom(least, begin int) int {
	for begin > least {
		l := d.Lines[begin-1]
		if !startsWithAny(l, before[:]) {
			break
		}
		begin--
	}
	return begin
}

func startsWithAny(line string, all []string) bool {
	for _, begin := range all {
		if strings.HasPrefix(line, begin) {
			return true
		}
	}
	return false
}

// file adds a file, and what stands between its hunks and is none of it, and returns where it ends.
func (d *Doc) file(begin int, in *difftext.File) (end int) {
	f := &File{
		Old: in.Old, New: in.New, Status: statusOf(in), Binary: in.Binary != "", OldMode: in.OldMode, NewMode: in.NewMode,
	}
	if f.OldMode == f.NewMode {
		f.OldMode, f.NewMode = "", ""
	}
	d.Parts = append(d.Parts, Part{File: f, Begin: begin, End: in.End})
	part := len(d.Parts) - 1
	at := begin
	for i := range in.Hunks {
		h := &in.Hunks[i]
		if i == 0 {
			f.head(d, at, h.At)
		} else if at < h.At { // words between two hunks: what follows them is another part, of the same file
			d.Parts[part].End = at
			d.words(at, h.At)
			rest := *f
			f = &rest
			f.Head, f.Hunks, f.Added, f.Removed, f.Size = nil, nil, 0, 0, 0
			d.Parts = append(d.Parts, Part{File: f, Begin: h.At, End: in.End})
			part = len(d.Parts) - 1
		}
		f.hunk(d, h)
		at = h.At + 1 + len(h.Lines)
	}
	f.head(d, at, in.End)
	return in.End
}

func statusOf(f *difftext.File) Status {
	switch {
	case f.IsNew:
		return Created
	case f.IsDeleted:
		return Deleted
	case f.IsRename:
		return Renamed
	case f.IsCopy:
		return Copied
	}
	return Changed
}

// head adds lines of the head. Those of binary contents are among them.
func (f *File) head(d *Doc, begin, end int) {
	for i := begin; i < end; i++ {
		f.Head = append(f.Head, Line{At: i, Was: -1, Text: d.Lines[i]})
	}
	f.Size += max(0, end-begin)
}

// hunk adds a hunk and numbers its lines.
func (f *File) hunk(d *Doc, in *difftext.Hunk) {
	h := Hunk{At: in.At, Header: d.Lines[in.At], Lines: make([]Line, len(in.Lines))}
	if header, ok := strings.CutSuffix(h.Header, strings.TrimSuffix(in.Section, "\r")); ok {
		h.Header, h.Section = header, strings.TrimSpace(in.Section)
	}
	marks := 1
	if in.Merge {
		marks = strings.IndexFunc(h.Header, func(r rune) bool { return r != '@' }) - 1
	}
	old, new := in.OldStart, in.NewStart
	for i, text := range in.Lines {
		l := &h.Lines[i]
		l.At, l.Was = in.At+1+i, -1
		text = strings.TrimSuffix(text, "\r")
		l.Op, l.Text = split(text, marks)
		if l.Op == '-' {
			f.Removed++
		} else if l.Op == '+' {
			f.Added++
		}
		if in.Merge {
			continue
		}
		if l.Op == '-' || l.Op == ' ' {
			l.Old = old
			old++
		}
		if l.Op == '+' || l.Op == ' ' {
			l.New = new
			new++
		}
	}
	f.Hunks = append(f.Hunks, h)
	f.Size += 1 + len(h.Lines)
}

// split takes a line of a hunk apart. That of a merge has a mark for each parent: "-" is only in those that have it.
func split(line string, marks int) (op byte, text string) {
	if strings.HasPrefix(line, `\`) {
		return '\\', strings.TrimPrefix(line[1:], " ")
	}
	n := min(max(1, marks), len(line))
	op = ' '
	for i := range n {
		switch c := line[i]; {
		case c == '-':
			op = '-'
		case c == '+' && op != '-':
			op = '+'
		}
	}
	return op, line[n:]
}
