package sqlite

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"patchwatch/track"
)

// A page of a list takes a fixed number of statements, in one transaction: one counts the list, one finds which rows are on the
// page, and a few tell what these have. The first two read an index that has all they need, and no row.

// listing says which rows are in a list, and in which order.
type listing struct {
	from  string // a table under an alias, and the index that is read
	joins string // what else where needs
	row   string // what identifies a row
	keys  []key  // of the index: columns that are given, and stand before those of the order
	where conditions

	order   []orderTerm
	sorting string // joins that order needs
	ordered bool   // the index has the rows of one choice of keys in this order

	// narrow is the same list found by dates, where they narrow it: nil if there is no such way. It is the better one where
	// there are few rows.
	narrow *listing
}

// key is a column of an index that has one of some values.
type key struct {
	column string
	values []any
}

func keyOf[T any](column string, values []T) key {
	k := key{column: column}
	for _, v := range values {
		k.values = append(k.values, v)
	}
	return k
}

// orderTerm is an expression to sort by.
type orderTerm struct {
	expr string
	desc bool
}

const (
	// mostBranches is how many stretches of an index are merged. Rows of more than that are sorted.
	mostBranches = 16
	// fewRows are sorted rather than looked for in an index that has them in order, but others among them.
	fewRows = 3000
)

// count counts the rows of the whole list.
func (q queries) count(l *listing) (total int, err error) {
	if l.narrow != nil {
		l = l.narrow
	}
	c := conditions{}
	for _, k := range l.keys {
		c.among(k)
	}
	c.addAll(&l.where)
	_, err = q.row(`SELECT count(*) FROM `+l.from+l.joins+c.where(), c.args, &total)
	return total, err
}

// page finds the rows of a page of a list that has so many rows.
func (q queries) page(l *listing, p track.Paging, total int) (ids []int64, err error) {
	offset, size := max(p.Offset, 0), min(p.Limit, total-p.Offset)
	if size <= 0 {
		return nil, nil
	}
	if l.narrow != nil && total <= fewRows {
		l = l.narrow
	}
	backwards := l.ordered && offset > total-offset-size // then it is nearer to the end
	if backwards {
		offset = total - offset - size
	}
	s := l.statement(backwards)
	var id, by, then int64
	dest := []any{&id, &by, &then}[:s.columns]
	ids = make([]int64, 0, size)
	err = q.each(s.query+` LIMIT +? OFFSET +?`, append(s.args, size, offset), func(scan func(...any) error) error {
		err := scan(dest...)
		ids = append(ids, id)
		return err
	})
	if backwards {
		slices.Reverse(ids)
	}
	return ids, err
}

// statement is one that lists all rows in order.
type statement struct {
	query   string
	args    []any
	columns int
}

func (l *listing) statement(backwards bool) statement {
	choices := l.choices()
	if !l.ordered || len(choices) > mostBranches {
		c := conditions{}
		for _, k := range l.keys {
			c.among(k)
		}
		c.addAll(&l.where)
		return statement{`SELECT ` + l.row + ` FROM ` + l.from + l.joins + l.sorting + c.where() + l.orderBy(false, false), c.args, 1}
	}
	return l.merged(choices, backwards)
}

// merged merges the stretches of the index that the choices are, each of which is in order.
func (l *listing) merged(choices [][]any, backwards bool) statement {
	s := statement{columns: 1}
	selected := l.row
	if len(choices) > 1 { // what a merged list is sorted by are its columns
		for _, t := range l.order {
			selected += `, ` + t.expr
			s.columns++
		}
	}
	var branches []string
	for _, values := range choices {
		c := conditions{}
		for i, k := range l.keys {
			c.add(true, is(k.column), values[i])
		}
		c.addAll(&l.where)
		branches = append(branches, `SELECT `+selected+` FROM `+l.from+l.joins+c.where())
		s.args = append(s.args, c.args...)
	}
	s.query = strings.Join(branches, ` UNION ALL `) + l.orderBy(backwards, len(choices) > 1)
	return s
}

// choices are all ways to choose one value of each key.
func (l *listing) choices() [][]any {
	all := [][]any{nil}
	for _, k := range l.keys {
		var longer [][]any
		for _, c := range all {
			for _, v := range k.values {
				longer = append(longer, append(slices.Clone(c), v))
			}
		}
		if all = longer; len(all) > mostBranches {
			break
		}
	}
	return all
}

// orderBy calls what it sorts by by its expressions, or by the places of columns that have these, from the second on.
func (l *listing) orderBy(backwards, places bool) string {
	terms := make([]string, len(l.order))
	for i, t := range l.order {
		terms[i] = t.expr
		if places {
			terms[i] = fmt.Sprint(i + 2)
		}
		if t.desc != backwards {
			terms[i] += ` DESC`
		}
	}
	return ` ORDER BY ` + strings.Join(terms, `, `)
}

// among restricts a key to its values.
func (c *conditions) among(k key) {
	if len(k.values) == 1 {
		c.add(true, is(k.column), k.values[0])
	} else {
		c.add(true, in(k.column), list(k.values))
	}
}

func (c *conditions) addAll(o *conditions) {
	c.terms, c.args = append(c.terms, o.terms...), append(c.args, o.args...)
}

// anyOf restricts a column to some values; nil: it does not.
func anyOf[T any](c *conditions, column string, values []T) {
	if values != nil {
		c.among(keyOf(column, values))
	}
}

// scope leaves out what a viewer does not see, of a table under an alias.
func (c *conditions) scope(alias string, s track.Scope) {
	c.add(len(s.Without) > 0, alias+`.project NOT IN (SELECT value FROM json_each(?))`, list(s.Without))
	c.add(!s.Whole, `NOT `+alias+`.hidden`)
}

// words must each be in a column.
func (c *conditions) words(column string, words []string) {
	for _, w := range words {
		c.contains(column, w)
	}
}

// walkAlong goes along an index in the order that is wanted. along sets the table and its index, the keys, and conditions that do
// not depend on the order. Where dates narrow the list and the order is another, the index by dates may be the better one.
func (l *listing) walkAlong(w walk, date string, since, before time.Time, along func(l *listing, byID bool)) {
	along(l, w == byID)
	l.ordered = w != noWalk
	l.where.between(date, since, before)
	if w == byID && !(since.IsZero() && before.IsZero()) {
		narrow := *l
		along(&narrow, false)
		narrow.ordered, narrow.where = false, l.where
		l.narrow = &narrow
	}
}

// walkProjects is walkAlong for a table that is listed by project alone.
func (l *listing) walkProjects(table, alias string, projects []int64, w walk, since, before time.Time) {
	l.walkAlong(w, alias+`.date`, since, before, func(l *listing, byID bool) {
		index := choose(byID, `_id`, `_newest`)
		if projects != nil {
			index = choose(byID, `_project_id`, `_date`)
			l.keys = []key{keyOf(alias+`.project`, projects)}
		}
		l.from = table + ` ` + alias + ` INDEXED BY ` + table + index
	})
}

func choose[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}

// given takes the table and its index for the first of several things that are asked for, and tells whether this one is.
func (l *listing) given(wanted bool, from string) bool {
	if wanted && l.from == `` {
		l.from = from
	}
	return wanted
}
