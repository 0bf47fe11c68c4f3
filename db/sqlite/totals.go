package sqlite

import (
	"cmp"
	"fmt"
	"math"

	"patchwatch/db/internal/both"
)

// sumOf adds up the totals that meet some conditions.
func (q *queries) sumOf(l both.CountedList, c conditions) (n int, err error) {
	_, err = q.Row(`SELECT coalesce(sum(amount), 0) FROM `+l.Table()+c.where(), c.args, &n)
	return n, err
}

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

// sum adds up the totals of a list. Of the periods that its dates cut, the rows are counted, as they are found best.
func (q *queries) sum(l, rows *listing) (int, error) {
	since, before := int64(math.MinInt64), int64(math.MaxInt64)
	c := l.conditions()
	period := l.counted.Alias() + `.period`
	var cut []conditions
	if !l.since.IsZero() {
		since = both.SecondsFrom(l.since)
		c.add(true, period+` > +?`, since>>both.PeriodBits)
	}
	if !l.before.IsZero() {
		before = both.SecondsFrom(l.before)
		c.add(true, period+` < +?`, before>>both.PeriodBits)
	}
	if !l.since.IsZero() {
		cut = append(cut, rows.datedFrom(since, min(before, (since>>both.PeriodBits+1)<<both.PeriodBits)))
	}
	if !l.before.IsZero() && (l.since.IsZero() || before>>both.PeriodBits > since>>both.PeriodBits) {
		cut = append(cut, rows.datedFrom(before>>both.PeriodBits<<both.PeriodBits, before))
	}
	total, err := q.sumOf(l.counted, c)
	for _, c := range cut {
		n, failed := q.countRows(rows, c)
		total, err = total+n, cmp.Or(err, failed)
	}
	return total, err
}

// datedFrom are the conditions of a list's rows of a time, in seconds; before is behind the last one.
func (l *listing) datedFrom(since, before int64) conditions {
	c := l.conditions()
	c.add(true, l.date+` >= +?`, since)
	c.add(true, l.date+` < +?`, before)
	return c
}

// countedAs is the query that tells what rows are counted as.
func countedAs(l both.CountedList) string {
	switch l {
	case both.PatchTotal:
		return `SELECT p.project, p.state, p.archived, p.hidden, p.date FROM ` + given + `patch p WHERE p.mail = j.value`
	case both.SeriesTotal:
		return `SELECT s.project, '', 0, s.hidden, s.date FROM ` + given + `series s WHERE s.id = j.value`
	}
	return `SELECT c.project, '', 0, c.hidden, c.date FROM ` + given + `cover c WHERE c.mail = j.value`
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
	return c.Leave(c.t, countedAs(c.List), list(keys))
}

// write adds what was noted to the totals.
func (c *counting) write() error {
	for _, k := range c.Changed() {
		if err := c.t.w.exec(`
			INSERT INTO total (list, project, kind, archived, hidden, period, amount) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET amount = amount + excluded.amount`,
			int(c.List), k.Project, k.Kind, k.Archived, k.Hidden, k.Period, k.More); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) countAnew() error {
	for _, query := range both.CountAnew {
		if err := t.w.exec(query); err != nil {
			return err
		}
	}
	return nil
}
