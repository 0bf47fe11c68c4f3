package sqlite

import (
	"strings"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
	"patchwatch/track"
)

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
		both.NumberOrNull(h.ID), h.URL, both.NumberOrNull(h.Project), strings.Join(categories, ","), h.Secret, h.AllowPrivate,
		h.Made.Unix(), h.Sent, h.Failures, both.MicrosOrNull(h.FailingSince), both.MicrosOrNull(h.NextTry), h.Fault,
		both.SecondsOrNull(h.GivenUp))
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

func (t *tx) PutLease(l engine.Lease) error {
	if l.Holder == "" {
		return t.w.exec(`DELETE FROM lease WHERE name = ?`, l.Name)
	}
	return t.w.exec(`INSERT INTO lease (name, holder, until) VALUES (?, ?, ?)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until`,
		l.Name, l.Holder, l.Until.UnixMicro())
}
