package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxWord is how many bytes a word may have. Longer ones are passed over: they are encoded files and the like, and
// nobody types them. Xapian has the same limit.
const maxWord = 64

// AppendWords appends the words of a text to dst, in order and folded: in lower case, in Unicode's form NFC. It is the
// one function that makes words, both of queries and of mails. No word is empty, has white space in it, or is longer
// than 64 bytes.
//
// What a word is, is Xapian's rule, so that what public-inbox calls a phrase is one here: a word is made of letters,
// digits, marks and "_"; an apostrophe or "&" between two of these belongs to it ("don't", "AT&T"), and between two
// digits a dot, comma or semicolon ("6.14"); up to three "+" or "#" may end it ("c++"). Capitals with dots between
// them are one word without the dots ("P.T.O."). Everything else separates words.
//
// Chinese, Japanese and Korean text has no spaces to go by: of a run of n such characters each pair is a word, then
// the last character alone.
func AppendWords(dst []string, text string) []string {
	for at := 0; ; {
		w := nextWord(text, at)
		if w.start == w.end {
			return dst
		}
		dst = w.appendTo(dst, text)
		at = w.end
	}
}

// queryWords are the words of a query's text. Where the text ends with a run of CJK characters, the last of them is
// no word of its own, since in the mail the run may go on.
func queryWords(text string) []string {
	var words []string
	ended := -1 // how many words there were where a run of several characters ended
	for at := 0; ; {
		w := nextWord(text, at)
		if w.start == w.end {
			break
		}
		before := len(words)
		words = w.appendTo(words, text)
		if w.kind == cjkRun && len(words) > before+1 {
			ended = len(words)
		}
		at = w.end
	}
	if ended == len(words) {
		words = words[:ended-1]
	}
	return words
}

// appendTo appends what a span gives: a word, none if it is too long, several for a run of CJK.
func (w span) appendTo(dst []string, text string) []string {
	word := foldWord(w, text)
	switch {
	case w.kind == cjkRun:
		return appendPairs(dst, word)
	case word != "" && len(word) <= maxWord:
		return append(dst, word)
	}
	return dst
}

// A span is where a word is in a text.
type span struct {
	start, end int
	kind       wordKind
}

type wordKind int

const (
	plainWord wordKind = iota // in lower case and ASCII as it is
	oddWord                   // to be folded
	acronym                   // P.T.O.
	cjkRun
)

// nextWord finds the first word that begins at or after a place. The span is empty if there is none.
func nextWord(text string, at int) span {
	for at < len(text) {
		c := text[at]
		if c < utf8.RuneSelf {
			if !asciiWord[c] {
				at++
				continue
			}
			if end, ok := acronymEnd(text, at); ok {
				return span{at, end, acronym}
			}
			return wordFrom(text, at)
		}
		r, size := utf8.DecodeRuneInString(text[at:])
		switch {
		case isCJK(r):
			return span{at, cjkEnd(text, at), cjkRun}
		case isWordRune(r):
			return wordFrom(text, at)
		}
		at += size
	}
	return span{at, at, plainWord}
}

// wordFrom is the word that begins at a place, other than an acronym or a run of CJK.
func wordFrom(text string, start int) span {
	w := span{start, start, plainWord}
	var last rune
	for {
		last = w.takeRunes(text, last)
		size := infixSize(text[w.end:], last)
		if size == 0 {
			break
		}
		if text[w.end] >= utf8.RuneSelf {
			w.kind = oddWord
		}
		w.end += size
	}
	w.end += suffixSize(text[w.end:])
	return w
}

// takeRunes takes what is of a word without an infix, and returns the last character of the word.
func (w *span) takeRunes(text string, last rune) rune {
	for w.end < len(text) {
		c := text[w.end]
		if c < utf8.RuneSelf {
			if !asciiWord[c] {
				return last
			}
			if 'A' <= c && c <= 'Z' {
				w.kind = oddWord
			}
			last = rune(c)
			w.end++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[w.end:])
		if !isWordRune(r) || isCJK(r) {
			return last
		}
		w.kind, last = oddWord, r
		w.end += size
	}
	return last
}

// infixSize is how many bytes of rest, which follows the character last of a word, belong to the word since the word
// goes on after them.
func infixSize(rest string, last rune) int {
	if rest == "" || rest[0] < utf8.RuneSelf && !isInfix(rune(rest[0])) && !isDigitInfix(rune(rest[0])) {
		return 0
	}
	r, size := utf8.DecodeRuneInString(rest)
	next, _ := utf8.DecodeRuneInString(rest[size:])
	if !isWordRune(next) || isCJK(next) {
		return 0
	}
	betweenDigits := unicode.IsDigit(last) && unicode.IsDigit(next)
	if isJoiner(r) || betweenDigits && isDigitInfix(r) || !betweenDigits && isInfix(r) {
		return size
	}
	return 0
}

// isInfix tells that a character between two others of a word belongs to the word. The list is that of Unicode's rules
// for words, and "&".
func isInfix(r rune) bool {
	switch r {
	case '\'', '&', '·', '״', '‧', '’', '‛':
		return true
	}
	return false
}

// isDigitInfix tells that a character between two digits belongs to the word.
func isDigitInfix(r rune) bool {
	switch r {
	case ',', '.', ';', '\u037e', '\u0589', '\u060d', '\u07f8', '\u2044', '\ufe10', '\ufe13', '\ufe14':
		return true
	}
	return false
}

// isJoiner names characters that are not seen: what stands on both sides is one word.
func isJoiner(r rune) bool {
	return '\u200b' <= r && r <= '\u200d' || r == '\u2060' || r == '\ufeff'
}

// suffixSize is how many of "+" and "#" at the beginning of rest end the word before. "fish+chips" are two words, and
// so are those on both sides of a row of plus signs.
func suffixSize(rest string) int {
	if rest == "" || rest[0] != '+' && rest[0] != '#' {
		return 0
	}
	n := 0
	for n < len(rest) && (rest[n] == '+' || rest[n] == '#') {
		n++
	}
	if r, _ := utf8.DecodeRuneInString(rest[n:]); n > 3 || n < len(rest) && isWordRune(r) {
		return 0
	}
	return n
}

// acronymEnd tells where capitals with dots between them end. The last may have a dot after it.
func acronymEnd(text string, start int) (end int, ok bool) {
	letters := 0
	at := start
	for at < len(text) && 'A' <= text[at] && text[at] <= 'Z' {
		letters++
		at++
		if at == len(text) || text[at] != '.' || letters > maxWord {
			break
		}
		at++
	}
	r, _ := utf8.DecodeRuneInString(text[at:])
	return at, letters > 1 && letters <= maxWord && (at == len(text) || !isWordRune(r))
}

// foldWord is the word as it is searched.
func foldWord(w span, text string) string {
	word := text[w.start:w.end]
	switch w.kind {
	case plainWord:
		return word
	case acronym:
		return strings.ToLower(strings.ReplaceAll(word, ".", ""))
	}
	if isASCII(word) {
		return strings.ToLower(word)
	}
	folded := make([]byte, 0, len(word))
	for _, r := range word {
		switch {
		case isJoiner(r):
		case r == '’' || r == '‛':
			folded = append(folded, '\'')
		default:
			folded = utf8.AppendRune(folded, unicode.ToLower(r))
		}
	}
	return string(norm.NFC.Bytes(folded))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// asciiWord tells which bytes are characters of words.
var asciiWord = func() (is [utf8.RuneSelf]bool) {
	for c := range is {
		is[c] = unicode.In(rune(c), unicode.L, unicode.N, unicode.Pc)
	}
	return is
}()

// isWordRune tells that a character is one of words: letters, marks, numbers, and what joins words as "_" does.
func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return asciiWord[r]
	}
	return r != utf8.RuneError && unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.Pc)
}
