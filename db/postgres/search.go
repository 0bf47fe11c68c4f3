package postgres

import (
	"fmt"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// trackedQuery joins mails with what was derived of them, and replies with their parents.
const trackedQuery = `
	SELECT m.id, m.project, m.msgid, m.chosen, m.kind, r.parent IS NOT NULL, m.pull_url IS NOT NULL,
		p.state, p.delegate, coalesce(p.archived, false), s.id, CASE WHEN m.kind IN (1, 2) AND m.project IS NOT NULL
			THEN CASE WHEN p.series IS NULL AND c.series IS NULL THEN m.version ELSE coalesce(s.version, 0) END ELSE 0 END,
		coalesce(s.complete, false),
		coalesce(p.hidden, c.hidden, r.hidden, false) OR coalesce(pp.hidden, pc.hidden, false)
	FROM ` + given + `mail m ON m.id = j.value LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id
		LEFT JOIN reply r ON r.mail = m.id LEFT JOIN patch pp ON pp.mail = r.parent LEFT JOIN cover pc ON pc.mail = r.parent
		LEFT JOIN series s ON s.id = coalesce(p.series, c.series, pp.series, pc.series)`

func (q *queries) Tracked(ids []int64) (map[int64]engine.Tracked, error) {
	out := make(map[int64]engine.Tracked, len(ids))
	return out, q.Each(trackedQuery, []any{ids}, func(scan func(...any) error) error {
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
	err = q.Each(`SELECT note, mail FROM restated WHERE note > ? ORDER BY note LIMIT ?`, []any{above, most},
		func(scan func(...any) error) error {
			var r engine.Restated
			err := scan(&r.Note, &r.Mail)
			out = append(out, r)
			return err
		})
	return out, err
}

// AddRestated takes the place of an earlier note of the mail.
func (t *tx) AddRestated(mails []int64) error {
	if len(mails) == 0 {
		return nil
	}
	note, err := t.next(`restated`, len(mails))
	if err != nil {
		return err
	}
	return t.w.exec(`INSERT INTO restated (mail, note)
		SELECT j.mail, max(j.place) + ? FROM unnest(?::bigint[]) WITH ORDINALITY j(mail, place) GROUP BY j.mail
		ON CONFLICT (mail) DO UPDATE SET note = excluded.note`, note-1, mails)
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
	return t.w.exec(`INSERT INTO saved_query (owner, name, query) VALUES (?, ?, ?)
		ON CONFLICT (owner, name) DO UPDATE SET query = excluded.query`, string(s.Owner), s.Name, s.Query)
}

// Having knows no patches in the state new: nearly all are, and no index leads to them without their project.
func (q *queries) Having(h engine.Having, most int) ([]int64, error) {
	query, args := ``, []any(nil)
	switch {
	case h.State != "" && h.State != track.StateNew:
		query = `SELECT mail FROM patch WHERE ` + is(`state`) + ` AND state <> '` + string(track.StateNew) + `'`
		args = []any{string(h.State)}
	case h.Delegate != "":
		query, args = `SELECT mail FROM patch WHERE `+is(`delegate`), []any{h.Delegate}
	case h.Archived:
		query = `SELECT mail FROM patch WHERE archived`
	case h.Series != 0:
		query = `
			WITH own(mail) AS (SELECT mail FROM patch WHERE series = ? UNION ALL SELECT cover FROM series
				WHERE id = ? AND cover IS NOT NULL)
			SELECT mail FROM own UNION ALL SELECT r.mail FROM own JOIN reply r ON r.parent = own.mail`
		args = []any{h.Series, h.Series}
	default:
		return nil, nil
	}
	out := []int64{}
	err := q.Each(query+` LIMIT `+fmt.Sprint(most+1), args, func(scan func(...any) error) error {
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
