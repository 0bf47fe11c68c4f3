package postgres

import (
	"cmp"
	"fmt"
	"math"

	"patchwatch/db/internal/both"
)

// kinds are the pairs of project and kind of which there are rows that a list is about; nil where there is none, or
// there are more than can be merged.
func (q *queries) kinds(l *listing, kind string) (pairs [][]any, err error) {
	alias := l.counted.Alias()
	c := l.meeting
	c.add(true, alias+`.amount > 0`)
	err = q.Each(`SELECT DISTINCT `+alias+`.project, `+kind+` FROM `+l.counted.Table()+c.where()+fmt.Sprintf(` LIMIT %d`,
		mostBranches+1), c.args,
		func(scan func(...any) error) error {
			var project int64
			var kind string
			err := scan(&project, &kind)
			pairs = append(pairs, []any{project, kind})
			return err
		})
	if len(pairs) > mostBranches {
		return nil, err
	}
	return pairs, err
}

// sum adds up the totals of a list. Of the periods that its dates cut, the rows are counted.
func (q *queries) sum(l *listing) (total int, err error) {
	since, before := int64(math.MinInt64), int64(math.MaxInt64)
	c := l.conditions()
	period := l.counted.Alias() + `.period`
	var cut []conditions
	if !l.since.IsZero() {
		since = both.SecondsFrom(l.since)
		c.add(true, period+` > ?`, since>>both.PeriodBits)
	}
	if !l.before.IsZero() {
		before = both.SecondsFrom(l.before)
		c.add(true, period+` < ?`, before>>both.PeriodBits)
	}
	if !l.since.IsZero() {
		cut = append(cut, l.datedFrom(since, min(before, (since>>both.PeriodBits+1)<<both.PeriodBits)))
	}
	if !l.before.IsZero() && (l.since.IsZero() || before>>both.PeriodBits > since>>both.PeriodBits) {
		cut = append(cut, l.datedFrom(before>>both.PeriodBits<<both.PeriodBits, before))
	}
	_, err = q.Row(`SELECT coalesce(sum(amount), 0)::bigint FROM `+l.counted.Table()+c.where(), c.args, &total)
	for _, c := range cut {
		n, failed := q.countRows(l, c)
		total, err = total+n, cmp.Or(err, failed)
	}
	return total, err
}

// alsoCount has the rows of the whole list be counted with the next question, where one is enough.
func (q *queries) alsoCount(l *listing, total *int) (err error) {
	query, c := `SELECT coalesce(sum(amount), 0)::bigint FROM `+l.counted.Table(), conditions{}
	switch {
	case !l.exact:
		query, c = `SELECT count(*) FROM `+l.from+l.joins, l.all()
	case l.since.IsZero() && l.before.IsZero():
		c = l.conditions()
	default:
		*total, err = q.sum(l)
		return err
	}
	return q.also(query+c.where(), c.args, func(scan func(...any) error) error { return scan(total) })
}

// datedFrom are the conditions of a list's rows of a time, in seconds; before is behind the last one.
func (l *listing) datedFrom(since, before int64) conditions {
	c := l.conditions()
	c.add(true, l.date+` >= ?`, since)
	c.add(true, l.date+` < ?`, before)
	return c
}

// countedAs is the query that tells what rows are counted as.
func countedAs(l both.CountedList) string {
	switch l {
	case both.PatchTotal:
		return `SELECT p.project, p.state, p.archived, p.hidden, p.date FROM patch p WHERE ` + in(`p.mail`)
	case both.SeriesTotal:
		return `SELECT s.project, ''::text, false, s.hidden, s.date FROM series s WHERE ` + in(`s.id`)
	}
	return `SELECT c.project, ''::text, false, c.hidden, c.date FROM cover c WHERE ` + in(`c.mail`)
}

// counting writes totals in a transaction.
type counting struct {
	both.Counting
	t *tx
}

func (t *tx) counting(list both.CountedList) *counting { return &counting{both.NewCounting(list), t} }

// leave is called before rows are written over or taken out.
func (c *counting) leave(keys []int64) error {
	if len(keys) == 0 {
		return nil
	}
	return c.Leave(c.t, countedAs(c.List), keys)
}

// addTotals takes the columns of many rows. They are written in the order of their keys, so that those who write at
// the same time don't wait for each other in a circle.
const addTotals = `INSERT INTO total AS t (list, project, kind, archived, hidden, period, amount)
	SELECT ?::bigint, * FROM unnest(?::bigint[], ?::text[], ?::boolean[], ?::boolean[], ?::bigint[], ?::bigint[])
	ON CONFLICT (list, project, kind, archived, hidden, period) DO UPDATE SET amount = t.amount + excluded.amount`

// write adds what was noted to the totals.
func (c *counting) write() error {
	var projects, periods, amounts []int64
	var kinds []string
	var archived, hidden []bool
	for _, k := range c.Changed() {
		projects, kinds, archived = append(projects, k.Project), append(kinds, k.Kind), append(archived, k.Archived)
		hidden, periods, amounts = append(hidden, k.Hidden), append(periods, k.Period), append(amounts, int64(k.More))
	}
	if len(amounts) == 0 {
		return nil
	}
	return c.t.w.exec(addTotals, int(c.List), projects, kinds, archived, hidden, periods, amounts)
}

func (t *tx) countAnew() error {
	for _, query := range both.CountAnew {
		if err := t.w.exec(query); err != nil {
			return err
		}
	}
	return nil
}
