package sqlite

import (
	"fmt"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// trackedQuery joins mails with what was derived of them, and replies with their parents.
const trackedQuery = `
	SELECT m.id, m.project, m.msgid, m.chosen, m.kind, r.parent IS NOT NULL, m.pull_url IS NOT NULL,
		p.state, p.delegate, coalesce(p.archived, 0), s.id, CASE WHEN m.kind IN (1, 2) AND m.project IS NOT NULL
			THEN CASE WHEN p.series IS NULL AND c.series IS NULL THEN m.version ELSE coalesce(s.version, 0) END ELSE 0 END,
		coalesce(s.complete, 0),
		coalesce(p.hidden, c.hidden, r.hidden, 0) OR coalesce(pp.hidden, pc.hidden, 0)
	FROM ` + given + `mail m LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id
		LEFT JOIN reply r ON r.mail = m.id LEFT JOIN patch pp ON pp.mail = r.parent LEFT JOIN cover pc ON pc.mail = r.parent
		LEFT JOIN series s ON s.id = coalesce(p.series, c.series, pp.series, pc.series)
	WHERE m.id = j.value`

func (q *queries) Tracked(ids []int64) (map[int64]engine.Tracked, error) {
	out := make(map[int64]engine.Tracked, len(ids))
	return out, q.Each(trackedQuery, []any{list(ids)}, func(scan func(...any) error) error {
		var s engine.Tracked
		var id int64
		var kind track.Kind
		var leads bool
		err := scan(&id, (*number)(&s.Project), &s.MsgID, &s.Chosen, &kind, &leads, &s.Pull, (*text)(&s.State),
			(*text)(&s.Delegate), &s.Archived, (*number)(&s.Series), &s.Version, &s.Complete, &s.Hidden)
		s.Role = engine.RoleOf(s.Project, kind, leads)
		out[id] = s
		return err
	})
}

func (q *queries) Restated(above int64, most int) (out []engine.Restated, err error) {
	err = q.Each(`SELECT note, mail FROM restated WHERE note > ? ORDER BY note LIMIT +?`, []any{above, most},
		func(scan func(...any) error) error {
			var r engine.Restated
			err := scan(&r.Note, &r.Mail)
			out = append(out, r)
			return err
		})
	return out, err
}

// AddRestated takes the place of an earlier note of the mail. The number is one above the highest, which may be that of
// the note that goes.
func (t *tx) AddRestated(mails []int64) error {
	for _, id := range mails {
		if err := t.w.exec(`INSERT OR REPLACE INTO restated (mail, note)
			VALUES (?, (SELECT coalesce(max(note), 0) + 1 FROM restated))`, id); err != nil {
			return err
		}
	}
	return nil
}

func (q *queries) SavedQueries(owner track.Actor) (out []engine.SavedQuery, err error) {
	err = q.Each(`SELECT owner, name, query FROM saved_query WHERE owner = ? ORDER BY name`, []any{string(owner)},
		func(scan func(...any) error) error {
			var s engine.SavedQuery
			err := scan(savedInto(&s)...)
			out = append(out, s)
			return err
		})
	return out, err
}

func savedInto(s *engine.SavedQuery) []any { return []any{(*text)(&s.Owner), &s.Name, &s.Query} }

func (t *tx) PutSavedQuery(s engine.SavedQuery) error {
	if s.Query == "" {
		return t.w.exec(`DELETE FROM saved_query WHERE owner = ? AND name = ?`, string(s.Owner), s.Name)
	}
	return t.w.exec(`INSERT OR REPLACE INTO saved_query (owner, name, query) VALUES (?, ?, ?)`, string(s.Owner), s.Name,
		s.Query)
}

// Having knows no patches in the state new: nearly all are, and no index leads to them without their project.
func (q *queries) Having(h engine.Having, most int) ([]int64, error) {
	query, value := ``, any(nil)
	switch {
	case h.State != "" && h.State != track.StateNew:
		query, value = `SELECT mail FROM patch WHERE `+is(`state`)+` AND state <> '`+string(track.StateNew)+`'`,
			string(h.State)
	case h.Delegate != "":
		query, value = `SELECT mail FROM patch WHERE `+is(`delegate`), h.Delegate
	case h.Archived:
		query, value = `SELECT mail FROM patch WHERE archived AND +? IS NOT NULL`, true
	case h.Series != 0:
		query, value = `
			WITH own(mail) AS (SELECT mail FROM patch WHERE series = ?1 UNION ALL SELECT cover FROM series
				WHERE id = ?1 AND cover IS NOT NULL)
			SELECT mail FROM own UNION ALL SELECT r.mail FROM own CROSS JOIN reply r WHERE r.parent = own.mail`, h.Series
	default:
		return nil, nil
	}
	out := []int64{}
	err := q.Each(query+` LIMIT `+fmt.Sprint(most+1), []any{value}, func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		out = append(out, id)
		return err
	})
	if len(out) > most {
		out = nil
	}
	return out, err
}
