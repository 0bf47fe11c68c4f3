package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A token is the next thing in a query.
type token struct {
	kind tokenKind
	at   int    // where it begins, in bytes
	text string // as it is written; of operators only

	node  Node   // of a leaf
	group string // of a value or range: the name before the colon, if a mail has only one value of it

	field    Field // of a parenthesis that has one before it, as in s:(a b)
	hasField bool

	within  int // of NEAR and ADJ
	ordered bool
}

type tokenKind int

const (
	tokenEnd   tokenKind = iota
	tokenLeaf            // a word, phrase, value or range
	tokenOpen            // (
	tokenClose           // )
	tokenAnd
	tokenOr
	tokenXor
	tokenNot
	tokenNear // NEAR or ADJ
	tokenPlus
	tokenMinus
)

// A scanner takes a query apart.
type scanner struct {
	text  string
	at    int
	depth int   // of parentheses
	field Field // what the innermost parenthesis says that words without a field mean
	opts  Options
	saved int  // how many saved queries are around this one
	words *int // how many there are by now; shared with the saved queries
	notes []Mistake

	lastWord int // where the last character of a word is; -1: nowhere
}

func newScanner(text string, opts Options, words *int) scanner {
	return scanner{text: text, opts: opts, words: words, lastWord: strings.LastIndexFunc(text, isWordRune)}
}

func (s *scanner) fail(at int, format string, args ...any) {
	panic(mistakeAt(s.text, at, format, args...))
}

// maxNotes is how many notes a query may get.
const maxNotes = 10

func (s *scanner) note(at int, format string, args ...any) {
	if len(s.notes) == maxNotes {
		return
	}
	s.notes = append(s.notes, mistakeAt(s.text, at, format, args...))
}

// count adds to the words of the query.
func (s *scanner) count(at, n int) {
	if *s.words += n; *s.words > MaxWords {
		s.fail(at, "more than %d words and values", MaxWords)
	}
}

// scan reads a token. What is neither a word nor a sign of the language separates words.
func (s *scanner) scan() token {
	for s.at < len(s.text) {
		r, size := utf8.DecodeRuneInString(s.text[s.at:])
		start := s.at
		if isWordRune(r) {
			return s.wordOrField()
		}
		if isQuote(r) {
			return s.leaf(start, s.phrase(s.field))
		}
		s.at += size
		switch r {
		case '(':
			if s.opens(start) {
				return token{kind: tokenOpen, at: start, text: "("}
			}
		case ')':
			if s.depth > 0 {
				return token{kind: tokenClose, at: start, text: ")"}
			}
			s.note(start, "a parenthesis that ends nothing was left out")
		case '+', '-':
			if s.isSign(start) {
				return token{kind: map[rune]tokenKind{'+': tokenPlus, '-': tokenMinus}[r], at: start, text: string(r)}
			}
		case '*':
			if s.standsAlone(start) {
				return s.leaf(start, All{})
			}
		}
	}
	return token{kind: tokenEnd, at: len(s.text)}
}

// leaf is a token of a node; nil stands for a phrase without words, which is left out.
func (s *scanner) leaf(at int, n Node) token {
	if n != nil {
		s.count(at, size(n))
	}
	return token{kind: tokenLeaf, at: at, node: n}
}

// before is the character before a place; a space at the beginning.
func (s *scanner) before(at int) rune {
	if r, size := utf8.DecodeLastRuneInString(s.text[:at]); size > 0 {
		return r
	}
	return ' '
}

// after is the character after the one byte at a place; a space at the end.
func (s *scanner) after(at int) rune {
	if r, size := utf8.DecodeRuneInString(s.text[at+1:]); size > 0 {
		return r
	}
	return ' '
}

// opens tells that a parenthesis opens a group. One that directly follows a word is like any other sign: people look
// for "kmalloc()". An empty one, or one that ends the query, is left out.
func (s *scanner) opens(at int) bool {
	if b := s.before(at); !isSpace(b) && !strings.ContainsRune("()+-", b) {
		return false
	}
	rest := strings.TrimLeftFunc(s.text[at+1:], isSpace)
	if rest == "" {
		return false
	}
	if rest[0] == ')' {
		s.at = len(s.text) - len(rest) + 1
		return false
	}
	return true
}

// isSign tells that "+" or "-" says something of what follows.
func (s *scanner) isSign(at int) bool {
	b, a := s.before(at), s.after(at)
	return (isSpace(b) || b == '(') && !isSpace(a) && a != '+' && a != '-' && at < s.lastWord
}

// standsAlone tells that a "*" is all that there is between spaces and parentheses: it means every mail.
func (s *scanner) standsAlone(at int) bool {
	b, a := s.before(at), s.after(at)
	return (isSpace(b) || b == '(') && (isSpace(a) || a == ')')
}

// wordOrField reads a field with what follows its colon, an operator, or words.
func (s *scanner) wordOrField() token {
	start := s.at
	if info, value, ok := s.fieldName(); ok {
		s.at = value
		if t, ok := s.fieldValue(start, info); ok {
			return t
		}
		s.at = start
	}
	if t, ok := s.operator(); ok {
		return t
	}
	return s.leaf(start, s.wordsAt(s.field))
}

// fieldName reads a name before a colon. A colon before a space or a parenthesis is no sign of a field.
func (s *scanner) fieldName() (info fieldInfo, value int, ok bool) {
	rest := s.text[s.at:]
	end := strings.IndexFunc(rest, func(r rune) bool { return !isWordRune(r) })
	if end < 0 || rest[end] != ':' {
		return info, 0, false
	}
	if a := s.after(s.at + end); a <= ' ' || a == ')' {
		return info, 0, false
	}
	name := rest[:end]
	if name == "saved" {
		return fieldInfo{name: name}, s.at + end + 1, true
	}
	if info, ok = names[name]; !ok {
		s.noteField(name)
	}
	return info, s.at + end + 1, ok
}

// noteField says that there is no such field. Whoever writes "https://..." or "std::string" means none.
func (s *scanner) noteField(name string) {
	if a := s.text[s.at+len(name)+1]; a != ':' && a != '/' {
		s.note(s.at, "there is no field %q, so this was taken for words", name)
	}
}

// fieldValue reads what follows the colon. It is not ok if this is no field at all but text, as in "c:://".
func (s *scanner) fieldValue(start int, info fieldInfo) (t token, ok bool) {
	r, _ := utf8.DecodeRuneInString(s.text[s.at:])
	switch {
	case info.name == "saved":
		return token{kind: tokenLeaf, at: start, node: s.savedQuery(s.value())}, true
	case info.field.isRange():
		t = s.leaf(start, s.rangeOf(info, s.value()))
		t.group = info.name
		return t, true
	case !info.field.hasWords():
		t = s.leaf(start, s.termOf(info, s.value()))
		if !info.joins {
			t.group = info.name
		}
		return t, true
	case isQuote(r):
		return s.leaf(start, s.phrase(info.field)), true
	case r == '(':
		return s.fieldGroup(start, info.field)
	}
	if r != ':' {
		s.skipGenerators()
	}
	if r, _ = utf8.DecodeRuneInString(s.text[s.at:]); !isWordRune(r) {
		return t, false
	}
	return s.leaf(start, s.wordsAt(info.field)), true
}

// fieldGroup reads the parenthesis of s:(a b).
func (s *scanner) fieldGroup(start int, f Field) (t token, ok bool) {
	s.at++
	rest := strings.TrimLeftFunc(s.text[s.at:], isSpace)
	if rest == "" || rest[0] == ')' {
		s.fail(s.at-1, "parentheses with nothing in them")
	}
	return token{kind: tokenOpen, at: start, text: "(", field: f, hasField: true}, true
}

// A fieldText is a value and where it begins.
type fieldText struct {
	text string
	at   int
}

// value reads an exact value or a range: up to the next space or parenthesis, or between quotes; there "" is one quote.
func (s *scanner) value() fieldText {
	start := s.at
	if s.text[start] != '"' {
		end := strings.IndexFunc(s.text[start:], func(r rune) bool { return r <= ' ' || r == ')' })
		if s.at = start + end; end < 0 {
			s.at = len(s.text)
		}
		return fieldText{s.text[start:s.at], start}
	}
	var value strings.Builder
	for rest := s.text[start+1:]; ; {
		before, after, ok := strings.Cut(rest, `"`)
		if !ok {
			s.fail(start, "a quoted value without its end")
		}
		value.WriteString(before)
		if rest, ok = strings.CutPrefix(after, `"`); !ok {
			s.at = len(s.text) - len(after)
			return fieldText{value.String(), start + 1}
		}
		value.WriteByte('"')
	}
}

// operator reads AND, OR, XOR, NOT, NEAR and ADJ. In small letters they are words.
func (s *scanner) operator() (t token, ok bool) {
	w := nextWord(s.text, s.at)
	text := s.text[w.start:w.end]
	kinds := map[string]tokenKind{
		"AND": tokenAnd, "OR": tokenOr, "XOR": tokenXor, "NOT": tokenNot, "NEAR": tokenNear, "ADJ": tokenNear,
	}
	kind, ok := kinds[text]
	if !ok {
		return t, false
	}
	t = token{kind: kind, at: s.at, text: text}
	end := w.end
	if kind == tokenNear {
		t.ordered = text == "ADJ"
		if t.within, end, ok = s.distance(end); !ok {
			return t, false
		}
	}
	s.at = end
	return t, true
}

// maxWithin is the largest distance that NEAR takes.
const maxWithin = 1000

// distance reads the "/5" of NEAR/5; without it the distance is 10.
func (s *scanner) distance(at int) (within, end int, ok bool) {
	if at == len(s.text) || s.text[at] != '/' {
		return 10, at, true
	}
	for end = at + 1; end < len(s.text) && '0' <= s.text[end] && s.text[end] <= '9'; end++ {
		within = min(within*10+int(s.text[end]-'0'), maxWithin+1)
	}
	if within == 0 || end < len(s.text) && !isSpace(rune(s.text[end])) {
		return 0, 0, false
	}
	if within > maxWithin {
		s.fail(at, "words may be %d apart at most", maxWithin)
	}
	return within, end, true
}

func isQuote(r rune) bool { return r == '"' || r == '“' || r == '”' }

// isSpace is Xapian's: control characters too.
func isSpace(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Z) }
