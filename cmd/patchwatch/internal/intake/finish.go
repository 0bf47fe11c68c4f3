package intake

import (
	"context"
	"log/slog"
	"time"

	"patchwatch/db"
)

// Finisher finishes changes of projects and rules that were broken off. Usually the command that makes a change also
// finishes it.
type Finisher struct {
	Store *db.Store
	Log   *slog.Logger
}

// Keep checks now and then, until it is stopped, whether there is something to finish. It begins only if there has
// been no progress since its last check.
func (f *Finisher) Keep(ctx context.Context, every time.Duration) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for before := 0; ; {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			before = f.check(ctx, before)
		}
	}()
	return func() { cancel(); <-ended }
}

// check finishes what is left if that is as much as before, and returns how much it found.
func (f *Finisher) check(ctx context.Context, before int) (left int) {
	left, err := f.Store.Unfinished(ctx)
	if err == nil && left > 0 && left == before {
		err = f.finish(ctx)
	}
	if err != nil && ctx.Err() == nil {
		f.Log.Warn("a change of projects or rules is not finished yet", "error", err)
	}
	return left
}

// Once finishes what is left. Where only watch --once is run, now and then, nobody else would.
func (f *Finisher) Once(ctx context.Context) error {
	left, err := f.Store.Unfinished(ctx)
	if err != nil || left == 0 {
		return err
	}
	return f.finish(ctx)
}

func (f *Finisher) finish(ctx context.Context) error {
	moved, err := f.Store.Finish(ctx, Reread, nil)
	if err == nil {
		f.Log.Info("finished a change of projects or rules", "moved", moved)
	}
	return err
}
