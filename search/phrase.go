package search

import (
	"strings"
	"unicode/utf8"
)

// phrase reads what is between quotes: words directly one after the other. Any quote ends it, but "" does not, which
// stands for a quote within.
func (s *scanner) phrase(f Field) Node {
	start := s.at
	_, size := utf8.DecodeRuneInString(s.text[start:])
	inside := start + size
	for at := inside; at < len(s.text); {
		r, size := utf8.DecodeRuneInString(s.text[at:])
		switch {
		case r == '"' && s.after(at) == '"' && at > inside:
			at++
		case isQuote(r):
			s.at = at + size
			text := s.text[inside:at]
			return s.wordNode(start, f, text, strings.HasSuffix(text, "*"), false)
		}
		at += size
	}
	s.fail(start, "a phrase without its end")
	return nil
}

// wordsAt reads a word, or several with signs such as "/" or "@" between them, which are a phrase.
func (s *scanner) wordsAt(f Field) Node {
	start := s.at
	for {
		s.at = nextWord(s.text, s.at).end
		end := s.at
		if s.skipGenerators(); s.at == len(s.text) {
			s.at = end
			break
		}
		if r, _ := utf8.DecodeRuneInString(s.text[s.at:]); !isWordRune(r) {
			s.at = end
			break
		}
	}
	text := s.text[start:s.at]
	prefix := s.at < len(s.text) && s.text[s.at] == '*' && !isWordRune(s.after(s.at))
	stems := s.at == len(s.text) || !strings.ContainsRune(`(/\@<>=*[{"`, rune(s.text[s.at]))
	if prefix {
		s.at++
	}
	return s.wordNode(start, f, text, prefix, stems)
}

// wordNode is the node for words that belong together. A single word means all of its stem if stems is true and the
// word does not begin with a capital: then it is somebody's name.
func (s *scanner) wordNode(start int, f Field, text string, prefix, stems bool) Node {
	words := queryWords(text)
	switch {
	case len(words) == 0 && hasWord(text):
		s.fail(start, "no word may be longer than %d bytes", maxWord)
	case len(words) == 0:
		s.note(start, "a phrase without a word was left out")
		return nil
	}
	last := words[len(words)-1]
	prefix = prefix && endsInWord(text) || isLone(last)
	switch {
	case len(words) > 1:
		return Phrase{f, words, prefix}
	case prefix:
		return Word{f, last, Prefix}
	case stems && hasStem(text) && hasStem(last) && !startsCJK(last):
		return Word{f, last, Stem}
	}
	return Word{f, last, Exact}
}

// endsInWord tells that a "*" at the end of a text makes its last word the beginning of others. After a run of CJK it
// says nothing, since that may go on anyway, nor after a word that is too long.
func endsInWord(text string) bool {
	text = strings.TrimSuffix(text, "*")
	r, _ := utf8.DecodeLastRuneInString(text)
	if !isWordRune(r) || isCJK(r) {
		return false
	}
	last := lastSpan(text)
	return len(foldWord(last, text)) <= maxWord
}

func lastSpan(text string) (last span) {
	for at := 0; ; {
		w := nextWord(text, at)
		if w.start == w.end {
			return last
		}
		last, at = w, w.end
	}
}

func hasWord(text string) bool {
	w := nextWord(text, 0)
	return w.start < w.end
}

// skipGenerators passes over the signs that make a phrase of the words around them.
func (s *scanner) skipGenerators() {
	for s.at < len(s.text) && strings.IndexByte(`.-/:\@`, s.text[s.at]) >= 0 {
		s.at++
	}
}
