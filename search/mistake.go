package search

import (
	"fmt"
	"unicode/utf8"
)

// A Mistake is what is wrong with a query, and where.
type Mistake struct {
	Column int    // in characters, from 1
	What   string // a clause
}

func (m Mistake) Error() string { return fmt.Sprintf("column %d: %s", m.Column, m.What) }

// mistakeAt is a mistake at a byte of a query.
func mistakeAt(text string, at int, format string, args ...any) Mistake {
	return Mistake{utf8.RuneCountInString(text[:min(at, len(text))]) + 1, fmt.Sprintf(format, args...)}
}
