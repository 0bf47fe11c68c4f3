package sqlite

import (
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

func (t *tx) PutEpoch(name string) error { return t.w.exec(`UPDATE epoch SET name = ?`, name) }

// Prune finds where to stop by number: dates ascend with numbers, and neither has an index by date.
func (t *tx) Prune(events, log time.Time) (gone [2]int64, err error) {
	for i, p := range []struct {
		before       time.Time
		find, remove string
	}{
		{events, `SELECT coalesce(min(id), (SELECT max(id) FROM event)) FROM event WHERE date >= ?`,
			`DELETE FROM event WHERE id < ?`},
		{log, `SELECT coalesce(min(id), (SELECT max(id) + 1 FROM log)) FROM log WHERE time >= ?`,
			`DELETE FROM log WHERE id < ?`},
	} {
		if p.before.IsZero() {
			continue
		}
		var first int64
		if _, err := t.Row(p.find, []any{p.before.UnixMicro()}, (*number)(&first)); err != nil {
			return gone, err
		}
		res, err := t.w.run(p.remove, first)
		if err != nil {
			return gone, err
		}
		if gone[i], err = res.RowsAffected(); err != nil {
			return gone, err
		}
	}
	if gone[0] > 0 {
		err = t.countAnew()
	}
	return gone, err
}
