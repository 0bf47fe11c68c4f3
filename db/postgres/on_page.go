package postgres

import (
	"slices"

	"patchwatch/internal/order"
	"patchwatch/track"
)

// onPage are the numbers of rows on a page of a list, in its order: known ones, or those that a statement finds, which
// is then part of the question for the rows, so that both take one journey.
type onPage struct {
	known []int64
	found statement

	list  *listing
	limit int
	total int // of the list; -1: the page tells it, if it is not full
}

// numbers are those of rows that need no list.
func numbers(known []int64) *onPage { return &onPage{known: known} }

// none tells that there is nothing to ask for.
func (o *onPage) none() bool { return o.found.query == "" && len(o.known) == 0 }

// table is a table j of the numbers and of their places, in a join that says what they are.
func (o *onPage) table() string {
	if o.found.query == "" {
		return `unnest(?::bigint[]) WITH ORDINALITY j(value, place) JOIN `
	}
	return `(SELECT v.value, row_number() OVER () FROM (` + o.found.query + `) v(value)) j(value, place) JOIN `
}

// args are the arguments of the table, and what comes behind them.
func (o *onPage) args(more ...any) []any {
	if o.found.query == "" {
		return append([]any{o.known}, more...)
	}
	return append(slices.Clone(o.found.args), more...)
}

// near is up to where a page is looked for from the beginning, whatever the length of the list: it need not be known
// then, and is counted in the same journey.
const near = 1000

// onPage finds the rows of a page, and counts the list where its length is not known (-1). Where that is cheap to do
// twice, it leaves both to the question for the rows.
func (q *queries) onPage(l *listing, p track.Paging, known int) (*onPage, error) {
	o := &onPage{list: l, limit: p.Limit, total: known}
	cheap := (l.few || l.ordered && len(l.choices()) <= 1) && p.Limit > 0
	switch {
	case known >= 0 || p.Offset > near:
		return o, q.turnTo(o, p)
	case cheap:
		s := l.statement(false)
		o.found = statement{s.query + ` LIMIT ? OFFSET ?`, append(s.args, p.Limit, max(p.Offset, 0))}
		if l.few && p.Offset <= 0 {
			return o, nil
		}
		return o, q.alsoCount(l, &o.total)
	}
	if err := q.alsoPage(l, p, &o.known); err != nil {
		return nil, err
	}
	var err error
	o.total, err = q.count(l)
	return o, err
}

// turnTo finds a page that may be far away, for which it must be known how many rows there are.
func (q *queries) turnTo(o *onPage, p track.Paging) (err error) {
	if o.total < 0 {
		if o.total, err = q.count(o.list); err != nil {
			return err
		}
	}
	o.known, err = q.page(o.list, p, o.total)
	return err
}

// totalOf is how many rows the whole list has, once those of a page are there.
func (q *queries) totalOf(o *onPage, rows int) (total int, err error) {
	if o.total >= 0 {
		return o.total, nil
	}
	if rows < o.limit {
		return rows, nil
	}
	return q.count(o.list)
}

// inPlaces puts rows into the order of their places, which mostly they are in.
func inPlaces[R any](rows []R, places []int64) []R {
	if len(rows) != len(places) || slices.IsSorted(places) {
		return rows
	}
	at := make([]int, len(rows))
	for i := range at {
		at[i] = i
	}
	order.By(at, func(a, b int) int { return int(places[a] - places[b]) })
	sorted := make([]R, len(rows))
	for i, from := range at {
		sorted[i] = rows[from]
	}
	return sorted
}
