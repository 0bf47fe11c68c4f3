// Package named keeps names in memory, and finds those with some words. A database takes long to go from one name to
// the next: SQLite needs ten times as long to look through half a million, and PostgreSQL a hundred times.
package named

import (
	"bytes"
	"slices"
)

// Names are names in one piece of memory, each called by how many came before it. They are added and never changed, so
// those who have a copy need no lock.
type Names struct {
	text []byte   // the names, with small letters only, a separator after each
	ends []uint32 // where they are in the text, before the separator
}

// separator is a byte that no text in UTF-8 has, so that nothing is found that begins in one name and ends in the next.
const separator = 0xff

// Most is how many bytes of names are worth to be kept, about. Where there are more, the database looks for words.
const Most = 128 << 20

// Len is how many names there are.
func (n *Names) Len() int { return len(n.ends) }

// Bytes is how much memory they take.
func (n *Names) Bytes() int { return len(n.text) + 4*len(n.ends) }

// Full tells that there are as many as are worth to be kept. No more than a name above that can be added: 4 GiB.
func (n *Names) Full() bool { return len(n.text) > Most }

// Grow makes room for so many names of so many bytes together.
func (n *Names) Grow(names, bytes int) {
	n.text, n.ends = slices.Grow(n.text, bytes+names), slices.Grow(n.ends, names)
}

// Add adds a name.
func (n *Names) Add(name string) {
	n.text = appendFolded(n.text, name)
	n.end()
}

// Copy adds a name of others.
func (n *Names) Copy(from *Names, i int) {
	first, end := from.Place(i)
	n.text = append(n.text, from.text[first:end]...)
	n.end()
}

func (n *Names) end() {
	n.ends = append(n.ends, uint32(len(n.text)))
	n.text = append(n.text, separator)
}

// First are the first so many names.
func (n *Names) First(many int) Names {
	if many == 0 {
		return Names{}
	}
	end := n.ends[many-1] + 1
	return Names{n.text[:end:end], n.ends[:many:many]}
}

// Place is from where to where a name is among all of them, of which each has one byte more than it is long.
func (n *Names) Place(i int) (first, end int) {
	if i > 0 {
		first = int(n.ends[i-1]) + 1
	}
	return first, int(n.ends[i])
}

// Having finds the names that have all of some words, which are as Words gives them.
func (n *Names) Having(words [][]byte) (found []int32) {
	rarest := slices.MaxFunc(words, func(a, b []byte) int { return len(a) - len(b) }) // most likely
	for i, at := 0, 0; at < len(n.text); i++ {
		next := bytes.Index(n.text[at:], rarest)
		if next < 0 {
			break
		}
		i = n.at(i, at+next)
		if len(words) == 1 || n.Has(i, words) {
			found = append(found, int32(i))
		}
		at = int(n.ends[i]) + 1
	}
	return found
}

// Has tells whether a name has all of some words.
func (n *Names) Has(i int, words [][]byte) bool {
	first, end := n.Place(i)
	name := n.text[first:end]
	return !slices.ContainsFunc(words, func(w []byte) bool { return !bytes.Contains(name, w) })
}

// at finds the name, this one or a later one, in which a place of the text is. It is seldom far.
func (n *Names) at(i, place int) int {
	const near = 16
	for range near {
		if int(n.ends[i]) >= place {
			return i
		}
		i++
	}
	step := near
	for i+step < len(n.ends) && int(n.ends[i+step-1]) < place {
		i, step = i+step, step*2
	}
	within, _ := slices.BinarySearch(n.ends[i:min(i+step, len(n.ends))], uint32(place))
	return i + within
}

// Words are words with small letters only. Those that are empty are in every name, and left out.
func Words(words []string) (folded [][]byte) {
	for _, word := range words {
		if word != "" {
			folded = append(folded, appendFolded(nil, word))
		}
	}
	return folded
}

// Strange tells of words that are not UTF-8 in a way that they could be found across the end of a name.
func Strange(words [][]byte) bool {
	return slices.ContainsFunc(words, func(word []byte) bool { return bytes.IndexByte(word, separator) >= 0 })
}

// appendFolded appends a text with ASCII letters made small, as SQLite's LIKE compares them, and PostgreSQL's ILIKE
// under COLLATE "C".
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
