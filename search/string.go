package search

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// String is "*".
func (n All) String() string { return "*" }

func (n And) String() string    { return string(n.append(nil)) }
func (n Or) String() string     { return string(n.append(nil)) }
func (n Not) String() string    { return string(n.append(nil)) }
func (n Word) String() string   { return string(n.append(nil)) }
func (n Phrase) String() string { return string(n.append(nil)) }
func (n Near) String() string   { return string(n.append(nil)) }
func (n Term) String() string   { return string(n.append(nil)) }
func (n Range) String() string  { return string(n.append(nil)) }

func (n All) append(text []byte) []byte { return append(text, '*') }

func (n And) append(text []byte) []byte { return appendJoined(text, n.Nodes, " AND ") }

func (n Or) append(text []byte) []byte { return appendJoined(text, n.Nodes, " OR ") }

func (n Not) append(text []byte) []byte { return appendInner(append(text, "NOT "...), n.Node) }

func appendJoined(text []byte, nodes []Node, between string) []byte {
	for i, n := range nodes {
		if i > 0 {
			text = append(text, between...)
		}
		text = appendInner(text, n)
	}
	return text
}

// appendInner puts parentheses around what has several nodes.
func appendInner(text []byte, n Node) []byte {
	switch n.(type) {
	case And, Or, Near:
		text = n.append(append(text, '('))
		return append(text, ')')
	}
	return n.append(text)
}

func (n Word) append(text []byte) []byte {
	text = appendField(text, n.Field)
	switch n.Form {
	case Stem:
		return append(text, n.Text...)
	case Prefix:
		return append(append(text, n.Text...), '*')
	}
	return append(append(append(text, '"'), n.Text...), '"')
}

func (n Phrase) append(text []byte) []byte {
	text = append(appendField(text, n.Field), '"')
	text = appendWordList(text, n.Words)
	if n.Prefix {
		text = append(text, '*')
	}
	return append(text, '"')
}

func (n Near) append(text []byte) []byte {
	operator := " NEAR/"
	if n.Ordered {
		operator = " ADJ/"
	}
	text = appendField(text, n.Field)
	if n.Field != AnyField {
		text = append(text, '(')
	}
	for i, word := range n.Words {
		if i > 0 {
			text = strconv.AppendInt(append(text, operator...), int64(n.Within), 10)
			text = append(text, ' ')
		}
		text = append(append(append(text, '"'), word...), '"')
	}
	if n.Field != AnyField {
		text = append(text, ')')
	}
	return text
}

func (n Term) append(text []byte) []byte {
	text = append(appendField(text, n.Field), '"')
	text = append(text, strings.ReplaceAll(n.Value, `"`, `""`)...)
	return append(text, '"')
}

func (n Range) append(text []byte) []byte {
	text = appendField(text, n.Field)
	if n.From != MinRange {
		text = appendValue(text, n.Field, n.From)
	}
	text = append(text, ".."...)
	if n.To != MaxRange {
		text = appendValue(text, n.Field, n.To)
	}
	return text
}

// appendValue writes an end of a range.
func appendValue(text []byte, f Field, value int64) []byte {
	switch f {
	case Date:
		return time.Unix(value, 0).UTC().AppendFormat(text, compactTime)
	case Received:
		return time.Unix(value, 0).UTC().AppendFormat(text, "2006-01-02T15:04:05")
	}
	return strconv.AppendInt(text, value, 10)
}

func appendField(text []byte, f Field) []byte {
	if name := f.String(); name != "" {
		text = append(append(text, name...), ':')
	}
	return text
}

// appendWordList writes the words of a phrase, so that AppendWords makes the same of them. Pairs of CJK characters that
// overlap become the run that they come from.
func appendWordList(text []byte, words []string) []byte {
	run := "" // the word before, if it was a pair
	for i, word := range words {
		r, first := utf8.DecodeRuneInString(word)
		_, last := utf8.DecodeLastRuneInString(run)
		overlaps := run != "" && isCJK(r) && strings.HasPrefix(word, run[len(run)-last:])
		switch {
		case overlaps:
			text = append(text, word[first:]...) // nothing, of the last character alone
		case i > 0:
			text = append(append(text, ' '), word...)
		default:
			text = append(text, word...)
		}
		if run = ""; isCJK(r) && len(word) > first {
			run = word
		}
	}
	return text
}
