package watcher

import (
	"context"
	"time"
)

// Run watches until ctx is done. Then it finishes the batch in hand, lets go of every lock and returns nil. It returns
// an error only when it cannot begin: a Maildir is missing, or is none and cannot be made one (Prepare). What goes
// wrong later it logs, shows in its State, and tries again.
func Run[T any](ctx context.Context, c Config[T]) error {
	e, err := newEngine(c)
	if err != nil {
		return err
	}
	e.notifier = newNotifier(e.boxes, e.Log)
	return e.run(ctx)
}

func (e *engine[T]) run(ctx context.Context) error {
	defer e.close()
	for ctx.Err() == nil {
		before := e.paused()
		if e.busy(time.Now()) {
			e.round(ctx)
		} else {
			e.sleep(ctx)
		}
		e.report(before)
	}
	return nil
}

// sleep waits for an event, or for the next thing that is due without one.
func (e *engine[T]) sleep(ctx context.Context) {
	timer := time.NewTimer(time.Until(e.nextLook()))
	defer timer.Stop()
	var wake chan struct{}
	if e.notifier != nil {
		wake = e.notifier.wake
	}
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-wake:
	}
}

// nextLook is when something is to be done that no event will announce.
func (e *engine[T]) nextLook() time.Time {
	next := e.boxes[0].nextRound()
	for _, b := range e.boxes[1:] {
		if look := b.nextRound(); look.Before(next) {
			next = look
		}
	}
	return later(next, e.pause.until)
}

// nextRound is when this Maildir is to be looked at; long ago, when only the pause of all is in the way.
func (b *box) nextRound() time.Time {
	if b.dirty.Load() || b.list.open() {
		return b.pause.until
	}
	return later(b.nextScan(), b.pause.until)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
