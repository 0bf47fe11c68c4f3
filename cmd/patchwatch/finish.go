package main

import (
	"context"
	"time"

	"patchwatch/db"
)

// withProgress runs what reads stored mail anew, and shows how far it is.
func (a *app) withProgress(what string, f func(db.Progress) error) error {
	p := a.newProgress(what, "mails")
	defer p.Clear()
	return f(p.Tell)
}

// keepFinishing has the watcher do what a change of projects or rules has left undone. The command that made the change does
// this itself unless it was broken off, so the watcher begins only when it finds no progress since it last looked.
func (w *watching) keepFinishing(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(w.finishEvery())
		defer tick.Stop()
		for before := 0; ; {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			left, err := w.store.Unfinished(ctx)
			if err == nil && left > 0 && left == before {
				err = w.finish(ctx)
			}
			if before = left; err != nil && ctx.Err() == nil {
				w.log.Warn("a change of projects or rules is not finished yet", "error", err)
			}
		}
	}()
	return func() { cancel(); <-ended }
}

// finishLeft does the same once: where only watch --once is run, now and then, nobody else would.
func (w *watching) finishLeft(ctx context.Context) error {
	left, err := w.store.Unfinished(ctx)
	if err != nil || left == 0 {
		return err
	}
	return w.finish(ctx)
}

func (w *watching) finish(ctx context.Context) error {
	moved, err := w.store.Finish(ctx, reread, nil)
	if err == nil {
		w.log.Info("finished a change of projects or rules", "moved", moved)
	}
	return err
}

// finishEvery is how often the watcher looks whether there is something to finish.
func (w *watching) finishEvery() time.Duration { return min(notesEvery, max(w.rescan, time.Second)) }
