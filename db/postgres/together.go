package postgres

import (
	"cmp"
	"context"
	"errors"
	"iter"

	"patchwatch/db/engine"
)

// company are those who ask together. Each goes on, one after the other, up to where it needs an answer; then what all
// wait for takes one journey. They are coroutines: no two of them run at the same time.
type company struct {
	queue []call
	err   error // of the last journey
}

// seat is a place in a company, at which questions are asked as at a connection.
type seat struct {
	*company
	wait  func(struct{}) bool // until the journey has been made; false: it is not made any more
	asked []*answer           // for which it waits
}

// answer is the rows of a question, and what is done with each.
type answer struct {
	f    func(scan func(...any) error) error
	rows []func(...any) error
}

type seatKey struct{}

// Together has no connection while the fs go on, so that one of them may View.
func (e *database) Together(ctx context.Context, fs ...func(context.Context) error) error {
	all := &company{}
	errs := make([]error, len(fs))
	var going []func() (struct{}, bool)
	for i, f := range fs {
		next, stop := iter.Pull(func(wait func(struct{}) bool) {
			errs[i] = f(context.WithValue(ctx, seatKey{}, &seat{company: all, wait: wait}))
		})
		defer stop() // those that wait when one panics
		going = append(going, next)
	}
	for {
		n := 0
		for _, next := range going {
			if _, waits := next(); waits {
				going[n] = next
				n++
			}
		}
		if going = going[:n]; n == 0 {
			return cmp.Or(errs...)
		}
		all.err = e.asking(ctx, all.travel)
		all.queue = nil // where there was no connection, nobody waits for these any more
	}
}

func (a *company) travel(c *conn) error {
	c.queue = append(c.queue, a.queue...)
	return c.flush()
}

func (s *seat) also(query string, args []any, f func(scan func(...any) error) error) error {
	k := newCall(query, args)
	if k.args != nil {
		return k.args
	}
	a := &answer{f: f}
	k.f = func(scan func(...any) error) error {
		a.rows = append(a.rows, scan)
		return nil
	}
	s.queue, s.asked = append(s.queue, k), append(s.asked, a)
	return nil
}

// Each hands the rows out where it was called, and not during the journey: so other questions may be asked meanwhile,
// and an error is nobody else's.
func (s *seat) Each(query string, args []any, f func(scan func(...any) error) error) error {
	if err := s.also(query, args, f); err != nil {
		return err
	}
	there := s.wait(struct{}{})
	asked := s.asked
	if s.asked = nil; !there {
		return errLeft
	}
	if s.err != nil {
		return s.err
	}
	for _, a := range asked {
		for _, scan := range a.rows {
			if err := a.f(scan); err != nil {
				return err
			}
		}
	}
	return nil
}

// Stream needs a transaction.
func (s *seat) Stream(string, []any, func(scan func(...any) error) error) error { return errNoStream }

var (
	errLeft     = errors.New("nobody asks any more")
	errNoStream = errors.New("rows of any number are read in a transaction only")
)

// Ask begins no transaction: each question is one to the server.
func (e *database) Ask(ctx context.Context, f func(engine.View) error) error {
	if s, ok := ctx.Value(seatKey{}).(*seat); ok {
		q := asking(s)
		return f(&q)
	}
	return e.asking(ctx, asked(f))
}
