package both

import (
	"strings"

	"patchwatch/db/engine"
	"patchwatch/track"
)

func (q *Queries) Related(relations []int64) (map[int64][]engine.Name, error) {
	out := map[int64][]engine.Name{}
	return out, q.Each(`SELECT relation, project, msgid FROM decision
		WHERE `+q.In(`relation`)+` ORDER BY relation, project, msgid`,
		[]any{q.List(Once(relations))}, func(scan func(...any) error) error {
			var relation int64
			var n engine.Name
			err := scan(&relation, &n.Project, &n.MsgID)
			out[relation] = append(out[relation], n)
			return err
		})
}

func (q *Queries) OwnStates() (out []engine.OwnState, err error) {
	err = q.Each(`SELECT slug, number, open FROM own_state ORDER BY number`, nil, func(scan func(...any) error) error {
		var s engine.OwnState
		err := scan(&s.Slug, &s.Number, &s.Open)
		out = append(out, s)
		return err
	})
	return out, err
}

func (q *Queries) Epoch() (name string, err error) {
	_, err = q.Row(`SELECT name FROM epoch`, nil, &name)
	return name, err
}

func (q *Queries) Hooks() (out []track.Hook, err error) {
	err = q.Each(`
		SELECT id, url, project, categories, secret, allow_private, made, sent, failures, failing_since, next_try, fault,
			given_up
		FROM hook ORDER BY id`, nil, func(scan func(...any) error) error {
		var h track.Hook
		var categories string
		err := scan(&h.ID, &h.URL, q.Number(&h.Project), &categories, &h.Secret, &h.AllowPrivate, q.Seconds(&h.Made),
			&h.Sent, &h.Failures, q.MicrosOrZero(&h.FailingSince), q.MicrosOrZero(&h.NextTry), &h.Fault,
			q.Seconds(&h.GivenUp))
		for name := range strings.SplitSeq(categories, ",") {
			if name != "" {
				h.Categories = append(h.Categories, track.Category(name))
			}
		}
		out = append(out, h)
		return err
	})
	return out, err
}

func (q *Queries) Lease(name string) (engine.Lease, error) {
	l := engine.Lease{Name: name}
	_, err := q.Row(`SELECT holder, until FROM lease WHERE name = ?`, []any{name}, &l.Holder, q.Micros(&l.Until))
	return l, err
}
