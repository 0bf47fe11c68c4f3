package mailtext

import "strings"

// Kind is what a line is.
type Kind uint8

// In a Block there are only Words, Quote, Diff and Signature; the lines of a Diff are of the kinds that follow.
const (
	Words     Kind = iota // what the sender wrote
	Quote                 // what somebody else wrote: the line begins with ">"
	Signature             // "-- " and what comes after it
	Diff                  // only of a Block: lines of the kinds below

	File    // names a file, or says what becomes of it, as "diff --git" and "+++" do
	Hunk    // "@@ -1,2 +1,3 @@"
	Added   // "+"
	Removed // "-"
	Context // " ", "\ No newline at end of file", and the lines of a binary patch
)

// Block is a run of lines that are shown alike.
type Block struct {
	Kind  Kind
	Lines []Line

	// Folded is how many of the lines, from the first, a page may leave folded. Only long quotations have some.
	Folded int
}

// Line is one line, without its end.
type Line struct {
	Kind  Kind
	Depth int    // of a Quote: how many ">" it begins with
	Text  string // as it is in the mail; see Spans
}

// Quotations longer than manyQuoted lines are folded but for the last shownQuoted, which stand before the answer. One
// that nothing follows is folded as a whole.
const (
	manyQuoted  = 16
	shownQuoted = 6
)

// Read takes text apart. Lines may end in LF or CR LF. Empty lines at the end are left out.
func Read(text string) []Block {
	text = strings.TrimRight(text, " \t\r\n")
	if text == "" {
		return nil
	}
	r := reader{}
	for more := true; more; {
		var line string
		line, text, more = strings.Cut(text, "\n")
		after, _, _ := strings.Cut(text, "\n")
		r.line(strings.TrimSuffix(line, "\r"), after)
	}
	fold(r.blocks)
	return r.blocks
}

// reader reads lines one after the other.
type reader struct {
	blocks    []Block
	diff      diffState
	signature bool
}

// line reads a line. after is the one after it.
func (r *reader) line(text, after string) {
	line := Line{Text: text}
	switch {
	case r.signature:
		line.Kind = Signature
	default:
		line.Kind = r.diff.next(text, after)
		if line.Kind != Words {
			break
		}
		if line.Depth = depth(text); line.Depth > 0 {
			line.Kind = Quote
		} else if text == "-- " {
			r.signature, line.Kind = true, Signature
		}
	}
	r.add(line)
}

// add puts a line into the last block if it is of the same kind.
func (r *reader) add(l Line) {
	kind := min(l.Kind, Diff)
	if n := len(r.blocks); n > 0 && r.blocks[n-1].Kind == kind {
		r.blocks[n-1].Lines = append(r.blocks[n-1].Lines, l)
		return
	}
	r.blocks = append(r.blocks, Block{Kind: kind, Lines: []Line{l}})
}

// depth counts the marks of quotation, which may have a space between them.
func depth(text string) (n int) {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '>':
			n++
		case text[i] == ' ' && i+1 < len(text) && text[i+1] == '>':
		default:
			return n
		}
	}
	return n
}

func fold(blocks []Block) {
	for i := range blocks {
		b := &blocks[i]
		if b.Kind != Quote || len(b.Lines) <= manyQuoted {
			continue
		}
		b.Folded = len(b.Lines) - shownQuoted
		if !answered(blocks[i+1:]) {
			b.Folded = len(b.Lines)
		}
	}
}

// answered tells that words follow a quotation, and not only a signature. It looks no further than three blocks.
func answered(rest []Block) bool {
	for i := range min(len(rest), 3) {
		if rest[i].Kind == Words && !blank(rest[i].Lines) || rest[i].Kind == Diff {
			return true
		}
	}
	return false
}

func blank(lines []Line) bool {
	for i := range lines {
		if strings.TrimSpace(lines[i].Text) != "" {
			return false
		}
	}
	return true
}
