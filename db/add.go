package db

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"patchwatch/track"
)

// Delivery is one mail to be stored.
type Delivery struct {
	Mail  *track.Mail // what ingest.Parse read from it, with Delivered set
	Raw   []byte      // its bytes
	Frame []byte      // Raw as Compress or Store.Compress made it; nil: Add does
	sums  *sums       // of Mail; nil: Add makes them
}

// Prepare makes a Delivery and does in advance what Add would otherwise do under the write lock.
func (s *Store) Prepare(m *track.Mail, raw []byte) Delivery {
	d := Delivery{Mail: m, Raw: raw}
	if !s.young() {
		d.Frame = s.Compress(raw)
	}
	if sums, err := sumsOf(m); err == nil {
		d.sums = sums
	}
	return d
}

// Added says what became of one delivery.
type Added struct {
	Known   bool   // these bytes were stored before; nothing changed
	Project string // link name; empty: unrouted
	Variant bool   // another mail stands for its Message-ID
	Kind    track.Role
	Series  int64 // its number; 0: none
	mail    int64 // its number
	Err     error // this mail is at fault, no retry can cure it; it is not stored, its neighbours are
}

// Add stores mails and brings all derived rows that they touch up to date; when it returns they are on disk. The result has
// an entry for each delivery. It is one transaction, but for the first mails of a database, and where a mail is at fault.
// An error means that the environment failed; what was stored nevertheless is known when it is added again.
//
// A mail that can't be stored, or whose assembly panics, must not hold the others up: it gets its Err.
func (s *Store) Add(ctx context.Context, batch []Delivery) ([]Added, error) {
	return s.add(ctx, batch, false)
}

// AddUntold is Add without events, for old mail that no reader should act on.
func (s *Store) AddUntold(ctx context.Context, batch []Delivery) ([]Added, error) {
	return s.add(ctx, batch, true)
}

func (s *Store) add(ctx context.Context, batch []Delivery, quiet bool) (added []Added, err error) {
	for len(batch) > 0 {
		part := batch
		if s.young() {
			part = batch[:min(len(batch), s.before())]
		}
		a, err := s.addPart(ctx, part, quiet)
		if err != nil {
			return nil, err
		}
		added, batch = append(added, a...), batch[len(part):]
	}
	return added, nil
}

// addPart halves a part with a mail at fault until that mail is alone.
func (s *Store) addPart(ctx context.Context, batch []Delivery, quiet bool) ([]Added, error) {
	added, err := s.addBatch(ctx, batch, quiet)
	switch {
	case !atFault(err):
		return added, err
	case len(batch) == 1:
		return []Added{{Err: err}}, nil
	}
	half := len(batch) / 2
	first, err := s.addPart(ctx, batch[:half], quiet)
	if err != nil {
		return nil, err
	}
	second, err := s.addPart(ctx, batch[half:], quiet)
	if err != nil {
		return nil, err
	}
	return append(first, second...), nil
}

// panicked is a panic while mails were stored or assembled.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string {
	return fmt.Sprintf("storing this mail failed inside patchwatch: %v\n%s", p.value, p.stack)
}

func atFault(err error) bool {
	var p *panicked
	var u Unfit
	return errors.As(err, &p) || errors.As(err, &u)
}

func (s *Store) addBatch(ctx context.Context, batch []Delivery, quiet bool) (added []Added, err error) {
	defer func() {
		if p := recover(); p != nil {
			added, err = nil, &panicked{p, debug.Stack()}
		}
	}()
	added = make([]Added, len(batch))
	learned := false
	err = s.write(ctx, func(w *writing) error {
		w.quiet = quiet
		r, err := w.takeRouting()
		if err != nil {
			return err
		}
		a := newAdder(w, r)
		if err := a.add(batch, added); err != nil {
			return err
		}
		s.reached(stepInserted)
		if err := a.derive(); err != nil {
			return err
		}
		s.reached(stepDerived)
		if err := a.describe(added); err != nil {
			return err
		}
		if learned, err = w.learn(); err == nil {
			w.keepRouting(r)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if learned {
		// Only now: no frame may name a dictionary that is rolled back. Should this fail, the one before will do.
		_ = s.frames.refresh()
	}
	s.reached(stepCommitted)
	return added, nil
}
