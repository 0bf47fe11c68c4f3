package db

import (
	"context"
	"fmt"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Prune takes out what happened and what was decided before these times (zero: nothing), and tells how much that was.
// What stands stays, and so does the newest event, and what waits for a hook that was not given up. Numbers are not
// given again.
func (s *Store) Prune(ctx context.Context, by track.Actor, events, log time.Time) (gone [2]int64, err error) {
	err = s.decideBy(ctx, by, func(w *writing) error {
		waits, err := w.firstWaiting()
		if err != nil {
			return err
		}
		if !waits.IsZero() && waits.Before(events) {
			events = waits
		}
		if gone, err = w.Tx.Prune(events, log); err != nil {
			return err
		}
		return w.Note("prune", "", "", "", fmt.Sprintf("%d events, %d lines of the log", gone[0], gone[1]))
	})
	return gone, err
}

// firstWaiting is the date of the first event that waits for a hook; zero: none does.
func (w *writing) firstWaiting() (first time.Time, err error) {
	all, err := w.Tx.Hooks()
	if err != nil || len(all) == 0 {
		return first, err
	}
	projects, err := w.Tx.Projects()
	if err != nil {
		return first, err
	}
	for i := range all {
		if !all[i].GivenUp.IsZero() {
			continue
		}
		wanted, err := firstWanted(w.Tx, &all[i], projects, 1)
		if err != nil {
			return first, err
		}
		for _, e := range wanted.Rows {
			if first.IsZero() || e.Date.Before(first) {
				first = e.Date
			}
		}
	}
	return first, nil
}

// Epoch names the time in which numbers of events mean what they meant: it is another one in a restored backup.
func (s *Store) Epoch(ctx context.Context) (name string, err error) {
	err = s.view(ctx, func(v engine.View) error {
		name, err = v.Epoch()
		return err
	})
	return name, err
}
