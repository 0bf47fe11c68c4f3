package sqlite

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"patchwatch/db/internal/both"
	"patchwatch/internal/order"
)

// countedList is a list whose rows are counted as they come and go. The numbers are those of the migration.
type countedList int

const (
	uncounted   countedList = 0
	patchTotal  countedList = 1
	seriesTotal countedList = 2
	coverTotal  countedList = 3
	eventTotal  countedList = 4
)

// alias is what the rows of a list are called in queries.
func (l countedList) alias() string { return []string{``, `p`, `s`, `c`, `e`}[l] }

// table has the totals of a list, under its alias and with the columns that the list's conditions are about.
func (l countedList) table() string {
	return fmt.Sprintf(`(SELECT project, kind AS state, kind AS category, archived, hidden, period, amount
		FROM total WHERE list = %d) %s`, l, l.alias())
}

// sumOf adds up the totals that meet some conditions.
func (q *queries) sumOf(l countedList, c conditions) (n int, err error) {
	_, err = q.Row(`SELECT coalesce(sum(amount), 0) FROM `+l.table()+c.where(), c.args, &n)
	return n, err
}

// kinds are the pairs of project and kind of which there are rows that a list is about; nil where there is none, or
// there are more than can be merged.
func (q *queries) kinds(l *listing, kind string) (pairs [][]any, err error) {
	alias := l.counted.alias()
	c := l.meeting
	c.add(true, alias+`.amount > 0`)
	err = q.Each(`SELECT DISTINCT `+alias+`.project, `+kind+` FROM `+l.counted.table()+c.where()+fmt.Sprintf(` LIMIT %d`,
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
	period := l.counted.alias() + `.period`
	var cut []conditions
	if !l.since.IsZero() {
		since = both.SecondsFrom(l.since)
		c.add(true, period+` > +?`, since>>periodBits)
	}
	if !l.before.IsZero() {
		before = both.SecondsFrom(l.before)
		c.add(true, period+` < +?`, before>>periodBits)
	}
	if !l.since.IsZero() {
		cut = append(cut, rows.datedFrom(since, min(before, (since>>periodBits+1)<<periodBits)))
	}
	if !l.before.IsZero() && (l.since.IsZero() || before>>periodBits > since>>periodBits) {
		cut = append(cut, rows.datedFrom(before>>periodBits<<periodBits, before))
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

// find is the query that tells what rows are counted as.
func (l countedList) find() string {
	switch l {
	case patchTotal:
		return `SELECT p.project, p.state, p.archived, p.hidden, p.date FROM ` + given + `patch p WHERE p.mail = j.value`
	case seriesTotal:
		return `SELECT s.project, '', 0, s.hidden, s.date FROM ` + given + `series s WHERE s.id = j.value`
	}
	return `SELECT c.project, '', 0, c.hidden, c.date FROM ` + given + `cover c WHERE c.mail = j.value`
}

// rowKind is what a row is counted as.
type rowKind struct {
	project  int64
	kind     string // a patch's state, an event's category
	archived bool   // a patch
	hidden   bool
	period   int64
}

// periodBits: rows are counted by periods of 24 days, so that of a list between two dates only the rows of the first
// and the last period have to be counted one by one. Events are not: their dates have the order of their numbers.
const periodBits = 21

func periodOf(t time.Time) int64 { return t.Unix() >> periodBits }

func (k rowKind) compare(o rowKind) int {
	return cmp.Or(cmp.Compare(k.project, o.project), cmp.Compare(k.kind, o.kind), compareBools(k.archived, o.archived),
		compareBools(k.hidden, o.hidden), cmp.Compare(k.period, o.period))
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// counting notes how many more rows of each kind there are, while rows of a list are written.
type counting struct {
	t    *tx
	list countedList
	more map[rowKind]int
}

func (t *tx) counting(list countedList) *counting { return &counting{t, list, map[rowKind]int{}} }

// leave is called before rows are written over or taken out.
func (c *counting) leave(keys []int64) error {
	if len(keys) == 0 {
		return nil
	}
	return c.t.Each(c.list.find(), []any{list(keys)}, func(scan func(...any) error) error {
		var k rowKind
		err := scan(&k.project, &k.kind, &k.archived, &k.hidden, &k.period)
		k.period >>= periodBits
		c.more[k]--
		return err
	})
}

// comes is called when a row is written.
func (c *counting) comes(k rowKind) { c.more[k]++ }

// write adds what was noted to the totals.
func (c *counting) write() error {
	all := slices.Collect(maps.Keys(c.more))
	order.By(all, rowKind.compare)
	for _, k := range all {
		if n := c.more[k]; n != 0 {
			if err := c.t.w.exec(`
				INSERT INTO total (list, project, kind, archived, hidden, period, amount) VALUES (?, ?, ?, ?, ?, ?, ?)
				ON CONFLICT DO UPDATE SET amount = amount + excluded.amount`,
				int(c.list), k.project, k.kind, k.archived, k.hidden, k.period, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// countAnew counts everything, after rows were taken out that nobody has looked at.
func (t *tx) countAnew() error {
	for _, query := range []string{
		`DELETE FROM total`,
		`INSERT INTO total SELECT 1, project, state, archived, hidden, date >> 21, count(*) FROM patch
			GROUP BY 2, 3, 4, 5, 6`,
		`INSERT INTO total SELECT 2, project, '', 0, hidden, date >> 21, count(*) FROM series GROUP BY 2, 5, 6`,
		`INSERT INTO total SELECT 3, project, '', 0, hidden, date >> 21, count(*) FROM cover GROUP BY 2, 5, 6`,
		`INSERT INTO total SELECT 4, project, category, 0, 0, 0, count(*) FROM event GROUP BY 2, 3`,
	} {
		if err := t.w.exec(query); err != nil {
			return err
		}
	}
	return nil
}
