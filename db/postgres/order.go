package postgres

import (
	"fmt"
	"strings"
	"time"

	"patchwatch/track"
)

// columnOrder says what a column of a list is sorted by: expressions, and the joins that these need.
type columnOrder struct {
	exprs []string
	joins string
}

// walk is an order that an index gives.
type walk int

const (
	noWalk walk = iota
	byID
	byDate
)

// sortBy sets the order of a listing, and tells which walk that is. Columns that the list does not have are left out.
// What follows the number changes nothing. People are sorted by what they are called in a scope.
func (l *listing) sortBy(s track.Scope, order []track.Order, id string, columns map[string]columnOrder) walk {
	desc := false
	date, same := 0, true
	for _, o := range order {
		if o.By == "id" {
			desc = o.Desc
			same = same && (len(l.order) == 0 || l.order[0].desc == desc)
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
		for _, e := range c.exprs {
			l.order = append(l.order, orderTerm{strings.Replace(e, ofPerson, personName(s), 1), desc})
		}
		if !strings.Contains(l.sorting, c.joins) {
			l.sorting += c.joins
		}
	}
	l.order = append(l.order, orderTerm{id, desc})
	switch {
	case len(l.order) == 1:
		return byID
	case len(l.order) == 2 && date == 1 && same:
		return byDate
	}
	return noWalk
}

// stateNumber sorts states in their order, those of one's own after them.
func stateNumber(column string) string {
	var b strings.Builder
	for i, s := range track.States() {
		fmt.Fprintf(&b, " WHEN '%s' THEN %d", s, i+1)
	}
	return `CASE ` + column + b.String() + ` ELSE 99 END`
}

// between restricts a column of seconds to times from since on and before another.
func (c *conditions) between(column string, since, before time.Time) {
	c.add(!since.IsZero(), column+` >= ?`, secondsFrom(since))
	c.add(!before.IsZero(), column+` < ?`, secondsFrom(before))
}

// secondsFrom is the first whole second that is not before a time.
func secondsFrom(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}
