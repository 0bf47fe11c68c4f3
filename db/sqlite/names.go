package sqlite

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// names are kept by those who read a file: those of all mails that are patches or covers, and those of series. They
// take about 80 bytes each. Triggers note what changes: naming.version counts it for mails, where it is seldom more
// than the coming of new ones, and the table renamed tells which series. So nobody has to read all of them twice.
type names struct {
	mu      sync.Mutex
	version int64     // of the table naming, for mails
	last    int64     // the highest mail that was looked at
	read    time.Time // when all were read; zero: never
	mails   namedRows // in their order; the bit: it is a cover
	renamed int64     // up to here, the table renamed was followed
	series  namedRows // in any order; the bit: it is hidden

	// patience is how long at least passes from one reading of all to the next. So a rebuild, which changes names all the
	// time, does not have all of them read for each query. Less than none: no names are kept.
	patience time.Duration
}

// at gives the names as a reader's transaction sees them. It is false where they are not to be had: there are too many,
// they change just now, or the transaction is an older one than that of somebody who came before.
func (n *names) at(q queries) (mails, series namedRows, ok bool, err error) {
	var version, last, first, renamed int64
	if _, err = q.row(`SELECT version, (SELECT coalesce(max(id), 0) FROM mail), (SELECT coalesce(min(n), 0) FROM renamed),
		(SELECT coalesce(max(n), 0) FROM renamed) FROM naming`, nil, &version, &last, &first, &renamed); err != nil {
		return mails, series, false, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	stale := n.read.IsZero() || version > n.version || first > n.renamed+1
	switch {
	case n.patience < 0 || version < n.version || renamed < n.renamed || n.mails.full() || n.series.full(),
		stale && time.Since(n.read) < n.patience:
		return mails, series, false, nil
	case stale:
		if err = n.readAll(q); err != nil {
			return mails, series, false, err
		}
		n.version, n.last, n.renamed, n.read = version, last, renamed, time.Now()
	default:
		if err = n.follow(q, last, renamed); err != nil {
			n.read = time.Time{} // it may have been done in part
			return mails, series, false, err
		}
	}
	return n.mails.upTo(last), n.series, !n.mails.full() && !n.series.full(), nil
}

// readAll reads all names: those of chosen mails from an index that has them.
func (n *names) readAll(q queries) (err error) {
	n.mails, n.series = namedRows{}, namedRows{}
	if err = q.mailNames(&n.mails, `SELECT m.id, m.name, m.kind, o.date, o.project
		FROM mail m INDEXED BY mail_name CROSS JOIN mail o WHERE o.id = m.id AND `+isNamed("m."), nil); err != nil {
		return err
	}
	chosen := len(n.mails.rows)
	if err = q.mailNames(&n.mails, `SELECT id, name, kind, date, project FROM mail INDEXED BY mail_variant
		WHERE NOT chosen AND kind IN (1, 2)`, nil); err != nil {
		return err
	}
	if len(n.mails.rows) > chosen {
		n.mails = n.mails.sorted()
	}
	return q.seriesNames(&n.series, seriesNamed+leadersName, nil)
}

// follow reads what has come since.
func (n *names) follow(q queries, last, renamed int64) error {
	if last > n.last {
		if err := q.mailNames(&n.mails, `SELECT id, name, kind, date, project FROM mail NOT INDEXED
			WHERE id > +? AND id <= +? AND kind IN (1, 2) ORDER BY id`, []any{n.last, last}); err != nil {
			return err
		}
		n.last = last
	}
	if renamed > n.renamed {
		if err := n.followSeries(q); err != nil {
			return err
		}
		n.renamed = renamed
	}
	return nil
}

// followSeries takes out the series that have changed, and puts them in again as they are now, if they still are.
func (n *names) followSeries(q queries) error {
	var ids []int64
	var id int64
	if err := q.each(`SELECT DISTINCT series FROM renamed WHERE n > +?`, []any{n.renamed},
		func(scan func(...any) error) error {
			err := scan(&id)
			ids = append(ids, id)
			return err
		}); err != nil {
		return err
	}
	changed := make(map[int64]bool, len(ids))
	for _, id := range ids {
		changed[id] = true
	}
	n.series.rows = slices.Clone(n.series.rows) // others look at the old ones
	for i := range n.series.rows {
		if r := &n.series.rows[i]; changed[r.key] {
			r.kept = inNoList
		}
	}
	return q.seriesNames(&n.series, seriesNamed+` CROSS JOIN json_each(?) j`+leadersName+` WHERE s.id = j.value`,
		[]any{list(ids)})
}

const seriesNamed = `SELECT s.id, coalesce(s.given, s.name, lm.name, ''), s.hidden, s.date, s.project FROM series s`

func (q queries) mailNames(n *namedRows, query string, args []any) error {
	var mail, kind, date, project int64
	var name string
	return q.each(query, args, func(scan func(...any) error) error {
		err := scan(&mail, &name, &kind, &date, (*number)(&project))
		n.add(mail, name, date, project, kind == 2)
		return err
	})
}

func (q queries) seriesNames(n *namedRows, query string, args []any) error {
	var series, date, project int64
	var name string
	var hidden bool
	return q.each(query, args, func(scan func(...any) error) error {
		err := scan(&series, &name, &hidden, &date, &project)
		n.add(series, name, date, project, hidden)
		return err
	})
}

// upTo is all up to a mail: somebody may have read further than a transaction sees.
func (n *namedRows) upTo(last int64) namedRows {
	i, _ := slices.BinarySearchFunc(n.rows, last, func(r namedRow, last int64) int {
		if r.key <= last {
			return -1
		}
		return 1
	})
	return namedRows{n.text[:n.start(i)], n.rows[:i]}
}

// rowOf finds a mail.
func (n *namedRows) rowOf(mail int64) (row int, there bool) {
	return slices.BinarySearchFunc(n.rows, mail, func(r namedRow, mail int64) int { return cmp.Compare(r.key, mail) })
}
