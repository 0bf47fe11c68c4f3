package sqlite

import "patchwatch/db/engine"

func (t *tx) PutDecisions(decisions []engine.Decision) error {
	for i := range decisions {
		d := &decisions[i]
		query, args := `
			INSERT OR REPLACE INTO decision (project, msgid, state, delegate, archived, series_name) VALUES (?, ?, ?, ?, ?, ?)`,
			[]any{d.Project, d.MsgID, orNull(d.State), orNull(d.Delegate), orNull(d.Archived), orNull(d.SeriesName)}
		if d.State == nil && d.Delegate == nil && d.Archived == nil && d.SeriesName == nil {
			query, args = `DELETE FROM decision WHERE project = ? AND msgid = ?`, args[:2]
		}
		if err := t.w.exec(query, args...); err != nil {
			return err
		}
	}
	return nil
}

// orNull is what a pointer points to; NULL for none.
func orNull[T any](v *T) any {
	if v == nil {
		return nil
	}
	return *v
}

func (t *tx) MoveDecisions(from, to int64) error {
	return t.w.exec(`UPDATE OR IGNORE decision SET project = ? WHERE project = ?`, to, from)
}

func (t *tx) AddLog(entries []engine.LogEntry) error {
	for i := range entries {
		e := &entries[i]
		res, err := t.w.run(`
			INSERT INTO log (time, actor, what, project, msgid, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			e.Time.UnixMicro(), string(e.Actor), e.What, e.Project, textOrNull(e.MsgID), e.Before, e.After)
		if err != nil {
			return err
		}
		if e.ID, err = res.LastInsertId(); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) AddEvents(events []engine.Event) error {
	for i := range events {
		e := &events[i]
		res, err := t.w.run(`
			INSERT INTO event (date, category, project, mail, comment, series, actor, before, after)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			e.Date.UnixMicro(), string(e.Category), e.Project, numberOrNull(e.Mail), numberOrNull(e.Comment),
			numberOrNull(e.Series), textOrNull(string(e.Actor)), textOrNull(e.Before), textOrNull(e.After))
		if err != nil {
			return err
		}
		if e.ID, err = res.LastInsertId(); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) PutProject(p *engine.Project) error {
	res, err := t.w.run(`
		INSERT INTO project (id, link_name, list_id, list_email, name, subject_match, on_sight, mail_states, mail_delegates, removed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET link_name = excluded.link_name, list_id = excluded.list_id,
			list_email = excluded.list_email, name = excluded.name, subject_match = excluded.subject_match,
			on_sight = excluded.on_sight, mail_states = excluded.mail_states, mail_delegates = excluded.mail_delegates,
			removed = excluded.removed`,
		numberOrNull(p.ID), p.LinkName, p.ListID, p.ListEmail, p.Name, p.SubjectMatch, p.OnSight, p.MailStates, p.MailDelegates,
		p.Removed)
	if err != nil {
		return err
	}
	if p.ID == 0 {
		if p.ID, err = res.LastInsertId(); err != nil {
			return err
		}
	}
	if err := t.w.exec(`DELETE FROM rule WHERE project = ?`, p.ID); err != nil {
		return err
	}
	for _, r := range p.Rules {
		if err := t.w.exec(`INSERT INTO rule (project, pattern, delegate, priority) VALUES (?, ?, ?, ?)`,
			p.ID, r.Pattern, r.Delegate, r.Priority); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) PutWorks(works []engine.Work) error {
	if err := t.w.exec(`DELETE FROM unfinished`); err != nil {
		return err
	}
	for _, w := range works {
		if err := t.w.exec(`INSERT INTO unfinished (id, project, done, last) VALUES (?, ?, ?, ?)`,
			w.ID, numberOrNull(w.Project), w.Done, w.Last); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) PutReading(reading int) error {
	if err := t.w.exec(`DELETE FROM reading`); err != nil || reading == 0 {
		return err
	}
	return t.w.exec(`INSERT INTO reading (version) VALUES (?)`, reading)
}

func (t *tx) PutDictionary(d engine.Dictionary) error {
	return t.w.exec(`INSERT INTO dictionary (id, mails, bytes) VALUES (?, ?, ?)`, d.ID, d.Mails, d.Frame)
}

func (t *tx) PutMaildirs(maildirs []engine.Maildir) error {
	if err := t.w.exec(`DELETE FROM maildir`); err != nil {
		return err
	}
	for _, m := range maildirs {
		if err := t.w.exec(`INSERT INTO maildir (path, last_mail, last_event, last_scan, paused) VALUES (?, ?, ?, ?, ?)`,
			m.Path, secondsOrNull(m.LastMail), secondsOrNull(m.LastEvent), secondsOrNull(m.LastScan), textOrNull(m.Paused)); err != nil {
			return err
		}
	}
	return nil
}
