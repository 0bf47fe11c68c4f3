package postgres

import (
	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
)

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
			w.ID, both.NumberOrNull(w.Project), w.Done, w.Last); err != nil {
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
			failed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, host, m.Path, both.SecondsOrNull(m.LastMail), both.SecondsOrNull(m.LastEvent),
			both.SecondsOrNull(m.LastScan), both.TextOrNull(m.Paused), both.SecondsOrNull(m.Seen), m.Waiting,
			both.SecondsOrNull(m.Oldest),
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
