package sqlite

import (
	"context"
	"time"
)

// Whoever writes waits twice: in this process for the one connection that writes, and then for the write lock, which
// another process may hold. Both waits end with the context. Nothing has been written then, and no transaction has
// begun.

// turn is held by the one goroutine that writes.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t turn) leave() { <-t }

// SQLite's own wait for the lock can't be cancelled, so SQLite is told not to wait, and is asked again and again. A
// free lock goes to whoever asks first, however long others have waited. So those who wait ask often, to find the
// moments between the batches of a process that has much to write.
const (
	lockPatience = time.Minute
	firstAsk     = time.Millisecond // after a refusal; doubled by each
	lastAsk      = 20 * time.Millisecond
)

// begin takes the write lock.
func (w *writer) begin(ctx context.Context) error {
	end := time.Now().Add(lockPatience)
	for wait := firstAsk; ; wait = min(2*wait, lastAsk) {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := w.exec("BEGIN IMMEDIATE")
		if !isBusy(err) || time.Now().After(end) {
			return err
		}
		sleep(ctx, wait)
	}
}

// sleep ends early with the context.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
