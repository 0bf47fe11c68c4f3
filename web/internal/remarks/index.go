package remarks

import (
	"hash/maphash"
	"strings"
)

// A ref is a place: of a line, or of a word, in a mail.
type ref struct{ mail, at int32 }

// A mail is one whose words may be quoted.
type mail struct {
	parent int
	keys   []string // by line; "" where there are no words of its own
	texts  []string // by line
	words  []int32  // by word: its line; only if somebody asked for words

	remarkAt []int32 // by line: 1 and the index of the last remark that begins there or before; only of replies
}

// maxSame is how many places of one text are looked at. A brace may be on each of ten thousand lines.
const maxSame = 64

// NewThread begins a thread with the lines of a patch.
func NewThread(root []string) *Thread {
	t := &Thread{lines: make(map[string][]ref, len(root)), replies: []*Reply{nil}}
	t.starts.index, t.triples.index = t.indexStarts, t.indexTriples
	m := &mail{parent: -1, keys: make([]string, len(root)), texts: root}
	for i, l := range root {
		m.keys[i] = keyOf(l)
	}
	t.add(m)
	return t
}

func (t *Thread) add(m *mail) {
	n := int32(len(t.mails))
	t.mails = append(t.mails, m)
	for i, key := range m.keys {
		if key != "" && len(t.lines[key]) < maxSame {
			t.lines[key] = append(t.lines[key], ref{n, int32(i)})
		}
	}
}

// own makes a mail of the lines of a reply that are its own. Signatures are quoted, too.
func own(parent int, lines []Line) *mail {
	m := &mail{parent: parent, keys: make([]string, len(lines)), texts: make([]string, len(lines)),
		remarkAt: make([]int32, len(lines))}
	for i, l := range lines {
		m.texts[i] = l.Text
		if l.Depth == 0 {
			m.keys[i] = keyOf(l.Text)
		}
	}
	return m
}

// next is the line of a mail after another one that has words; or -1.
func (m *mail) next(at int) int {
	for at++; at < len(m.keys); at++ {
		if m.keys[at] != "" {
			return at
		}
	}
	return -1
}

// before is the line of a mail before another one that has words; or -1.
func (m *mail) before(at int) int {
	for at--; at >= 0; at-- {
		if m.keys[at] != "" {
			return at
		}
	}
	return -1
}

// A partial is an index of parts of lines, which is only made when a line was not found as a whole.
type partial struct {
	seed  maphash.Seed
	refs  map[uint64][]ref
	mails int // that are in it
	index func(mail int)
}

// maxPartial is how many places of one part are looked at.
const maxPartial = 8

// at returns the places of a part.
func (p *partial) at(hash uint64) []ref { return p.refs[hash] }

func (p *partial) put(hash uint64, r ref) {
	if len(p.refs[hash]) < maxPartial {
		p.refs[hash] = append(p.refs[hash], r)
	}
}

// fill brings an index up to date.
func (p *partial) fill(mails int) {
	if p.refs == nil {
		p.refs, p.seed = map[uint64][]ref{}, maphash.MakeSeed()
	}
	for ; p.mails < mails; p.mails++ {
		p.index(p.mails)
	}
}

// startLength is how much of a line, in bytes of its key, has to be there for it to be known again.
const startLength = 12

func (t *Thread) indexStarts(n int) {
	for i, key := range t.mails[n].keys {
		if len(key) > startLength {
			t.starts.put(maphash.String(t.starts.seed, key[:startLength]), ref{int32(n), int32(i)})
		}
	}
}

// indexTriples notes each three words that follow each other, across the ends of lines.
func (t *Thread) indexTriples(n int) {
	m := t.mails[n]
	var w [3]string
	for i, key := range m.keys {
		if key == "" {
			continue
		}
		for _, word := range strings.Fields(unmarked(m.texts[i])) {
			w[0], w[1], w[2] = w[1], w[2], word
			m.words = append(m.words, int32(i))
			if k := len(m.words); k >= 3 {
				t.triples.put(t.triple(w), ref{int32(n), int32(k - 3)})
			}
		}
	}
}

func (t *Thread) triple(w [3]string) uint64 {
	var h maphash.Hash
	h.SetSeed(t.triples.seed)
	for _, word := range w {
		h.WriteString(word)
		h.WriteByte(' ')
	}
	return h.Sum64()
}
