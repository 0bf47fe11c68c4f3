package postgres

import (
	"patchwatch/db/engine"
	"patchwatch/track"
)

func (q *queries) Projects() (out []engine.Project, err error) {
	if err = q.each(`
		SELECT id, link_name, list_id, list_email, name, subject_match, on_sight, mail_states,
			mail_delegates, removed, web_url,
			scm_url, webscm_url, list_archive_url, list_archive_url_format, commit_url_format, private, show_dependencies,
			supersede
		FROM project ORDER BY link_name`, nil, func(scan func(...any) error) error {
		var p engine.Project
		err := scan(&p.ID, &p.LinkName, &p.ListID, &p.ListEmail, &p.Name, &p.SubjectMatch, &p.OnSight, &p.MailStates,
			&p.MailDelegates, &p.Removed, &p.WebURL, &p.ScmURL, &p.WebScmURL, &p.ListArchiveURL, &p.ListArchiveURLFormat,
			&p.CommitURLFormat, &p.Private, &p.ShowDependencies, &p.Supersede)
		out = append(out, p)
		return err
	}); err != nil {
		return nil, err
	}
	return out, q.rules(out)
}

// rules hands each rule to the project that it belongs to.
func (q *queries) rules(projects []engine.Project) error {
	byID := make(map[int64]*engine.Project, len(projects))
	for i := range projects {
		byID[projects[i].ID] = &projects[i]
	}
	return q.each(`SELECT project, pattern, delegate, priority FROM rule ORDER BY project, priority DESC, pattern`, nil,
		func(scan func(...any) error) error {
			var id int64
			var r track.Rule
			if err := scan(&id, &r.Pattern, &r.Delegate, &r.Priority); err != nil {
				return err
			}
			if p := byID[id]; p != nil {
				p.Rules = append(p.Rules, r)
			}
			return nil
		})
}

func (q *queries) Works() (out []engine.Work, err error) {
	err = q.each(`SELECT id, project, done, last FROM unfinished ORDER BY project IS NOT NULL, id`, nil,
		func(scan func(...any) error) error {
			var w engine.Work
			err := scan(&w.ID, (*number)(&w.Project), &w.Done, &w.Last)
			out = append(out, w)
			return err
		})
	return out, err
}

func (q *queries) Reading() (version int, err error) {
	_, err = q.row(`SELECT coalesce(min(version), 0) FROM reading`, nil, &version)
	return version, err
}

func (q *queries) Dictionaries() (out []engine.Dictionary, err error) {
	err = q.each(`SELECT id, mails, bytes FROM dictionary ORDER BY mails, id`, nil, func(scan func(...any) error) error {
		var d engine.Dictionary
		err := scan(&d.ID, &d.Mails, &d.Frame)
		out = append(out, d)
		return err
	})
	return out, err
}

func (q *queries) Maildirs() (out []engine.Maildir, err error) {
	err = q.each(`SELECT host, path, last_mail, last_event, last_scan, paused, seen, waiting, oldest, failed FROM maildir
		ORDER BY host, path`, nil, func(scan func(...any) error) error {
		var m engine.Maildir
		err := scan(&m.Host, &m.Path, (*seconds)(&m.LastMail), (*seconds)(&m.LastEvent), (*seconds)(&m.LastScan),
			(*text)(&m.Paused), (*seconds)(&m.Seen), &m.Waiting, (*seconds)(&m.Oldest), &m.Failed)
		out = append(out, m)
		return err
	})
	return out, err
}

func (q *queries) Repositories() (out []engine.Repository, err error) {
	err = q.each(`SELECT path, list_id, read_to FROM repository ORDER BY path, list_id`, nil,
		func(scan func(...any) error) error {
			var r engine.Repository
			err := scan(&r.Path, &r.ListID, &r.ReadTo)
			out = append(out, r)
			return err
		})
	return out, err
}

func (t *tx) PutProject(p *engine.Project) error {
	if err := t.restamp(); err != nil {
		return err
	}
	if err := t.numbered(`project`, &p.ID); err != nil {
		return err
	}
	if err := t.w.exec(`
		INSERT INTO project (id, link_name, list_id, list_email, name, subject_match, on_sight, mail_states,
			mail_delegates, removed, web_url, scm_url, webscm_url, list_archive_url, list_archive_url_format,
			commit_url_format, private, show_dependencies, supersede)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET link_name = excluded.link_name, list_id = excluded.list_id,
			list_email = excluded.list_email, name = excluded.name, subject_match = excluded.subject_match,
			on_sight = excluded.on_sight, mail_states = excluded.mail_states, mail_delegates = excluded.mail_delegates,
			removed = excluded.removed, web_url = excluded.web_url, scm_url = excluded.scm_url, webscm_url = excluded.webscm_url,
			list_archive_url = excluded.list_archive_url, list_archive_url_format = excluded.list_archive_url_format,
			commit_url_format = excluded.commit_url_format, private = excluded.private,
			show_dependencies = excluded.show_dependencies, supersede = excluded.supersede`,
		p.ID, p.LinkName, p.ListID, p.ListEmail, p.Name, p.SubjectMatch, p.OnSight,
		p.MailStates, p.MailDelegates,
		p.Removed, p.WebURL, p.ScmURL, p.WebScmURL, p.ListArchiveURL, p.ListArchiveURLFormat, p.CommitURLFormat, p.Private,
		p.ShowDependencies, p.Supersede); err != nil {
		return err
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
	if err := t.restamp(); err != nil {
		return err
	}
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
	if err := t.restamp(); err != nil {
		return err
	}
	if err := t.w.exec(`DELETE FROM reading`); err != nil || reading == 0 {
		return err
	}
	return t.w.exec(`INSERT INTO reading (version) VALUES (?)`, reading)
}

func (t *tx) PutDictionary(d engine.Dictionary) error {
	if err := t.restamp(); err != nil {
		return err
	}
	return t.w.exec(`INSERT INTO dictionary (id, mails, bytes) VALUES (?, ?, ?)`, d.ID, d.Mails, d.Frame)
}

func (t *tx) PutMaildirs(host string, maildirs []engine.Maildir) error {
	if err := t.w.exec(`DELETE FROM maildir WHERE host = ?`, host); err != nil {
		return err
	}
	for _, m := range maildirs {
		if err := t.w.exec(`INSERT INTO maildir (host, path, last_mail, last_event, last_scan, paused, seen, waiting, oldest,
			failed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, host, m.Path, secondsOrNull(m.LastMail), secondsOrNull(m.LastEvent),
			secondsOrNull(m.LastScan), textOrNull(m.Paused), secondsOrNull(m.Seen), m.Waiting, secondsOrNull(m.Oldest),
			m.Failed); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) PutRepositories(all []engine.Repository) error {
	for _, r := range all {
		if err := t.w.exec(`INSERT INTO repository (path, list_id, read_to) VALUES (?, ?, ?)
			ON CONFLICT (path, list_id) DO UPDATE SET read_to = excluded.read_to`,
			r.Path, r.ListID, r.ReadTo); err != nil {
			return err
		}
	}
	return nil
}
