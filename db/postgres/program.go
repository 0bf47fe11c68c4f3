package postgres

import (
	"cmp"
	"time"

	"patchwatch/db/engine"
)

func (t *tx) PutOwnStates(states []engine.OwnState) error {
	if err := t.w.exec(`DELETE FROM own_state`); err != nil {
		return err
	}
	for _, s := range states {
		if err := t.w.exec(`INSERT INTO own_state (slug, number, open)
			VALUES (?, ?, ?)`, string(s.Slug), s.Number, s.Open); err != nil {
			return err
		}
	}
	return nil
}

// PutEpoch is known to all who have the database open: by its epoch they see that it is half a copy.
func (t *tx) PutEpoch(name string) error {
	return cmp.Or(t.restamp(), t.w.exec(`UPDATE epoch SET name = ?`, name))
}

// Prune finds where to stop by number: dates ascend with numbers, and neither has an index by date.
func (t *tx) Prune(events, log time.Time) (gone [2]int64, err error) {
	for i, p := range []struct {
		before time.Time
		remove string
	}{
		{events, `DELETE FROM event WHERE id < (
			SELECT coalesce(min(id), (SELECT max(id) FROM event)) FROM event WHERE date >= ?)`},
		{log, `DELETE FROM log WHERE id < (SELECT coalesce(min(id), (SELECT max(id) + 1 FROM log)) FROM log WHERE time >= ?)`},
	} {
		if p.before.IsZero() {
			continue
		}
		if _, err := t.Row(`WITH gone AS (`+p.remove+` RETURNING id) SELECT count(*) FROM gone`,
			[]any{p.before.UnixMicro()}, &gone[i]); err != nil {
			return gone, err
		}
	}
	if gone[0] > 0 {
		err = t.countAnew()
	}
	return gone, err
}
