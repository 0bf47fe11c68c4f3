package db

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/db/internal/carry"
)

// A copy that is being made has an epoch of its own: halfCopied and that of the original. So nobody takes it for the
// whole, and whoever makes it finds out that it may go on.
const halfCopied = "half a copy of "

// ErrHalf is the error of who opens a copy that is not whole.
var ErrHalf = fmt.Errorf("it is a copy that is not whole yet; patchwatch copy FROM TO goes on with it")

// refuseHalf keeps everybody but CopyTo away from a copy that is not whole.
func refuseHalf(v engine.View) error {
	if epoch, err := v.Epoch(); err != nil || !strings.HasPrefix(epoch, halfCopied) {
		return err
	}
	return ErrHalf
}

// Copied says what CopyTo did.
type Copied struct {
	Rows    map[string]int // that are in the copy, by what they are
	Records int            // of the dump, which are the same
	Resumed bool           // somebody had begun before
	Behind  bool           // the original was written meanwhile: the copy is not whole until it is copied once more
}

// CopyTo makes an empty database one with the same rows, with the same numbers, and proves it. The copy is of one
// moment, also where others write. A copy that was broken off goes on, and takes along what has come since. Nobody else
// can use it before it is proved and nothing has come since.
//
// progress is told what is being done, and how many mails of how many were looked at.
func (s *Store) CopyTo(ctx context.Context, to engine.Engine, progress func(what string, done, total int)) (
	out Copied, err error) {
	var moment standing
	if err := s.engine.Look(ctx, func(v engine.View) error {
		if moment, err = standingOf(v); err != nil {
			return err
		}
		began, err := beginCopy(ctx, to, moment.epoch)
		if err != nil {
			return err
		}
		c := &carry.Carrier{From: v, To: to}
		if out.Resumed = began != fresh; began != whole {
			c.Tell = func(done, total int) { progress("copying", done, total) }
			if err := c.Carry(ctx); err != nil {
				return err
			}
		}
		c.Tell = func(done, total int) { progress("comparing", done, total) }
		if err := to.Look(ctx, func(copied engine.View) error {
			if err := c.Prove(ctx, copied); err != nil && began == whole {
				return fmt.Errorf("it was whole, and is not brought up to date: copy into a new one: %w", err)
			} else if err != nil {
				return err
			}
			out.Records, err = s.sameDump(ctx, v, copied)
			return err
		}); err != nil {
			return err
		}
		out.Rows = c.Rows
		return nil
	}); err != nil {
		return out, err
	}
	var now standing
	if err := s.view(ctx, func(v engine.View) (err error) {
		now, err = standingOf(v)
		return err
	}); err != nil {
		return out, err
	}
	if out.Behind = !now.equal(&moment); out.Behind {
		return out, nil
	}
	return out, to.Write(ctx, func(tx engine.Tx) error { return tx.PutEpoch(moment.epoch) })
}

// began says how much of a copy was there.
type began int

const (
	fresh began = iota // it was empty
	half
	whole
)

func beginCopy(ctx context.Context, to engine.Engine, epoch string) (is began, err error) {
	return is, to.Write(ctx, func(tx engine.Tx) error {
		there, err := tx.Epoch()
		if err != nil {
			return err
		}
		switch of, isHalf := strings.CutPrefix(there, halfCopied); {
		case there == epoch:
			is = whole
			return nil
		case isHalf && of == epoch:
			is = half
			return nil
		case isHalf:
			return fmt.Errorf("a copy of another database was begun in it: %w", engine.ErrConflict)
		}
		is = fresh
		if err := wantEmpty(tx); err != nil {
			return err
		}
		return tx.PutEpoch(halfCopied + epoch)
	})
}

// wantEmpty refuses a database that anything ever happened in.
func wantEmpty(v engine.View) error {
	given, err := v.Given()
	if err != nil {
		return err
	}
	projects, err := v.Projects()
	if err != nil {
		return err
	}
	states, err := v.OwnStates()
	if err == nil && (given != (engine.Given{}) || len(projects)+len(states) > 0) {
		err = fmt.Errorf("it is not empty, and no copy of this database: %w", engine.ErrConflict)
	}
	return err
}

// standing is by what one sees whether anything was written meanwhile that matters. What watchers note of their
// Maildirs does not.
type standing struct {
	epoch   string
	given   engine.Given
	changes map[int64]int64
}

func standingOf(v engine.View) (s standing, err error) {
	if s.epoch, err = v.Epoch(); err != nil {
		return s, err
	}
	if s.given, err = v.Given(); err != nil {
		return s, err
	}
	s.changes, err = carry.Changes(v)
	return s, err
}

func (s *standing) equal(o *standing) bool {
	return s.epoch == o.epoch && s.given == o.given && maps.Equal(s.changes, o.changes)
}

// sameDump compares the dumps of two databases, which no row of either is left out of by mistake.
func (s *Store) sameDump(ctx context.Context, a, b engine.View) (records int, err error) {
	x, err := dumpLines(ctx, a, s.finder(a), "", nil)
	if err != nil {
		return 0, err
	}
	defer x.Close()
	y, err := dumpLines(ctx, b, s.finder(b), "", nil)
	if err != nil {
		return 0, err
	}
	defer y.Close()
	for {
		line, err := x.Next()
		other, err2 := y.Next()
		switch {
		case err == io.EOF && err2 == io.EOF:
			return records, nil
		case err != nil && err != io.EOF:
			return records, err
		case err2 != nil && err2 != io.EOF:
			return records, err2
		case err != nil || err2 != nil || !bytes.Equal(line, other):
			return records, fmt.Errorf("%w: its dump has other records", carry.ErrDiffers)
		}
		records++
	}
}
