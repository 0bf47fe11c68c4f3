package db

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"patchwatch/db/engine"
	"patchwatch/db/internal/derive"
	"patchwatch/db/internal/frame"
	"patchwatch/track"
)

// Prepare makes a Delivery and does in advance what Add would otherwise do under the write lock.
func (s *Store) Prepare(m *track.Mail, raw []byte) derive.Delivery {
	var frame []byte
	if !s.frames.Young() {
		frame = s.Compress(raw)
	}
	return derive.Prepare(m, raw, frame)
}

// Add stores mails and brings all derived rows that they touch up to date; when it returns they are on disk. The result
// has an entry for each delivery. It is one transaction, but for the first mails of a database, and where a mail is at
// fault. An error means that the environment failed; what was stored nevertheless is known when it is added again.
//
// A mail that can't be stored, or whose assembly panics, must not hold the others up: it gets its Err.
func (s *Store) Add(ctx context.Context, batch []derive.Delivery) ([]derive.Added, error) {
	return s.add(ctx, batch, false)
}

// AddUntold is Add without events, for old mail that no reader should act on.
func (s *Store) AddUntold(ctx context.Context, batch []derive.Delivery) ([]derive.Added, error) {
	return s.add(ctx, batch, true)
}

func (s *Store) add(ctx context.Context, batch []derive.Delivery, quiet bool) (added []derive.Added, err error) {
	for len(batch) > 0 {
		part := batch
		if s.frames.Young() { // so that as many as possible are compressed with the first dictionary
			part = batch[:min(len(batch), s.frames.Lacking())]
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
func (s *Store) addPart(ctx context.Context, batch []derive.Delivery, quiet bool) ([]derive.Added, error) {
	added, err := s.addBatch(ctx, batch, quiet)
	switch {
	case !atFault(err):
		return added, err
	case len(batch) == 1:
		return []derive.Added{{Err: err}}, nil
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
	var u engine.Unfit
	return errors.As(err, &p) || errors.As(err, &u)
}

func (s *Store) addBatch(ctx context.Context, batch []derive.Delivery, quiet bool) (added []derive.Added, err error) {
	defer func() {
		if p := recover(); p != nil {
			added, err = nil, &panicked{p, debug.Stack()}
		}
	}()
	added = make([]derive.Added, len(batch))
	learned := false
	err = s.writeBeside(ctx, func(w *writing) error {
		w.Quiet = quiet
		clear(added)
		r, err := w.TakeRouting()
		if err != nil {
			return err
		}
		a := derive.NewAdder(w.Writing, r)
		if err := a.Add(batch, added); err != nil {
			return err
		}
		s.reached(stepInserted)
		if err := a.Derive(); err != nil {
			return err
		}
		s.reached(stepDerived)
		if err := a.Describe(added); err != nil {
			return err
		}
		if learned, err = frame.Learn(w.Tx, w.Codec); err == nil {
			w.KeepRouting(r)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if learned {
		// Only now: no frame may name a dictionary that is rolled back. Should this fail, the one before will do.
		_ = s.frames.Refresh()
	}
	s.reached(stepCommitted)
	return added, nil
}

// Compress makes the form in which raw mail is stored. It is apart from Add so that it can run on all cores while the
// one writer waits for none.
func (s *Store) Compress(raw []byte) []byte { return s.frames.Compress(raw) }
