package both

import (
	"cmp"
	"fmt"
	"time"

	"patchwatch/internal/order"
)

// CountedList is a list whose rows are counted as they come and go. The numbers are those of the schemas.
type CountedList int

const (
	Uncounted   CountedList = 0
	PatchTotal  CountedList = 1
	SeriesTotal CountedList = 2
	CoverTotal  CountedList = 3
	EventTotal  CountedList = 4
)

// Alias is what the rows of a list are called in queries.
func (l CountedList) Alias() string { return []string{``, `p`, `s`, `c`, `e`}[l] }

// Table has the totals of a list, under its alias and with the columns that the list's conditions are about.
func (l CountedList) Table() string {
	return fmt.Sprintf(`(SELECT project, kind AS state, kind AS category, archived, hidden, period, amount
		FROM total WHERE list = %d) %s`, l, l.Alias())
}

// RowKind is what a row is counted as.
type RowKind struct {
	Project  int64
	Kind     string // a patch's state, an event's category
	Archived bool   // a patch
	Hidden   bool
	Period   int64
}

// PeriodBits: rows are counted by periods of 24 days, so that of a list between two dates only the rows of the first
// and the last period have to be counted one by one. Events are not: their dates have the order of their numbers.
const PeriodBits = 21

// PeriodOf is the period that a time is in.
func PeriodOf(t time.Time) int64 { return t.Unix() >> PeriodBits }

func (k RowKind) compare(o RowKind) int {
	return cmp.Or(cmp.Compare(k.Project, o.Project), cmp.Compare(k.Kind, o.Kind), order.Bools(k.Archived, o.Archived),
		order.Bools(k.Hidden, o.Hidden), cmp.Compare(k.Period, o.Period))
}

// Counting notes how many more rows of each kind there are, while rows of a list are written.
type Counting struct {
	List CountedList
	more map[RowKind]int
}

// NewCounting is for rows of a list.
func NewCounting(list CountedList) Counting { return Counting{list, map[RowKind]int{}} }

// Leave is called with what rows are counted as that are to be written over or taken out: those that a query finds, by
// their dates in place of their periods.
func (c *Counting) Leave(a Asker, query string, args ...any) error {
	return a.Each(query, args, func(scan func(...any) error) error {
		var k RowKind
		err := scan(&k.Project, &k.Kind, &k.Archived, &k.Hidden, &k.Period)
		k.Period >>= PeriodBits
		c.more[k]--
		return err
	})
}

// Comes is called when a row is written.
func (c *Counting) Comes(k RowKind) { c.more[k]++ }

// Total is how many more rows of a kind there are.
type Total struct {
	RowKind
	More int
}

// Changed are the totals that are others now, in the order of their kinds.
func (c *Counting) Changed() []Total {
	all := make([]Total, 0, len(c.more))
	for k, n := range c.more {
		if n != 0 {
			all = append(all, Total{k, n})
		}
	}
	order.By(all, func(a, b Total) int { return a.compare(b.RowKind) })
	return all
}

// CountAnew are statements that count everything, after rows were taken out that nobody has looked at.
var CountAnew = []string{
	`DELETE FROM total`,
	`INSERT INTO total SELECT 1, project, state, archived, hidden, date >> 21, count(*) FROM patch
		GROUP BY 2, 3, 4, 5, 6`,
	`INSERT INTO total SELECT 2, project, '', false, hidden, date >> 21, count(*) FROM series GROUP BY 2, 5, 6`,
	`INSERT INTO total SELECT 3, project, '', false, hidden, date >> 21, count(*) FROM cover GROUP BY 2, 5, 6`,
	`INSERT INTO total SELECT 4, project, category, false, false, 0, count(*) FROM event GROUP BY 2, 3`,
}
