package postgres

import (
	"cmp"
	"time"

	"patchwatch/db/engine"
)

func (q *queries) Related(relations []int64) (map[int64][]engine.Name, error) {
	out := map[int64][]engine.Name{}
	return out, q.each(`SELECT relation, project, msgid FROM decision
		WHERE `+in(`relation`)+` ORDER BY relation, project, msgid`,
		[]any{once(relations)}, func(scan func(...any) error) error {
			var relation int64
			var n engine.Name
			err := scan(&relation, &n.Project, &n.MsgID)
			out[relation] = append(out[relation], n)
			return err
		})
}

func (q *queries) OwnStates() (out []engine.OwnState, err error) {
	err = q.each(`SELECT slug, number, open FROM own_state ORDER BY number`, nil, func(scan func(...any) error) error {
		var s engine.OwnState
		err := scan(&s.Slug, &s.Number, &s.Open)
		out = append(out, s)
		return err
	})
	return out, err
}

func (q *queries) Epoch() (name string, err error) {
	_, err = q.row(`SELECT name FROM epoch`, nil, &name)
	return name, err
}

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
		if _, err := t.row(`WITH gone AS (`+p.remove+` RETURNING id) SELECT count(*) FROM gone`,
			[]any{p.before.UnixMicro()}, &gone[i]); err != nil {
			return gone, err
		}
	}
	if gone[0] > 0 {
		err = t.countAnew()
	}
	return gone, err
}
