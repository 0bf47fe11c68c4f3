package sqlite

import (
	"strings"

	"patchwatch/db/engine"
	"patchwatch/track"
)

func (q *queries) Hooks() (out []track.Hook, err error) {
	err = q.each(`
		SELECT id, url, project, categories, secret, allow_private, made, sent, failures, failing_since, next_try, fault,
			given_up
		FROM hook ORDER BY id`, nil, func(scan func(...any) error) error {
		var h track.Hook
		var categories string
		err := scan(&h.ID, &h.URL, (*number)(&h.Project), &categories, &h.Secret, &h.AllowPrivate, (*seconds)(&h.Made),
			&h.Sent, &h.Failures, (*microsOrZero)(&h.FailingSince), (*microsOrZero)(&h.NextTry), &h.Fault,
			(*seconds)(&h.GivenUp))
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

func (t *tx) PutHook(h *track.Hook) error {
	var categories []string
	for _, k := range h.Categories {
		categories = append(categories, string(k))
	}
	res, err := t.w.run(`
		INSERT INTO hook (id, url, project, categories, secret, allow_private, made, sent, failures, failing_since, next_try,
			fault, given_up)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET url = excluded.url, project = excluded.project, categories = excluded.categories,
			secret = excluded.secret, allow_private = excluded.allow_private, made = excluded.made, sent = excluded.sent,
			failures = excluded.failures, failing_since = excluded.failing_since, next_try = excluded.next_try,
			fault = excluded.fault, given_up = excluded.given_up`,
		numberOrNull(h.ID), h.URL, numberOrNull(h.Project), strings.Join(categories, ","), h.Secret, h.AllowPrivate,
		h.Made.Unix(), h.Sent, h.Failures, microsOrNull(h.FailingSince), microsOrNull(h.NextTry), h.Fault,
		secondsOrNull(h.GivenUp))
	if err == nil && h.ID == 0 {
		h.ID, err = res.LastInsertId()
	}
	return err
}

func (t *tx) DropHooks(ids []int64) error {
	for _, id := range ids {
		if err := t.w.exec(`DELETE FROM hook WHERE id = ?`, id); err != nil {
			return err
		}
	}
	return nil
}

func (q *queries) Lease(name string) (engine.Lease, error) {
	l := engine.Lease{Name: name}
	_, err := q.row(`SELECT holder, until FROM lease WHERE name = ?`, []any{name}, &l.Holder, (*micros)(&l.Until))
	return l, err
}

func (t *tx) PutLease(l engine.Lease) error {
	if l.Holder == "" {
		return t.w.exec(`DELETE FROM lease WHERE name = ?`, l.Name)
	}
	return t.w.exec(`INSERT INTO lease (name, holder, until) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until`,
		l.Name, l.Holder, l.Until.UnixMicro())
}
