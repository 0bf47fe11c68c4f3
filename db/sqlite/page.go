package sqlite

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"patchwatch/db/internal/both"
	"patchwatch/internal/order"
	"patchwatch/track"
)

// A page of a list takes a fixed number of statements, in one transaction: up to three count the list, by totals where
// there are any (totals.go), one may say which way to its rows is the shorter, one finds which rows are on the page,
// and a few tell what these have. What counts and finds reads an index that has all it needs, and no row.

// listing says which rows are in a list, and in which order.
type listing struct {
	from  string // a table under an alias, and the index that is read
	joins string // what else where needs
	row   string // what identifies a row
	keys  []key  // of the index: columns that are given, and stand before those of the order
	where conditions
	words conditions // of the names of the rows; where these have been looked for already there are none

	// chosen are the only choices of values of keys that there are, those of rows which meet some conditions; nil: all
	// that can be made.
	chosen  [][]any
	meeting conditions

	order   []both.OrderTerm
	pieces  []*listing // of which the list is made in this order; none: it is not
	sorting string     // joins that order needs
	ordered bool       // the index has the rows of one choice of keys in this order

	date          string // the column of since and before
	since, before time.Time

	// counted is the list of which these are rows, if it is one whose rows are counted as they come and go; exact: the
	// conditions are about nothing but what is counted.
	counted both.CountedList
	exact   bool

	// of, without what is in but, is the list: so it is counted. nil: it is no such list.
	of, but *listing

	// narrow is the same list found by what narrows it, but not in order: nil if there is no such way. It is the better
	// one where there are few rows. named: all names have to be looked at first.
	narrow *listing
	named  bool
	found  *foundNames // the list itself, where it was found by words alone
}

// sortBy sets the order of a listing, and tells which walk that is.
func (l *listing) sortBy(
	s track.Scope, by []track.Order, id string, columns map[string]both.ColumnOrder,
) (walk both.Walk) {
	l.order, l.sorting, walk = both.Sort(personName(s), by, id, columns)
	return walk
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

const (
	// mostBranches is how many stretches of an index are merged. Rows of more than that are sorted.
	mostBranches = 32
	// sortingCosts is how many entries of an index are passed over in the time that one row takes to be found and sorted.
	sortingCosts = 8
	// namingCosts is the same of a name that is looked up and searched.
	namingCosts = 4
)

// count counts the rows of the whole list.
func (q *queries) count(l *listing) (total int, err error) {
	rows := l
	if l.narrow != nil {
		rows = l.narrow
	}
	if l.of != nil {
		total, err = q.count(l.of)
		others, failed := q.countRows(l.but, l.but.all())
		return total - others, cmp.Or(err, failed)
	}
	if l.exact {
		return q.sum(l, rows)
	}
	if l.found != nil {
		return l.found.total, nil
	}
	return q.countRows(rows, rows.all())
}

func (q *queries) countRows(l *listing, c conditions) (n int, err error) {
	_, err = q.Row(`SELECT count(*) FROM `+l.from+l.joins+c.where(), c.args, &n)
	return n, err
}

// conditions are all that a row has to meet, but for its date.
func (l *listing) conditions() (c conditions) {
	if l.chosen != nil {
		c.addAll(&l.meeting)
	} else {
		c.amongAll(l.keys)
	}
	c.addAll(&l.where)
	c.addAll(&l.words)
	return c
}

// all are all conditions.
func (l *listing) all() conditions {
	c := l.conditions()
	c.between(l.date, l.since, l.before)
	return c
}

// page finds the rows of a page of a list that has so many rows.
func (q *queries) page(l *listing, p track.Paging, total int) (ids []int64, err error) {
	offset, size := max(p.Offset, 0), min(p.Limit, total-p.Offset)
	if size <= 0 {
		return nil, nil
	}
	if l.found != nil && l.found.order != both.NoWalk {
		return l.found.page(offset, size), nil
	}
	if len(l.pieces) > 0 {
		return q.pageOfPieces(l.pieces, offset, size)
	}
	if l, err = q.shorter(l, min(offset, total-offset-size)+size, total); err != nil {
		return nil, err
	}
	backwards := l.ordered && offset > total-offset-size // then it is nearer to the end
	if backwards {
		offset = total - offset - size
	}
	s := l.statement(backwards)
	var id, by, then int64
	dest := []any{&id, &by, &then}[:s.columns]
	ids = make([]int64, 0, size)
	err = q.Each(s.query+` LIMIT +? OFFSET +?`, append(s.args, size, offset), func(scan func(...any) error) error {
		err := scan(dest...)
		ids = append(ids, id)
		return err
	})
	if backwards {
		slices.Reverse(ids)
	}
	return ids, err
}

// shorter chooses the way to a list's rows, to so many of all: to pass over the entries of an index in order, or to
// sort what else finds them.
func (q *queries) shorter(l *listing, rows, total int) (*listing, error) {
	if l.narrow == nil {
		return l, nil
	}
	stretch, err := q.stretch(l)
	walking, sorting := rows*stretch/max(total, 1), sortingCosts*total
	if l.named {
		walking, sorting = namingCosts*walking, namingCosts*stretch+sorting
	}
	if sorting < walking {
		return l.narrow, err
	}
	return l, err
}

// stretch says how many rows the part of the index has that is walked along.
func (q *queries) stretch(l *listing) (int, error) {
	c := conditions{}
	if l.chosen != nil {
		c.addAll(&l.meeting)
	} else {
		c.amongAll(l.keys)
	}
	return q.sumOf(l.counted, c)
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
		c := l.all()
		return statement{`SELECT ` + l.row + ` FROM ` + l.from + l.joins + l.sorting + c.where() +
			l.orderBy(false, false), c.args, 1}
	}
	return l.merged(choices, backwards)
}

// merged merges the stretches of the index that the choices are, each of which is in order.
func (l *listing) merged(choices [][]any, backwards bool) statement {
	s := statement{columns: 1}
	selected := l.row
	if len(choices) > 1 { // what a merged list is sorted by are its columns
		for _, t := range l.order {
			selected += `, ` + t.Expr
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
		c.addAll(&l.words)
		c.between(l.date, l.since, l.before)
		branches = append(branches, `SELECT `+selected+` FROM `+l.from+l.joins+c.where())
		s.args = append(s.args, c.args...)
	}
	s.query = strings.Join(branches, ` UNION ALL `) + l.orderBy(backwards, len(choices) > 1)
	return s
}

// choices are all ways to choose one value of each key.
func (l *listing) choices() [][]any {
	if l.chosen != nil {
		return l.chosen
	}
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
		terms[i] = t.Expr
		if places {
			terms[i] = fmt.Sprint(i + 2)
		}
		if t.Desc != backwards {
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

func (c *conditions) amongAll(keys []key) {
	for _, k := range keys {
		c.among(k)
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

// walkProjects goes along an index of a table that is listed by project alone, in the order that is wanted.
func (l *listing) walkProjects(table, alias string, projects []int64, w both.Walk, words bool) {
	if projects != nil {
		l.keys = []key{keyOf(alias+`.project`, projects)}
	}
	index := func(id bool) string {
		name := choose(id, `_id`, `_newest`)
		if projects != nil {
			name = choose(id, `_project_id`, `_date`)
		}
		return table + ` ` + alias + ` INDEXED BY ` + table + name
	}
	l.from, l.ordered, l.exact = index(w == both.ByID), w != both.NoWalk, !words
	if w == both.ByID && l.dated() && !words {
		l.narrowBy(index(false), l.keys)
	}
}

func (l *listing) dated() bool { return !l.since.IsZero() || !l.before.IsZero() }

// narrowBy says how else the same rows are found, but in no order.
func (l *listing) narrowBy(from string, keys []key) *listing {
	n := *l
	n.from, n.keys, n.ordered = from, keys, false
	l.narrow = &n
	return &n
}

func choose[T any](first bool, a, b T) T {
	if first {
		return a
	}
	return b
}

// inOrderOf puts rows into the order of their keys in a list. They nearly always are: they were looked up in it, one
// after the other. To have SQLite sort them would take longer than to read them.
func inOrderOf[R any](rows []R, keys []int64, key func(r *R) int64) {
	places := make(map[int64]int, len(keys))
	for i, k := range keys {
		places[k] = i
	}
	order.By(rows, func(a, b R) int { return places[key(&a)] - places[key(&b)] })
}

// given takes the table and its index for the first of several things that are asked for, and tells whether this one
// is.
func (l *listing) given(wanted bool, from string) bool {
	if wanted && l.from == `` {
		l.from = from
	}
	return wanted
}
