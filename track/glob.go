package track

import (
	"strings"
	"unicode/utf8"
)

// glob is a compiled pattern of fnmatch(3): *, ?, [abc], [a-z], [!abc]; * crosses /. A bracket that is not closed
// means itself.
//
// The pattern is cut at its stars. The first segment must begin the text and the last one must end it; each of the
// others is where it is first found after the one before. Nothing is ever tried twice, whatever the text.
type glob struct {
	segments []segment // one more than there are stars
}

func compileGlob(pattern string) glob {
	var g glob
	var elements []element
	for len(pattern) > 0 {
		switch c := pattern[0]; c {
		case '*':
			g.segments = append(g.segments, newSegment(elements))
			elements, pattern = nil, pattern[1:]
		case '?':
			elements, pattern = append(elements, element{set: &set{not: true}}), pattern[1:]
		case '[':
			o, n := bracket(pattern)
			elements, pattern = append(elements, o), pattern[n:]
		default:
			r, n := utf8.DecodeRuneInString(pattern)
			elements, pattern = append(elements, element{char: r}), pattern[n:]
		}
	}
	g.segments = append(g.segments, newSegment(elements))
	return g
}

func (g glob) matches(text string) bool {
	n, ok := g.segments[0].begins(text)
	if !ok {
		return false
	}
	text = text[n:]
	if len(g.segments) == 1 {
		return text == ""
	}
	last := len(g.segments) - 1
	n, ok = g.segments[last].ends(text)
	if !ok {
		return false
	}
	text = text[:len(text)-n]
	for _, p := range g.segments[1:last] {
		if text, ok = p.cut(text); !ok {
			return false
		}
	}
	return true
}

// segment is what is between two stars: a fixed text, or, if it has a ? or a bracket, what each of its characters may
// be.
type segment struct {
	fixed    string
	elements []element // nil: the segment is fixed
}

// element says what one character of a text may be.
type element struct {
	char rune
	set  *set // nil: it is char
}

func newSegment(elements []element) segment {
	var fixed strings.Builder
	for _, o := range elements {
		if o.set != nil {
			return segment{elements: elements}
		}
		fixed.WriteRune(o.char)
	}
	return segment{fixed: fixed.String()}
}

// begins tells whether a text begins with the segment, and how many bytes that takes.
func (p segment) begins(text string) (n int, ok bool) {
	if p.elements == nil {
		return len(p.fixed), strings.HasPrefix(text, p.fixed)
	}
	for _, o := range p.elements {
		r, size := utf8.DecodeRuneInString(text[n:])
		if size == 0 || !o.matches(r) {
			return 0, false
		}
		n += size
	}
	return n, true
}

// ends tells whether a text ends with the segment, and how many bytes that takes.
func (p segment) ends(text string) (n int, ok bool) {
	if p.elements == nil {
		return len(p.fixed), strings.HasSuffix(text, p.fixed)
	}
	for i := len(p.elements) - 1; i >= 0; i-- {
		r, size := utf8.DecodeLastRuneInString(text[:len(text)-n])
		if size == 0 || !p.elements[i].matches(r) {
			return 0, false
		}
		n += size
	}
	return n, true
}

// cut finds the segment in a text and gives what follows it.
func (p segment) cut(text string) (rest string, ok bool) {
	if p.elements == nil {
		_, rest, ok = strings.Cut(text, p.fixed)
		return rest, ok
	}
	for len(text) > 0 {
		if n, ok := p.begins(text); ok {
			return text[n:], true
		}
		_, size := utf8.DecodeRuneInString(text)
		text = text[size:]
	}
	return "", false
}

func (o element) matches(r rune) bool {
	if o.set == nil {
		return r == o.char
	}
	return o.set.has(r) != o.set.not
}

// set is the characters in a bracket. A negated empty set matches any character.
type set struct {
	not    bool
	ranges [][2]rune // first and last
}

func (s *set) has(r rune) bool {
	for _, x := range s.ranges {
		if x[0] <= r && r <= x[1] {
			return true
		}
	}
	return false
}

// bracket reads the bracket that pattern begins with, and returns its length. A ] right after the opening means
// itself.
func bracket(pattern string) (o element, n int) {
	body, not := strings.CutPrefix(pattern[1:], "!")
	end := -1
	if len(body) > 1 {
		end = strings.IndexByte(body[1:], ']')
	}
	if end < 0 {
		return element{char: '['}, 1
	}
	inside := []rune(body[:end+1])
	s := &set{not: not}
	for len(inside) > 0 {
		first, last, used := inside[0], inside[0], 1
		if len(inside) > 2 && inside[1] == '-' {
			last, used = inside[2], 3
		}
		s.ranges = append(s.ranges, [2]rune{first, last})
		inside = inside[used:]
	}
	return element{set: s}, len(pattern) - len(body) + end + 2
}
