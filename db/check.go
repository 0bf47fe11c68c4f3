package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
)

// Fault is something that check found wrong, and what to do about it.
type Fault struct {
	What string
	Do   string
}

// Checked says what a check has looked at.
type Checked struct {
	Mails  int
	Faults []Fault // the first MostFaults
	More   int     // faults that are not among them
}

// MostFaults is how many faults are told one by one. If all is wrong, nobody reads a line for each mail.
const MostFaults = 10_000

// Check proves the database sound: SQLite's own test of the file, every stored mail against its SHA-256, and the
// derived rows against a rebuild. It reads one view of the database beside a running watcher, and changes nothing;
// the rebuild is done in a copy that is thrown away, in the database's own folder.
//
// It reads on a connection of its own, since it reads for long: the few that all others share stay free.
func (s *Store) Check(ctx context.Context, progress Progress) (c Checked, err error) {
	own, err := sql.Open("sqlite3", dsn(s.path, readOptions))
	if err != nil {
		return c, explain(err)
	}
	defer own.Close()
	own.SetMaxOpenConns(1)
	k := &checker{Store: s, own: own, found: &c}
	if err := k.checkIntegrity(ctx); err != nil {
		return c, explain(err)
	}
	if err := k.checkMails(ctx, progress); err != nil {
		return c, explain(err)
	}
	if err := k.checkNumbers(ctx); err != nil {
		return c, explain(err)
	}
	if finished, err := k.checkUnfinished(ctx); err != nil || !finished {
		return c, explain(err)
	}
	return c, k.checkDerived(ctx)
}

// checker is a check under way.
type checker struct {
	*Store
	own   *sql.DB // has one connection: a query while another's rows are read would wait for ever
	found *Checked

	pieces int64 // bytes of mails, compressed
}

func (k *checker) checkIntegrity(ctx context.Context) error {
	rows, err := k.own.QueryContext(ctx, `PRAGMA integrity_check(20)`)
	if err != nil {
		return err
	}
	return eachRow(rows, func(scan func(...any) error) error {
		var line string
		err := scan(&line)
		if err == nil && line != "ok" {
			k.found.Fault(restore, "SQLite finds the file damaged: %s", line)
		}
		return err
	})
}

// Fault notes a fault.
func (c *Checked) Fault(do, format string, args ...any) {
	if len(c.Faults) == MostFaults {
		c.More++
		return
	}
	c.Faults = append(c.Faults, Fault{What: fmt.Sprintf(format, args...), Do: do})
}

// What to do about it.
const (
	restore   = "restore a backup, or import the mails from cur into a new database"
	rebuildIt = "run patchwatch rebuild"
	reimport  = "import the mail again from cur, or restore a backup"
)

// checkNumbers looks for derived rows that hang on a mail which stands for nothing: the dump names mails by Message-ID,
// and so can't tell a mail from its variant.
func (k *checker) checkNumbers(ctx context.Context) error {
	rows, err := k.own.QueryContext(ctx, `
		SELECT d.what, m.id, m.msgid FROM (
			SELECT 'patch' AS what, mail FROM patch UNION ALL SELECT 'cover', mail FROM cover UNION ALL SELECT 'reply', mail FROM reply
			UNION ALL SELECT 'parent of a reply', parent FROM reply WHERE parent IS NOT NULL
			UNION ALL SELECT 'cover of a series', cover FROM series WHERE cover IS NOT NULL) d
		JOIN mail m ON m.id = d.mail WHERE NOT m.chosen OR m.project IS NULL`)
	if err != nil {
		return err
	}
	return eachRow(rows, func(scan func(...any) error) error {
		var what, msgid string
		var id int64
		err := scan(&what, &id, &msgid)
		k.found.Fault(rebuildIt, "mail %d %s is the %s, but another copy stands for that Message-ID", id, msgid, what)
		return err
	})
}

// Holds tells whether mails of these SHA-256 are stored, in the same order. It looks through all that are, so many are better
// asked for at once.
func (s *Store) Holds(ctx context.Context, sums [][sha256.Size]byte) ([]bool, error) {
	at := map[[sha256.Size]byte][]int{}
	for i, sum := range sums {
		at[sum] = append(at[sum], i)
	}
	held := make([]bool, len(sums))
	r, err := s.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer r.done()
	rows, err := r.QueryContext(ctx, `SELECT sha256 FROM mail`)
	if err != nil {
		return nil, explain(err)
	}
	err = eachRow(rows, func(scan func(...any) error) error {
		var sum []byte
		if err := scan(&sum); err != nil || len(sum) != sha256.Size {
			return err
		}
		for _, i := range at[[sha256.Size]byte(sum)] {
			held[i] = true
		}
		return nil
	})
	return held, explain(err)
}
