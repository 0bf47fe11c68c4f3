package db

import (
	"context"
	"fmt"

	"patchwatch/track"
)

// SetState records what a person decided about patches, by the numbers of their mails. All or none is set.
func (s *Store) SetState(ctx context.Context, patches []int64, state track.State) error {
	return s.decide(ctx, patches, "state", string(state))
}

// SetDelegate records who is to look after patches; an empty address, nobody.
func (s *Store) SetDelegate(ctx context.Context, patches []int64, address string) error {
	return s.decide(ctx, patches, "delegate", address)
}

// SetArchived puts patches out of the way of lists, or back.
func (s *Store) SetArchived(ctx context.Context, patches []int64, archived bool) error {
	return s.decide(ctx, patches, "archived", archived)
}

// decide writes the decision by Message-ID and the derived row that shows it. column is one of ours, never a user's.
func (s *Store) decide(ctx context.Context, patches []int64, column string, value any) error {
	shown := value
	if value == "" {
		shown = nil
	}
	return s.write(ctx, func(w *writer) error {
		for _, id := range patches {
			res, err := w.run(`UPDATE patch SET `+column+` = ? WHERE mail = ?`, shown, id)
			if err != nil {
				return err
			}
			if n, _ := res.RowsAffected(); n == 0 {
				return fmt.Errorf("patch %d: %w", id, ErrNotFound)
			}
			if err := w.exec(`
				INSERT INTO decision (project, msgid, `+column+`) SELECT project, msgid, ? FROM mail WHERE id = ?
				ON CONFLICT (project, msgid) DO UPDATE SET `+column+` = excluded.`+column, value, id); err != nil {
				return err
			}
		}
		return nil
	})
}
