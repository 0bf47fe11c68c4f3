package sqlite

import (
	"slices"
	"sync"
	"time"
)

// names are kept by those who read a file: those of all mails that are patches or covers, those of series, and those of
// people. They take about 150 bytes for each mail. Triggers note what changes: naming.version counts it for mails,
// where it is seldom more than the coming of new ones, and the table renamed tells which series. So nobody has to read
// all of them twice.
type names struct {
	mu      sync.Mutex
	version int64      // of the table naming, for mails
	last    int64      // the highest mail that was looked at
	read    time.Time  // when all were read; zero: never
	reading bool       // somebody does
	mails   rankedRows // in their order; the bit: it is a cover
	senders map[string]uint32
	people  []string   // what senders are called, by their numbers in senders
	renamed int64      // up to here, the table renamed was followed
	series  rankedRows // in any order; the bit: it is hidden

	// patience is how long at least passes from one reading of all to the next. So a rebuild, which changes names all the
	// time, does not have all of them read for each query. Less than none: no names are kept.
	patience time.Duration
}

// keptNames are the names as somebody sees them.
type keptNames struct {
	mails, series rankedRows
	people        []string // nil: of an older moment, others have changed since
}

// marks say how far the names of a moment have come.
type marks struct{ version, last, first, renamed int64 }

// at gives the names as a reader's transaction sees them. It is false where they are not to be had: there are too many,
// they change just now or are being read, or the transaction is an older one than that of somebody who came before.
func (n *names) at(q *queries) (k keptNames, ok bool, err error) {
	var m marks
	if _, err = q.Row(`SELECT version, (SELECT coalesce(max(id), 0) FROM mail), (SELECT coalesce(min(n), 0) FROM renamed),
		(SELECT coalesce(max(n), 0) FROM renamed) FROM naming`, nil, &m.version, &m.last, &m.first, &m.renamed); err != nil {
		return k, false, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	stale := n.read.IsZero() || m.version > n.version || m.first > n.renamed+1
	switch {
	case n.patience < 0 || m.version < n.version || m.renamed < n.renamed || n.mails.Full() || n.series.Full(), n.reading,
		stale && time.Since(n.read) < n.patience:
		return k, false, nil
	case stale:
		err = n.readAll(q, m)
	default:
		if err = n.follow(q, m.last, m.renamed); err != nil {
			n.read = time.Time{} // it may have been done in part
		}
	}
	if err != nil {
		return k, false, err
	}
	k = keptNames{mails: rankedRows{n.mails.upTo(m.last), n.mails.ranks}, series: n.series, people: n.people}
	if m.last < n.last {
		k.people = nil
	}
	return k, !n.mails.Full() && !n.series.Full(), nil
}

// readAll reads all names: those of chosen mails from an index that has them. Nobody waits for it meanwhile: there is
// another way to whatever is asked.
func (n *names) readAll(q *queries, m marks) error {
	all := &names{}
	if err := n.unlocked(func() error { return all.fill(q) }); err != nil {
		return err
	}
	n.mails, n.series, n.senders, n.people = all.mails, all.series, all.senders, all.people
	n.version, n.last, n.renamed, n.read = m.version, m.last, m.renamed, time.Now()
	return nil
}

// unlocked runs f while others may look. They see that somebody reads.
func (n *names) unlocked(f func() error) error {
	n.reading = true
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		n.reading = false
	}()
	return f()
}

func (n *names) fill(q *queries) error {
	if err := n.readPeople(q, `SELECT email, name FROM person`, nil); err != nil {
		return err
	}
	if err := n.readMails(q, `SELECT m.id, m.name, m.kind, o.date, o.project, o.sender
		FROM mail m INDEXED BY mail_name CROSS JOIN mail o WHERE o.id = m.id AND `+isNamed("m."), nil); err != nil {
		return err
	}
	chosen := len(n.mails.rows)
	if err := n.readMails(q, `SELECT id, name, kind, date, project, sender FROM mail INDEXED BY mail_variant
		WHERE NOT chosen AND kind IN (1, 2)`, nil); err != nil {
		return err
	}
	if len(n.mails.rows) > chosen {
		n.mails.namedRows = n.mails.sorted()
	}
	return q.seriesNames(&n.series.namedRows, seriesNamed+leadersName, nil)
}

// follow reads what has come since.
func (n *names) follow(q *queries, last, renamed int64) error {
	if last > n.last {
		if err := n.readPeople(q, `SELECT DISTINCT p.email, p.name FROM mail m NOT INDEXED CROSS JOIN person p
			WHERE m.id > +? AND m.id <= +? AND p.email = m.sender`, []any{n.last, last}); err != nil {
			return err
		}
		if err := n.readMails(q, `SELECT id, name, kind, date, project, sender FROM mail NOT INDEXED
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
func (n *names) followSeries(q *queries) error {
	var ids []int64
	var id int64
	if err := q.Each(`SELECT DISTINCT series FROM renamed WHERE n > +?`, []any{n.renamed},
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
	return q.seriesNames(&n.series.namedRows, seriesNamed+` CROSS JOIN json_each(?) j`+leadersName+` WHERE s.id = j.value`,
		[]any{list(ids)})
}

const seriesNamed = `SELECT s.id, coalesce(s.given, s.name, lm.name, ''), s.hidden, s.date, s.project FROM series s`

func (n *names) readMails(q *queries, query string, args []any) error {
	var mail, kind, date, project int64
	var name, sender string
	return q.Each(query, args, func(scan func(...any) error) error {
		err := scan(&mail, &name, &kind, &date, (*number)(&project), &sender)
		n.mails.add(mail, name, date, project, kind == 2, n.numberOf(sender))
		return err
	})
}

// readPeople notes what people are called. Who has the names of before keeps them.
func (n *names) readPeople(q *queries, query string, args []any) error {
	fresh := false
	var email, name string
	return q.Each(query, args, func(scan func(...any) error) error {
		err := scan(&email, &name)
		of := n.numberOf(email)
		if n.people[of] == name {
			return err
		}
		if !fresh {
			n.people, fresh = slices.Clone(n.people), true
		}
		n.people[of] = name
		return err
	})
}

// numberOf is the number of a sender in people.
func (n *names) numberOf(sender string) uint32 {
	of, known := n.senders[sender]
	if !known {
		if n.senders == nil {
			n.senders = map[string]uint32{}
		}
		of = uint32(len(n.people))
		n.senders[sender] = of
		n.people = append(n.people, "")
	}
	return of
}

func (q *queries) seriesNames(n *namedRows, query string, args []any) error {
	var series, date, project int64
	var name string
	var hidden bool
	return q.Each(query, args, func(scan func(...any) error) error {
		err := scan(&series, &name, &hidden, &date, &project)
		n.add(series, name, date, project, hidden, 0)
		return err
	})
}
