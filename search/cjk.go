package search

import (
	"unicode"
	"unicode/utf8"
)

// isCJK tells that a character is of a script that is written without spaces, or with spaces that do not separate
// words: Chinese, Japanese, Korean.
func isCJK(r rune) bool {
	if r < 0x1100 {
		return false
	}
	if r == 'ー' || r == 'ｰ' {
		return true
	}
	is := unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo)
	return is && isWordRune(r)
}

// cjkEnd is where the run that begins at a place ends.
func cjkEnd(text string, at int) int {
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		if !isCJK(r) && !(r > 0x1100 && unicode.Is(unicode.M, r)) {
			break
		}
		at += size
	}
	return at
}

// appendPairs appends each pair of characters of a run, then the last character.
func appendPairs(dst []string, run string) []string {
	for run != "" {
		_, first := utf8.DecodeRuneInString(run)
		_, second := utf8.DecodeRuneInString(run[first:])
		dst = append(dst, run[:first+second])
		run = run[first:]
	}
	return dst
}

func startsCJK(word string) bool {
	r, _ := utf8.DecodeRuneInString(word)
	return isCJK(r)
}

// isLone tells that a word is one CJK character. In a query it stands for every pair that begins with it, too.
func isLone(word string) bool {
	r, size := utf8.DecodeRuneInString(word)
	return size == len(word) && isCJK(r)
}
