package view

import (
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/track"
	"patchwatch/track/rangediff"
)

// DiffVersion is one of the two that are compared, for programs.
type DiffVersion struct {
	Series
	Again []string `json:"sent_again"` // the IDs of series of which it has patches in place of its own
}

func (v *version) forPrograms() DiffVersion {
	out := DiffVersion{Series: SeriesOf(v.series), Again: []string{}}
	for _, id := range v.parts {
		out.Again = append(out.Again, SeriesID(id))
	}
	return out
}

// DiffPatch is a patch of a pair for programs.
type DiffPatch struct {
	Number int    `json:"number"` // in its series
	ID     int64  `json:"id"`
	MsgID  string `json:"msgid"`
	Title  string `json:"title"` // the subject without its prefixes
}

// DiffPair is a pair for programs.
type DiffPair struct {
	Status   string     `json:"status"` // unchanged, changed, dropped, new
	Sign     string     `json:"sign"`   // = ! < >
	Old      *DiffPatch `json:"old"`    // null if it is new
	New      *DiffPatch `json:"new"`    // null if it was dropped
	Message  []DiffHunk `json:"message"`
	Diff     []DiffHunk `json:"diff"`
	TooLarge bool       `json:"too_large,omitempty"` // to be compared line by line
}

// DiffHunk has lines that begin with a space, "-" or "+".
type DiffHunk struct {
	Section string   `json:"section"`
	Lines   []string `json:"lines"`
}

// DiffFile is a file of an interdiff for programs.
type DiffFile struct {
	Old   string         `json:"old"` // its name; empty if there is no such file
	New   string         `json:"new"`
	Hunks []DiffFileHunk `json:"hunks"`
}

// DiffFileHunk is a hunk as in any diff.
type DiffFileHunk struct {
	Header string   `json:"header"`
	Lines  []string `json:"lines"`
}

// DiffWhole is an interdiff for programs.
type DiffWhole struct {
	Files    []DiffFile `json:"files"`
	Problems []string   `json:"problems"` // sentences, of files that could not be compared
}

var statusWords = map[rangediff.Status]string{
	rangediff.Unchanged: "unchanged", rangediff.Changed: "changed", rangediff.Dropped: "dropped", rangediff.New: "new",
}

// json writes an object, pair by pair, so that only one of them is held: each is on a line of its own.
func (d *Differ) json(v [2]version) error {
	pairs, cut, err := d.match(v)
	if err != nil {
		return err
	}
	j := jsonWriter{d: d}
	j.write(`{"old":`, v[0].forPrograms())
	j.write(`,"new":`, v[1].forPrograms())
	j.write(`,"cut":`, cut)
	j.text(`,"pairs":[`)
	between := ""
	for _, p := range pairs {
		c, err := d.changes(v, p)
		if err != nil {
			return err
		}
		j.write(between, pairOf(v, p, c))
		between = ","
	}
	j.text("]")
	if d.as.Interdiff {
		found, err := d.between(v)
		if err != nil {
			return err
		}
		j.write(`,"interdiff":`, wholeOf(found))
	}
	j.text("}\n")
	return j.err
}

// A jsonWriter writes the parts of an object.
type jsonWriter struct {
	d   *Differ
	err error
}

func (j *jsonWriter) text(text string) {
	if j.err == nil {
		_, j.err = j.d.out.WriteString(text)
	}
}

func (j *jsonWriter) write(before string, value any) {
	if j.text(before); j.err == nil {
		j.err = term.JSONLine(j.d.out, value)
	}
}

func pairOf(v [2]version, p rangediff.Pair, c rangediff.Changes) DiffPair {
	out := DiffPair{
		Status: statusWords[p.Status], Sign: string(p.Status), Message: hunksOf(c.Message), Diff: hunksOf(c.Diff),
		TooLarge: p.Whole && p.Status == rangediff.Changed,
	}
	if p.Old >= 0 {
		old := patchNumber(v[0].patches[p.Old])
		out.Old = &old
	}
	if p.New >= 0 {
		new := patchNumber(v[1].patches[p.New])
		out.New = &new
	}
	return out
}

func patchNumber(p track.PatchView) DiffPatch {
	return DiffPatch{Number: p.Number, ID: p.ID, MsgID: p.MsgID, Title: patchTitle(p)}
}

func hunksOf(hunks []rangediff.Hunk) []DiffHunk {
	out := []DiffHunk{}
	for _, h := range hunks {
		out = append(out, DiffHunk{h.Section, linesOf(h.Lines)})
	}
	return out
}

func linesOf(lines []rangediff.Line) []string {
	out := []string{}
	for _, l := range lines {
		out = append(out, string(l.Op)+l.Text)
	}
	return out
}

func wholeOf(found rangediff.Interdiff) DiffWhole {
	out := DiffWhole{Files: []DiffFile{}, Problems: append([]string{}, found.Problems...)}
	for _, f := range found.Files {
		file := DiffFile{Old: f.Old, New: f.New, Hunks: []DiffFileHunk{}}
		for _, h := range f.Hunks {
			file.Hunks = append(file.Hunks, DiffFileHunk{h.Header(), linesOf(h.Lines)})
		}
		out.Files = append(out.Files, file)
	}
	return out
}
