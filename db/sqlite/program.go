package sqlite

import (
	"time"

	"patchwatch/db/engine"
)

func (q *queries) Related(relations []int64) (map[int64][]engine.Name, error) {
	out := map[int64][]engine.Name{}
	return out, q.each(`SELECT relation, project, msgid FROM decision
		WHERE `+in(`relation`)+` ORDER BY relation, project, msgid`,
		[]any{list(once(relations))}, func(scan func(...any) error) error {
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
		if _, err := t.row(p.find, []any{p.before.UnixMicro()}, (*number)(&first)); err != nil {
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
