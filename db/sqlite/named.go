package sqlite

import (
	"bytes"
	"cmp"
	"slices"
)

// namedRows are rows of lists by their names, in one piece of memory. SQLite looks for a part of half a million names
// in a tenth of a second, most of which it takes to go from one to the next; here it is a hundredth.
//
// Rows are added, and never changed, so those who have a copy need no lock.
type namedRows struct {
	text  []byte // the names, with small letters only, a separator after each
	exact []byte // the same with their letters as they are, to sort by
	rows  []namedRow
}

type namedRow struct {
	key    int64 // a mail, or a series
	date   int64
	end    uint32 // of its name in the text, before the separator
	kept   uint32 // project<<1, and a bit that each kind of names gives a meaning; inNoList
	sender uint32 // of a mail: its place in people
}

const (
	// separator is a byte that no text in UTF-8 has, so that nothing is found that begins in one name and ends in the
	// next.
	separator = 0xff
	inNoList  = ^uint32(0)

	// mostOfNames is how many bytes of names are kept. Where there are more, SQLite looks for words.
	mostOfNames = 128 << 20
)

func (n *namedRows) full() bool { return len(n.text) > mostOfNames }

func (n *namedRows) add(key int64, name string, date, project int64, bit bool, sender uint32) {
	if n.full() {
		return
	}
	kept := inNoList
	if 0 < project && project < 1<<31-1 {
		if kept = uint32(project) << 1; bit {
			kept++
		}
	}
	n.text = appendFolded(n.text, name)
	n.rows = append(n.rows, namedRow{key: key, date: date, end: uint32(len(n.text)), kept: kept, sender: sender})
	n.text = append(n.text, separator)
	n.exact = append(append(n.exact, name...), separator)
}

// sorted puts rows into the order of their keys.
func (n *namedRows) sorted() (out namedRows) {
	order := make([]int, len(n.rows))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(n.rows[a].key, n.rows[b].key) })
	out.text, out.rows = make([]byte, 0, len(n.text)), make([]namedRow, 0, len(n.rows))
	out.exact = make([]byte, 0, len(n.exact))
	for _, i := range order {
		row := n.rows[i]
		out.text = append(out.text, n.name(i)...)
		row.end = uint32(len(out.text))
		out.rows, out.text = append(out.rows, row), append(out.text, separator)
		out.exact = append(append(out.exact, n.exactName(i)...), separator)
	}
	return out
}

// start is where the text of a row begins.
func (n *namedRows) start(i int) int {
	if i == 0 {
		return 0
	}
	return int(n.rows[i-1].end) + 1
}

func (n *namedRows) name(i int) []byte      { return n.text[n.start(i):n.rows[i].end] }
func (n *namedRows) exactName(i int) []byte { return n.exact[n.start(i):n.rows[i].end] }

func (n *namedRows) allRows() []int32 {
	rows := make([]int32, len(n.rows))
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

// having finds the rows whose names have all of some words, which are folded.
func (n *namedRows) having(words [][]byte) (found []int32) {
	rarest := slices.MaxFunc(words, func(a, b []byte) int { return len(a) - len(b) }) // most likely
	for i, at := 0, 0; at < len(n.text); i++ {
		next := bytes.Index(n.text[at:], rarest)
		if next < 0 {
			break
		}
		i = n.rowAt(i, at+next)
		if len(words) == 1 || n.has(i, words) {
			found = append(found, int32(i))
		}
		at = int(n.rows[i].end) + 1
	}
	return found
}

// has tells whether a name has all of some words.
func (n *namedRows) has(i int, words [][]byte) bool {
	name := n.name(i)
	return !slices.ContainsFunc(words, func(w []byte) bool { return !bytes.Contains(name, w) })
}

// rowAt finds the row, this one or a later one, in which a place of the text is. It is seldom far.
func (n *namedRows) rowAt(i, place int) int {
	const near = 16
	for range near {
		if int(n.rows[i].end) >= place {
			return i
		}
		i++
	}
	step := near
	for i+step < len(n.rows) && int(n.rows[i+step-1].end) < place {
		i, step = i+step, step*2
	}
	within, _ := slices.BinarySearchFunc(n.rows[i:min(i+step, len(n.rows))], place,
		func(r namedRow, place int) int { return cmp.Compare(int(r.end), place) })
	return i + within
}

// appendFolded appends a text with ASCII letters made small, as LIKE compares them.
func appendFolded(b []byte, text string) []byte {
	from := len(b)
	b = append(b, text...)
	for i := from; i < len(b); i++ {
		if c := b[i]; 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return b
}
