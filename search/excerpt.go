package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Piece is a stretch of an Excerpt.
type Piece struct {
	Text  string
	Asked bool // it is a word that was asked for
}

// An Excerpt is a line of a mail that shows why a query has found it. Its text is as in the mail, with all its control
// characters but tabs.
type Excerpt []Piece

// String is the line.
func (e Excerpt) String() string {
	var text strings.Builder
	for _, p := range e {
		text.WriteString(p.Text)
	}
	return text.String()
}

const (
	mostExcerpted = 64 << 10 // bytes of a mail's body that are looked at
	excerptLength = 160      // bytes of a line that are shown
	excerptBefore = 40       // of these before the first word that was asked for, if the line is longer
)

// excerptParts are the parts of which the lines are shown, the best first.
var excerptParts = []Part{PartText, PartAdded, PartRemoved, PartContext, PartHunk, PartPath, PartQuoted}

// An Excerpter finds the excerpts of mails that a query has found. It may be used from any goroutine.
type Excerpter struct{ wanted []*wanted } // of each of excerptParts

// NewExcerpter is the one for a query; nil if that asks for nothing that a body has, so that no mail need be read.
func NewExcerpter(n Node) *Excerpter {
	w, x, any := wantedOf(n), &Excerpter{}, false
	for _, p := range excerptParts {
		here := w.in(p)
		x.wanted, any = append(x.wanted, here), any || len(here.words) > 0
	}
	if !any {
		return nil
	}
	return x
}

// Excerpt is the line of a mail's body that has most of what the query asks for; of several, the first one. It is nil
// if none has any of it, as where the subject has all.
func (x *Excerpter) Excerpt(d *Document) Excerpt {
	best, most, room := Excerpt(nil), 0, mostExcerpted
	for i, p := range excerptParts {
		if len(x.wanted[i].words) == 0 {
			continue
		}
		for _, text := range d.Texts[p] {
			text = text[:min(len(text), room)]
			room -= len(text)
			for line := range strings.Lines(text) {
				if marks, score := x.wanted[i].marks(line); score > most {
					best, most = excerpt(line, marks), score
				}
			}
		}
	}
	return best
}

// wanted is the words that a query asks for. Those of a phrase are looked for one by one, too: it may go over the end
// of a line.
type wanted struct {
	words   []Word
	phrases []Phrase
	stems   []string // of words; empty: one that is not looked for by its stem
}

func wantedOf(n Node) *wanted {
	w := &wanted{}
	w.add(n)
	return w
}

func (w *wanted) add(n Node) {
	switch n := n.(type) {
	case And:
		for _, n := range n.Nodes {
			w.add(n)
		}
	case Or:
		for _, n := range n.Nodes {
			w.add(n)
		}
	case Word:
		stem := ""
		if n.Form == Stem {
			stem, _ = StemOf(n.Text)
		}
		w.words, w.stems = append(w.words, n), append(w.stems, stem)
	case Phrase:
		w.addAll(n.Field, n.Words, n.Prefix)
		w.phrases = append(w.phrases, n)
	case Near:
		w.addAll(n.Field, n.Words, false)
	}
}

func (w *wanted) addAll(f Field, words []string, prefix bool) {
	for i, text := range words {
		form := Exact
		if prefix && i == len(words)-1 {
			form = Prefix
		}
		w.words, w.stems = append(w.words, Word{f, text, form}), append(w.stems, "")
	}
}

// in is what is wanted of one part.
func (w *wanted) in(p Part) *wanted {
	out := &wanted{}
	for i, n := range w.words {
		if slices.Contains(PartsOf(n.Field), p) {
			out.words, out.stems = append(out.words, n), append(out.stems, w.stems[i])
		}
	}
	for _, n := range w.phrases {
		if slices.Contains(PartsOf(n.Field), p) {
			out.phrases = append(out.phrases, n)
		}
	}
	return out
}

// marks finds the words that are wanted in a line. The score counts each that is there twice, and each whole phrase
// once more.
func (w *wanted) marks(line string) (marks []span, score int) {
	var found []bool
	var words []string
	for at := 0; ; {
		s := nextWord(line, at)
		if s.start == s.end {
			break
		}
		at = s.end
		before := len(words)
		words = s.appendTo(words, line)
		marked := false
		for _, word := range words[before:] {
			for i := range w.words {
				if !w.is(i, word) {
					continue
				}
				if marked = true; found == nil {
					found = make([]bool, len(w.words))
				}
				if !found[i] {
					found[i] = true
					score += 2
				}
			}
		}
		if marked {
			marks = append(marks, s)
		}
	}
	if score == 0 {
		return nil, 0
	}
	all := &partWords{all: words}
	for _, n := range w.phrases {
		for start := range words {
			if all.isPhraseAt(start, n) {
				score++
				break
			}
		}
	}
	return marks, score
}

// is tells whether a word is the one that is wanted as number i.
func (w *wanted) is(i int, word string) bool {
	n := w.words[i]
	switch {
	case word == n.Text:
		return true
	case n.Form == Prefix:
		return strings.HasPrefix(word, n.Text)
	case n.Form == Stem && word[0] == n.Text[0] && !IsPlain(word) || n.Form == Stem && word == w.stems[i]:
		stem, ok := StemOf(word)
		return ok && stem == w.stems[i]
	}
	return false
}

// excerpt cuts a line around the first mark, and at the marks.
func excerpt(line string, marks []span) (out Excerpt) {
	start, end := 0, len(strings.TrimRightFunc(line, unicode.IsSpace))
	if end > excerptLength {
		start = max(0, marks[0].start-excerptBefore)
		if start = runeStart(line, start); start > 0 { // a word begins the excerpt, if there is one
			start += strings.IndexByte(line[start:marks[0].start], ' ') + 1
		}
		end = min(end, runeStart(line, start+excerptLength))
	}
	from := start + len(line[start:end]) - len(strings.TrimLeftFunc(line[start:end], unicode.IsSpace))
	if start > 0 {
		out = append(out, Piece{Text: "…"})
	}
	for _, m := range marks {
		if m.end > end {
			break
		}
		out = out.with(line[from:m.start], false).with(line[m.start:m.end], true)
		from = m.end
	}
	out = out.with(line[from:end], false)
	if end < len(strings.TrimRightFunc(line, unicode.IsSpace)) {
		out = append(out, Piece{Text: "…"})
	}
	return out
}

func (e Excerpt) with(text string, asked bool) Excerpt {
	if text == "" {
		return e
	}
	return append(e, Piece{strings.ReplaceAll(text, "\t", " "), asked})
}

// runeStart is where the character begins that has the byte at a place.
func runeStart(text string, at int) int {
	for at < len(text) && at > 0 && !utf8.RuneStart(text[at]) {
		at--
	}
	return min(at, len(text))
}
