package rangediff

import (
	"errors"
	"slices"

	"patchwatch/track/difftext"
)

// An overlay is a file as far as patches show it: lines that are known, and ranges of the base of which nothing is
// known but that no patch has touched them.
type overlay struct {
	pieces []piece
	seen   []baseLine // lines of the base that patches have shown, removed ones too
}

// A piece is some lines of an overlay in a row.
type piece struct {
	base  int      // where in the base it begins; -1: a patch has added it
	lines int      // how many
	text  []string // nil: not known
}

type baseLine struct {
	at   int
	text string
}

// endless is the length of a base, which is not known: the last piece of it ends nowhere.
const endless = 1 << 40

// untouched is the overlay of a file that is there before the patches.
func untouched() *overlay { return &overlay{pieces: []piece{{lines: endless}}} }

// known is how many lines are known.
func (o *overlay) known() (n int) {
	for _, p := range o.pieces {
		n += len(p.text) + 1
	}
	return n
}

// cut returns the first n lines of a piece, and the rest.
func (p piece) cut(n int) (first, rest piece) {
	first, rest = p, p
	first.lines, rest.lines = n, p.lines-n
	if p.base >= 0 {
		rest.base += n
	}
	if p.text != nil {
		first.text, rest.text = p.text[:n:n], slices.Clip(p.text[n:]) // so that what is appended goes elsewhere
	}
	return first, rest
}

var errNotThis = errors.New("the patches do not follow each other")

// apply applies the hunks of one patch.
func (o *overlay) apply(hunks []difftext.Hunk) error {
	w := overlayWriter{from: o.pieces, seen: o.seen}
	for i := range hunks {
		if err := w.hunk(&hunks[i]); err != nil {
			return err
		}
	}
	for len(w.from) > 0 {
		w.copy(w.from[0].lines)
	}
	o.pieces, o.seen = w.to, w.seen
	return nil
}

// An overlayWriter makes the overlay after a patch of the one before.
type overlayWriter struct {
	from, to []piece
	seen     []baseLine
	at       int // lines that were taken
}

func (w *overlayWriter) hunk(h *difftext.Hunk) error {
	begin := h.OldStart - 1
	if h.OldCount == 0 {
		begin = h.OldStart // new lines come behind the one that is named
	}
	if h.Merge || begin < w.at {
		return errNotThis
	}
	for w.at < begin {
		if len(w.from) == 0 {
			return errNotThis
		}
		w.copy(min(w.from[0].lines, begin-w.at))
	}
	lines := withEnds(h.Lines)
	for _, l := range lines {
		switch text := l[1:]; l[0] {
		case '+':
			w.put(piece{base: -1, lines: 1, text: []string{text}})
		case ' ', '-':
			p, err := w.take(text)
			if err != nil {
				return err
			}
			if l[0] == ' ' {
				w.put(p)
			}
		}
	}
	return nil
}

// noEnd is behind the text of a line that ends with the file, without an LF.
const noEnd = "\n\\ No newline at end of file"

// withEnds puts what says that a line has no LF behind that line.
func withEnds(lines []string) []string {
	if !slices.ContainsFunc(lines, isNoEnd) {
		return lines
	}
	var out []string
	for _, l := range lines {
		if !isNoEnd(l) {
			out = append(out, l)
		} else if n := len(out); n > 0 {
			out[n-1] += noEnd
		}
	}
	return out
}

func isNoEnd(line string) bool { return line[0] == '\\' }

// copy takes n lines of the piece at hand over.
func (w *overlayWriter) copy(n int) {
	first, rest := w.from[0].cut(n)
	if w.from[0] = rest; rest.lines == 0 {
		w.from = w.from[1:]
	}
	w.at += n
	w.put(first)
}

// take takes the next line, which has this text.
func (w *overlayWriter) take(text string) (piece, error) {
	if len(w.from) == 0 {
		return piece{}, errNotThis
	}
	first, rest := w.from[0].cut(1)
	if w.from[0] = rest; rest.lines == 0 {
		w.from = w.from[1:]
	}
	w.at++
	if first.text == nil {
		first.text = []string{text}
		w.seen = append(w.seen, baseLine{first.base, text})
	}
	if first.text[0] != text {
		return piece{}, errNotThis
	}
	return first, nil
}

// put adds a piece, as a part of the one before where it goes on with that.
func (w *overlayWriter) put(p piece) {
	if n := len(w.to); n > 0 {
		last := &w.to[n-1]
		follows := last.base < 0 && p.base < 0 || last.base >= 0 && p.base == last.base+last.lines
		if follows && (last.text == nil) == (p.text == nil) {
			last.lines += p.lines
			last.text = append(last.text, p.text...)
			return
		}
	}
	w.to = append(w.to, p)
}
