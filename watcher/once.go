package watcher

import (
	"context"
	"fmt"
	"time"
)

const (
	onceTries          = 5 // failures of the environment in a row, some three seconds, after which Once gives up
	onceRecheck        = 20 * time.Millisecond
	onceLongestRecheck = 250 * time.Millisecond
)

// Once settles what is in new, and returns when a scan finds no mail there that could still be settled. It waits for
// mails that other watchers hold, since those may die, and up to Config.EmptyTime for mails that are being written.
// Mails that stay are counted in Summary.Left.
//
// It returns an error when it cannot begin, when the environment fails five times in a row, and that of ctx when it
// is done.
func Once[T any](ctx context.Context, c Config[T]) (Summary, error) {
	e, err := newEngine(c)
	if err != nil {
		return Summary{}, err
	}
	defer e.close()
	return e.once(ctx)
}

func (e *engine[T]) once(ctx context.Context) (Summary, error) {
	wait, last := onceRecheck, time.Now() // last: when something was settled
	for {
		before := e.sum
		if err := e.sweep(ctx); err != nil {
			return e.partialSummary(), err
		}
		if e.sum != before {
			wait, last = onceRecheck, time.Now()
			continue
		}
		if e.emptied(time.Since(last)) {
			return e.summary(), nil
		}
		if err := sleep(ctx, wait); err != nil {
			return e.partialSummary(), err
		}
		wait = min(2*wait, onceLongestRecheck)
	}
}

// sweep does one whole scan of every Maildir.
func (e *engine[T]) sweep(ctx context.Context) error {
	for _, b := range e.boxes {
		b.due = time.Time{}
		b.dirty.Store(true)
	}
	for ctx.Err() == nil && e.sweeping() {
		if !e.busy(time.Now()) {
			e.sleep(ctx)
			continue
		}
		e.round(ctx)
		if err := e.repeatedFailure(); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (e *engine[T]) sweeping() bool {
	for _, b := range e.boxes {
		if b.list.open() || b.dirty.Load() {
			return true
		}
	}
	return false
}

// repeatedFailure is the error that has come too often in a row; nil if there is none.
func (e *engine[T]) repeatedFailure() error {
	if e.pause.fails >= onceTries {
		return fmt.Errorf("watcher: %w", e.pause.err)
	}
	for _, b := range e.boxes {
		if b.pause.fails >= onceTries {
			return fmt.Errorf("watcher(%s): %w", b.dir, b.pause.err)
		}
	}
	return nil
}

// emptied tells whether all that the last sweep left in new is going to stay there.
func (e *engine[T]) emptied(idle time.Duration) bool {
	for _, b := range e.boxes {
		if b.seen.locked > 0 || b.seen.incomplete > 0 && idle < e.EmptyTime {
			return false
		}
	}
	return true
}

func (e *engine[T]) summary() Summary {
	sum := e.sum
	for _, b := range e.boxes {
		odd, unreadable := b.left.count()
		sum.Odd += odd
		sum.Left += unreadable + b.seen.incomplete + b.seen.locked
	}
	return sum
}

// partialSummary is the summary after an early end. A sweep that was broken off has not seen all that is in new, so
// new is listed again; if that is impossible, what was seen counts.
func (e *engine[T]) partialSummary() Summary {
	sum := e.summary()
	left, odd := 0, 0
	for _, b := range e.boxes {
		q, err := waiting(b.newDir())
		if err != nil {
			return sum
		}
		left += q.Mails
		odd += q.Odd
	}
	sum.Left, sum.Odd = left, odd
	return sum
}

// sleep returns the error of ctx when that is done first.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
