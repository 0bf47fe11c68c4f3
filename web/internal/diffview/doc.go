// Package diffview makes of the text of a mail what a page shows of it: words, and files with hunks and numbered lines,
// of which it says which words changed. Each line knows where in the text it stands, so nothing of the text is lost,
// and remarks on a line find it. It knows nothing of HTTP and HTML.
//
// Anybody can write a mail, so all of this takes time and memory in proportion to the text.
package diffview

// A Doc is a text, in order.
type Doc struct {
	Parts []Part
	Lines []string // of the text, all of them, without their ends
}

// A Part is either a file of a diff, or words between Begin and End, which are indexes of Lines.
type Part struct {
	File       *File
	Begin, End int
}

// A File is what a diff does to one file.
type File struct {
	Old, New         string // names; empty where there is no file on that side
	Status           Status
	OldMode, NewMode string // empty where they did not change, or are not known
	Binary           bool
	Added, Removed   int // lines
	Head             []Line
	Hunks            []Hunk
	Size             int // lines, those of the head included
}

// Status is what becomes of a file.
type Status string

// The words are those of git diff.
const (
	Changed Status = "modified"
	Created Status = "new"
	Deleted Status = "deleted"
	Renamed Status = "renamed"
	Copied  Status = "copied"
)

// Name is what the file is called afterwards, or was called before it was deleted.
func (f *File) Name() string {
	if f.New == "" || f.Status == Deleted {
		return f.Old
	}
	return f.New
}

// A Hunk begins with a line that says where in the file it is.
type Hunk struct {
	At      int    // the index of that line in the text
	Header  string // "@@ -1,2 +1,3 @@"
	Section string // what stands behind: a function, mostly
	Lines   []Line
	Spaces  bool // only white space changed, and is ignored
}

// A Line is a line of a hunk or of a file's head.
type Line struct {
	At       int    // its index in the text
	Was      int    // where white space is ignored, that of the line that it takes the place of; otherwise -1
	Op       byte   // '-', '+', ' ', or '\\' for what says that the file ends without an LF; 0 in a head
	Old, New int    // its number in the file before and afterwards; 0: it is not in there
	Text     string // without Op
	Words    []Span // of Text, that differ from the line that this one takes the place of
}

// A Span is a range of bytes.
type Span struct{ From, To int }
