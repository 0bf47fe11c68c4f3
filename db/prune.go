package db

import (
	"context"
	"fmt"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Prune takes out what happened and what was decided before these times (zero: nothing), and tells how much that was.
// What stands stays, and so does the newest event. Numbers are not given again.
func (s *Store) Prune(ctx context.Context, by track.Actor, events, log time.Time) (gone [2]int64, err error) {
	err = s.decideBy(ctx, by, func(w *writing) error {
		if gone, err = w.Tx.Prune(events, log); err != nil {
			return err
		}
		return w.Note("prune", "", "", "", fmt.Sprintf("%d events, %d lines of the log", gone[0], gone[1]))
	})
	return gone, err
}

// Epoch names the time in which numbers of events mean what they meant: it is another one in a restored backup.
func (s *Store) Epoch(ctx context.Context) (name string, err error) {
	err = s.view(ctx, func(v engine.View) error {
		name, err = v.Epoch()
		return err
	})
	return name, err
}
