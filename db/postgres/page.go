package postgres

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"patchwatch/db/internal/both"
	"patchwatch/track"
)

// A page of a list takes a fixed number of statements: up to three count the list, by totals where there are any
// (totals.go), one finds which rows are on the page, and a few tell what these have. What finds rows asks for them in
// an order that an index has, wherever there is one, so that the first ones are found without the others.

// listing says which rows are in a list, and in which order.
type listing struct {
	from  string // a table under an alias
	joins string // what else where needs
	row   string // what identifies a row
	keys  []key  // columns that are given, and stand before those of the order in an index
	where conditions
	words conditions // of the names of the rows

	// chosen are the only choices of values of keys that there are, those of rows which meet some conditions; nil: all
	// that can be made.
	chosen  [][]any
	meeting conditions

	order   []both.OrderTerm
	sorting string // joins that order needs
	ordered bool   // an index has the rows of one choice of keys in this order
	few     bool   // they are mostly on one page, which tells how many there are

	date          string // the column of since and before
	since, before time.Time

	// counted is the list of which these are rows, if it is one whose rows are counted as they come and go; exact: the
	// conditions are about nothing but what is counted.
	counted both.CountedList
	exact   bool
}

// sortBy sets the order of a listing, and tells which walk that is.
func (l *listing) sortBy(
	s track.Scope, by []track.Order, id string, columns map[string]both.ColumnOrder,
) (walk both.Walk) {
	l.order, l.sorting, walk = both.Sort(personName(s), by, id, columns)
	return walk
}

// key is a column that has one of some values.
type key struct {
	column string
	values []any
	all    any // the values as one argument
}

func keyOf[T any](column string, values []T) key {
	k := key{column: column, all: values}
	for _, v := range values {
		k.values = append(k.values, v)
	}
	return k
}

// given is a table j of the numbers of a slice, in a join that says what they are. One that is listed twice is found
// twice.
const given = "unnest(?::bigint[]) j(value) JOIN "

// mostBranches is how many stretches of an index are merged. Rows of more than that are sorted.
const mostBranches = 32

// count counts the rows of the whole list.
func (q *queries) count(l *listing) (total int, err error) {
	if l.exact {
		return q.sum(l)
	}
	return q.countRows(l, l.all())
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

// page finds the rows of a page of a list that has so many rows. It begins at the end of the list that is nearer.
func (q *queries) page(l *listing, p track.Paging, total int) (ids []int64, err error) {
	offset, size := max(p.Offset, 0), min(p.Limit, total-p.Offset)
	if size <= 0 {
		return nil, nil
	}
	backwards := offset > total-offset-size
	if backwards {
		offset = total - offset - size
	}
	s := l.statement(backwards)
	ids = make([]int64, 0, size)
	err = q.Each(s.query+` LIMIT ? OFFSET ?`, append(s.args, size, offset), numbersInto(&ids))
	if backwards {
		slices.Reverse(ids)
	}
	return ids, err
}

// alsoPage has a page be found from the beginning of a list, with the next question.
func (q *queries) alsoPage(l *listing, p track.Paging, ids *[]int64) error {
	s := l.statement(false)
	return q.also(s.query+` LIMIT ? OFFSET ?`, append(s.args, max(p.Limit, 0), max(p.Offset, 0)), numbersInto(ids))
}

// numbersInto appends the numbers of one column.
func numbersInto(ids *[]int64) func(scan func(...any) error) error {
	return func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		*ids = append(*ids, id)
		return err
	}
}

// statement is one that lists all rows in order.
type statement struct {
	query string
	args  []any
}

func (l *listing) statement(backwards bool) statement {
	choices := l.choices()
	if l.ordered && 1 < len(choices) && len(choices) <= mostBranches {
		return l.merged(choices, backwards)
	}
	c := l.all()
	return statement{`SELECT ` + l.row + ` FROM ` + l.from + l.joins + l.sorting + c.where() +
		l.orderBy(backwards, false), c.args}
}

// merged merges the stretches of the index that the choices are, each of which is in order.
func (l *listing) merged(choices [][]any, backwards bool) (s statement) {
	selected := l.row + ` AS row` // what a merged list is sorted by are its columns
	for i, t := range l.order {
		selected += fmt.Sprintf(`, %s AS by%d`, t.Expr, i)
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
		branches = append(branches, `(SELECT `+selected+` FROM `+l.from+l.joins+c.where()+`)`)
		s.args = append(s.args, c.args...)
	}
	s.query = `SELECT row FROM (` + strings.Join(branches, ` UNION ALL `) + `) merged` + l.orderBy(backwards, true)
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

// orderBy calls what it sorts by by its expressions, or by the columns of a merged list that have these.
func (l *listing) orderBy(backwards, merged bool) string {
	terms := make([]string, len(l.order))
	for i, t := range l.order {
		terms[i] = t.Expr
		if merged {
			terms[i] = fmt.Sprintf(`by%d`, i)
		}
		if t.Desc != backwards {
			terms[i] += ` DESC`
		}
	}
	return ` ORDER BY ` + strings.Join(terms, `, `)
}

func (c *conditions) amongAll(keys []key) {
	for _, k := range keys {
		if len(k.values) == 1 {
			c.add(true, is(k.column), k.values[0])
		} else {
			c.add(true, in(k.column), k.all)
		}
	}
}

// scope leaves out what a viewer does not see, of a table under an alias.
func (c *conditions) scope(alias string, s track.Scope) {
	c.without(alias+`.project`, s.Without)
	c.add(!s.Whole, `NOT `+alias+`.hidden`)
}

// without leaves out rows in which a column has one of some numbers.
func (c *conditions) without(column string, numbers []int64) {
	c.add(len(numbers) > 0, column+` <> ALL (?)`, numbers)
}

// named has each of some words be in a column.
func (c *conditions) named(column string, words []string) {
	for _, w := range words {
		c.contains(column, w)
	}
}

// walkProjects lists a table by project alone.
func (l *listing) walkProjects(table, alias string, projects []int64, w both.Walk, words bool) {
	if projects != nil {
		l.keys = []key{keyOf(alias+`.project`, projects)}
	}
	l.from, l.ordered, l.exact = table+` `+alias, w != both.NoWalk, !words
}
