package db

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/internal/derive"
	"patchwatch/track"
)

// The wait for the disk is most of what a decision costs. So decisions that come together share a transaction, each in
// a part of its own: one that fails is undone alone, and nobody is answered before the commit. Nobody waits for others
// to come.
//
// Each decision waits in a queue, and for the turn to write. Whoever gets the turn first writes all that are in the
// queue by then. The turn goes to those who wait in the order in which they came, so a stream of decisions can't keep
// mail from being stored, nor mail decisions from being written.

const (
	togetherMost  = 64                    // decisions in a transaction
	togetherUntil = 20 * time.Millisecond // after that no more are begun in it
)

// decision is one that waits to be written, or is.
type decision struct {
	by       track.Actor
	f        func(w *writing) error
	done     chan struct{} // closed when what follows is settled
	err      error
	panicked *decisionPanic
}

// decisionPanic is a panic in a decision, for the goroutine that wanted it.
type decisionPanic struct {
	value any
	stack []byte
}

func (p *decisionPanic) Error() string { return fmt.Sprintf("%v, in a decision\n%s", p.value, p.stack) }

// decideBy runs f, which writes a decision of somebody. When it returns nil, what f wrote is on disk. The wait ends
// with the context; once f has begun, the answer is what became of it.
func (s *Store) decideBy(ctx context.Context, by track.Actor, f func(w *writing) error) error {
	d := &decision{by: by, f: f, done: make(chan struct{})}
	s.undecided.add(d)
	for {
		select {
		case <-d.done:
			return d.answer()
		case s.turn <- struct{}{}:
			if err := s.decideTogether(ctx); err != nil && s.undecided.remove(d) {
				return err
			}
		case <-ctx.Done():
			if s.undecided.remove(d) {
				return ctx.Err()
			}
			<-d.done
			return d.answer()
		}
	}
}

func (d *decision) answer() error {
	if d.panicked != nil {
		panic(d.panicked)
	}
	return d.err
}

var (
	errNoneStands = errors.New("none of the decisions stands")
	errBrokenOff  = errors.New("the transaction was broken off")
)

// decideTogether writes the decisions that wait, and leaves the turn. It gives an error when it could not begin.
func (s *Store) decideTogether(ctx context.Context) error {
	defer s.turn.leave()
	if s.undecided.empty() {
		return nil
	}
	t := &together{store: s, routing: s.routing}
	s.routing = nil // unless this transaction leaves one
	err := errBrokenOff
	defer func() { t.settle(err) }()
	if err = s.engine.Write(ctx, t.write); err == nil {
		s.opening = t.opening
	}
	if err == nil || err == errNoneStands {
		s.routing = t.routing
	}
	if len(t.taken) > 0 || err == errNoneStands {
		return nil
	}
	return err
}

// together is a transaction of decisions.
type together struct {
	store   *Store
	routing *derive.Routing
	opening int
	taken   []*decision
}

func (t *together) write(tx engine.Tx) (err error) {
	w := &writing{}
	if w.Writing, err = derive.Begin(tx, t.store.frames, t.routing); err != nil {
		return err
	}
	w.IgnoreChanges = t.store.ignoreChanges
	if err := t.store.lookAround(w, t.routing); err != nil {
		return err
	}
	err = errNoneStands
	for end := time.Now().Add(togetherUntil); len(t.taken) == 0 || len(t.taken) < togetherMost && time.Now().Before(end); {
		d := t.store.undecided.take()
		if d == nil {
			break
		}
		t.taken = append(t.taken, d)
		if t.decide(w, d); d.err == nil {
			err = nil
		}
	}
	if err == nil {
		err = w.End()
	}
	t.routing, t.opening = w.Leaves(), w.Stamped.Opening
	return err
}

// decide writes one decision.
func (t *together) decide(w *writing, d *decision) {
	defer func() {
		if p := recover(); p != nil {
			d.panicked = &decisionPanic{p, debug.Stack()}
			d.err = d.panicked
		}
	}()
	d.err = w.PartBy(d.by, func(part *derive.Writing) error { return d.f(&writing{part}) })
}

// settle answers all who were taken; err is that of the transaction.
func (t *together) settle(err error) {
	for _, d := range t.taken {
		if d.err == nil {
			d.err = err
		}
		close(d.done)
	}
}

// queue has decisions in the order in which they came.
type queue struct {
	mu  sync.Mutex
	all []*decision
}

func (q *queue) add(d *decision) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.all = append(q.all, d)
}

// take takes the first out; nil: there is none.
func (q *queue) take() (d *decision) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.all) > 0 {
		d = q.all[0]
		q.all = slices.Delete(q.all, 0, 1)
	}
	return d
}

// remove takes a decision out; false: it is no longer in.
func (q *queue) remove(d *decision) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	at := slices.Index(q.all, d)
	if at >= 0 {
		q.all = slices.Delete(q.all, at, at+1)
	}
	return at >= 0
}

func (q *queue) empty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.all) == 0
}
