package both

import (
	"fmt"
	"strings"
	"time"

	"patchwatch/track"
)

// ColumnOrder says what a column of a list is sorted by: expressions, and the joins that these need.
type ColumnOrder struct {
	Exprs []string
	Joins string
}

// Walk is an order that an index gives.
type Walk int

const (
	NoWalk Walk = iota
	ByID
	ByDate
)

// OrderTerm is an expression to sort by.
type OrderTerm struct {
	Expr string
	Desc bool
}

// Sort gives the terms of an order, the joins that they need, and which walk it is. Columns that the list does not have
// are left out. What follows the number changes nothing. People are sorted by what a viewer calls them.
func Sort(called string, order []track.Order, id string, columns map[string]ColumnOrder) (
	terms []OrderTerm, joins string, walk Walk,
) {
	desc := false
	date, same := 0, true
	for _, o := range order {
		if o.By == "id" {
			desc = o.Desc
			same = same && (len(terms) == 0 || terms[0].Desc == desc)
			break
		}
		c, there := columns[o.By]
		if !there {
			continue
		}
		if o.By == "date" {
			date++
		}
		desc = o.Desc
		for _, e := range c.Exprs {
			terms = append(terms, OrderTerm{strings.Replace(e, OfPerson, called, 1), desc})
		}
		if !strings.Contains(joins, c.Joins) {
			joins += c.Joins
		}
	}
	terms = append(terms, OrderTerm{id, desc})
	switch {
	case len(terms) == 1:
		walk = ByID
	case len(terms) == 2 && date == 1 && same:
		walk = ByDate
	}
	return terms, joins, walk
}

// StateNumber sorts states in their order, those of one's own after them.
func StateNumber(column string) string {
	var b strings.Builder
	for i, s := range track.States() {
		fmt.Fprintf(&b, " WHEN '%s' THEN %d", s, i+1)
	}
	return `CASE ` + column + b.String() + ` ELSE 99 END`
}

// SecondsFrom is the first whole second that is not before a time.
func SecondsFrom(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}

// OfPerson is the name that counts for those who see everything, in the table person under the alias pe.
const OfPerson = `pe.name`
