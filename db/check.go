package db

import (
	"context"
	"fmt"

	"patchwatch/db/engine"
	"patchwatch/db/internal/derive"
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

// Check proves the database sound: the engine's own test of its storage, every stored mail against its SHA-256, and the
// derived rows against a rebuild. It reads beside a running watcher, and changes nothing; the rebuild is done in a copy
// that is thrown away.
func (s *Store) Check(ctx context.Context, progress derive.Progress) (c Checked, err error) {
	k := &checker{Store: s, found: &c}
	if err := s.engine.Examine(ctx, func(sentence string) { c.Fault(restore, "%s", sentence) }); err != nil {
		return c, err
	}
	if err := k.checkMails(ctx, progress); err != nil {
		return c, err
	}
	finished := false
	if err := s.engine.Look(ctx, func(v engine.View) error {
		if err := k.checkPlaces(v); err != nil {
			return err
		}
		finished, err = k.checkUnfinished(v)
		return err
	}); err != nil || !finished {
		return c, err
	}
	return c, k.checkDerived(ctx)
}

// checker is a check under way.
type checker struct {
	*Store
	found *Checked
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

// checkPlaces looks for derived rows that hang on a mail which stands for nothing: the dump names mails by Message-ID,
// and so can't tell a mail from its variant.
func (k *checker) checkPlaces(v engine.View) error {
	return v.EachMisplaced(func(m engine.Misplaced) error {
		k.found.Fault(rebuildIt, "mail %d %s is the %s, but another copy stands for that Message-ID", m.Mail, m.MsgID, m.What)
		return nil
	})
}

// checkUnfinished is false while a change of projects is not finished: until then no derived row can be proved right.
func (k *checker) checkUnfinished(v engine.View) (finished bool, err error) {
	works, err := v.Works()
	if err != nil {
		return false, err
	}
	left := leftToDo(works)
	if left > 0 {
		k.found.Fault("let a watcher go on with it, or run patchwatch rebuild",
			"projects or rules were changed, and %d mails have not followed yet", left)
	}
	return left == 0, nil
}
