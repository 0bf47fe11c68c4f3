package postgres

import (
	"cmp"
	"context"
	"errors"

	"patchwatch/db/engine"
)

// tx is a transaction. Most of what it writes waits in the queue of its connection, and takes no other journey than the
// next question's. Many rows of a table are written by one statement (bulk.go).
type tx struct {
	queries
	w         *conn
	own       int64      // see database
	beside    bool       // others write at the same time
	last      [][]string // addresses that are to be numbered at the end
	stamp     engine.Stamp
	restamped bool  // this transaction changes the stamp
	broken    error // of a part that could not be undone
}

// write is w.tx for an f that uses t. The lock, and what is asked under it, take one journey.
func (t *tx) write(ctx context.Context, lock string, f func() error) error {
	return t.w.tx(ctx, lock, func() error {
		if err := t.current(); err != nil {
			return err
		}
		if err := cmp.Or(f(), t.broken); err != nil {
			return cmp.Or(t.broken, err)
		}
		return t.numberLast()
	})
}

// current refuses to write into a schema that is newer than this program: a process that runs on while another one
// brings the database up to date would leave out what it does not know.
func (t *tx) current() error {
	var version int
	t.stamp.Opening = 1
	if _, err := t.w.row(`SELECT p.version, s.number FROM patchwatch p CROSS JOIN stamp s`, nil,
		&version, &t.stamp.Changes); err != nil {
		return err
	}
	t.stamp.Changes -= t.own
	return known(version)
}

// Stamp tells of the changes by others: what this engine has done itself is taken off.
func (t *tx) Stamp() (engine.Stamp, error) { return t.stamp, nil }

// restamp is called by what changes anything that a Store keeps from one transaction to the next.
func (t *tx) restamp() error {
	if t.beside {
		return engine.ErrUnclaimed
	}
	if t.restamped {
		return nil
	}
	t.restamped = true
	return t.w.exec(`UPDATE stamp SET number = number + 1`)
}

// Part runs f inside a savepoint. What waits is sent at its end, so that a part's own errors come out of it. They are
// explained here, since whoever decides gets that of a part, and not that of the transaction.
func (t *tx) Part(f func() error) error { return explain(t.part(f)) }

func (t *tx) part(f func() error) (err error) {
	if t.broken != nil {
		return t.broken
	}
	journeys, waiting, restamped, last := t.w.journeys, len(t.w.queue), t.restamped, len(t.last)
	if err := t.w.exec(`SAVEPOINT part`); err != nil {
		return err
	}
	keep := false
	defer func() {
		if !keep {
			t.restamped, t.last = restamped, t.last[:last]
			t.undoPart(err, t.w.journeys == journeys, waiting)
		}
	}()
	if err = f(); err == nil {
		err = t.broken
	}
	if err == nil {
		err = cmp.Or(t.w.exec(`RELEASE part`), t.w.flush())
	}
	keep = err == nil
	return err
}

// undoPart undoes the innermost part; cause is its error, nil when it panicked. Where nothing of it was sent, it is
// taken out of what waits.
func (t *tx) undoPart(cause error, unsent bool, waiting int) {
	if t.broken != nil {
		return
	}
	if unsent {
		t.w.queue = t.w.queue[:waiting]
		return
	}
	t.w.queue, t.w.bytes = nil, 0
	if err := t.w.script(`ROLLBACK TO part; RELEASE part`); err != nil {
		t.broken = cmp.Or(cause, err)
	}
}

// execEach has one statement sent for each key.
func execEach[K any](t *tx, query string, keys []K) error {
	for _, key := range keys {
		if err := t.w.exec(query, key); err != nil {
			return err
		}
	}
	return nil
}

// runs runs statements one after the other.
func (t *tx) runs(statements ...string) error {
	for _, s := range statements {
		if err := t.w.exec(s); err != nil {
			return err
		}
	}
	return nil
}

var errLengths = errors.New("there are not as many frames as mails")
