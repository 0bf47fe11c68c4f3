package index

import (
	"hash/maphash"
	"strings"

	"patchwatch/search"
)

// A word of a query finds all words of its stem. The index has the words as they are, so that quoted ones are found
// exactly, and beside them a table that leads from a stem to its words.

// stemmed is a word with its stem.
type stemmed struct{ stem, word string }

// seenWords are words whose stems need not be looked at again, by their hashes. Another word may take a place; then
// the first is looked at again. Nobody outside knows the seed, so that no mail can be made whose words are taken for
// others.
type seenWords struct {
	seed   maphash.Seed
	hashes [1 << 17]uint64
}

func newSeenWords() *seenWords { return &seenWords{seed: maphash.MakeSeed()} }

// appendStem appends the word if it was not seen lately and is not its own stem.
func (s *seenWords) appendStem(dst []stemmed, word string) []stemmed {
	if search.IsPlain(word) {
		return dst
	}
	hash := maphash.String(s.seed, word)
	place := &s.hashes[hash%uint64(len(s.hashes))]
	if *place == hash {
		return dst
	}
	*place = hash
	if stem, ok := search.StemOf(word); ok && stem != word {
		dst = append(dst, stemmed{stem, strings.Clone(word)}) // it may be a piece of a whole mail
	}
	return dst
}
