package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
)

// StemOf is the English stem of a word that AppendWords has made: "fixes", "fixed" and "fix" have the same. A word has
// a stem only if it begins with a letter; numbers and identifiers that begin with "_" are found as they are.
//
// The stemmer is Snowball's English of 2006 to 2024, which is Xapian's up to version 1.4. Later ones differ in some
// words.
func StemOf(word string) (stem string, ok bool) {
	if !hasStem(word) {
		return "", false
	}
	env := snowballstem.NewEnv(word)
	english.Stem(env)
	return env.Current(), true
}

func hasStem(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return unicode.In(r, unicode.Ll, unicode.Lt, unicode.Lm, unicode.Lo)
}

// IsPlain tells at a glance that a word has no stem but itself, or none at all: it is short, or ends as no word does
// that Snowball's English changes. Of other words StemOf must be asked.
func IsPlain(word string) bool {
	return len(word) < 3 || strings.IndexByte("'cdegilmnrsty", word[len(word)-1]) < 0
}
