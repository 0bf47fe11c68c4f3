package db

import (
	"context"
	"fmt"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Marks gives how far a user has looked at these series (nil: at any), those of the newest mail first, and at most so
// many. What was never looked at is left out.
func (s *Store) Marks(ctx context.Context, user int64, series track.In[int64], most int) ([]track.Mark, error) {
	return viewed(ctx, s, func(v engine.View) ([]track.Mark, error) { return v.Marks(user, series, most) })
}

// Mark notes how far users have looked, or with an Upto of 0, that they have not. Nobody else sees it, so it is in no
// log.
func (s *Store) Mark(ctx context.Context, by track.Actor, marks []track.Mark) error {
	return s.decideBy(ctx, by, func(w *writing) error {
		users, err := w.Tx.Users()
		if err != nil {
			return err
		}
		for _, m := range marks {
			if !slices.ContainsFunc(users, func(u engine.User) bool { return u.ID == m.User }) {
				return fmt.Errorf("user %d: %w", m.User, engine.ErrNotFound)
			}
			if m.Series <= 0 || m.Upto < 0 {
				return fmt.Errorf("a mark of series %d up to %d: these are no numbers of mails", m.Series, m.Upto)
			}
		}
		return w.Tx.PutMarks(marks)
	})
}
