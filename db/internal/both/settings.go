package both

import (
	"patchwatch/db/engine"
	"patchwatch/track"
)

func (q *Queries) Projects() (out []engine.Project, err error) {
	if err = q.Each(`
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
func (q *Queries) rules(projects []engine.Project) error {
	byID := make(map[int64]*engine.Project, len(projects))
	for i := range projects {
		byID[projects[i].ID] = &projects[i]
	}
	return q.Each(`SELECT project, pattern, delegate, priority FROM rule ORDER BY project, priority DESC, pattern`, nil,
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

func (q *Queries) Works() (out []engine.Work, err error) {
	err = q.Each(`SELECT id, project, done, last FROM unfinished ORDER BY project IS NOT NULL, id`, nil,
		func(scan func(...any) error) error {
			var w engine.Work
			err := scan(&w.ID, q.Number(&w.Project), &w.Done, &w.Last)
			out = append(out, w)
			return err
		})
	return out, err
}

func (q *Queries) Reading() (version int, err error) {
	_, err = q.Row(`SELECT coalesce(min(version), 0) FROM reading`, nil, &version)
	return version, err
}

func (q *Queries) Dictionaries() (out []engine.Dictionary, err error) {
	err = q.Each(`SELECT id, mails, bytes FROM dictionary ORDER BY mails, id`, nil, func(scan func(...any) error) error {
		var d engine.Dictionary
		err := scan(&d.ID, &d.Mails, &d.Frame)
		out = append(out, d)
		return err
	})
	return out, err
}

func (q *Queries) Maildirs() (out []engine.Maildir, err error) {
	err = q.Each(`SELECT host, path, last_mail, last_event, last_scan, paused, seen, waiting, oldest, failed FROM maildir
		ORDER BY host, path`, nil, func(scan func(...any) error) error {
		var m engine.Maildir
		err := scan(&m.Host, &m.Path, q.Seconds(&m.LastMail), q.Seconds(&m.LastEvent), q.Seconds(&m.LastScan),
			q.Text(&m.Paused), q.Seconds(&m.Seen), &m.Waiting, q.Seconds(&m.Oldest), &m.Failed)
		out = append(out, m)
		return err
	})
	return out, err
}

func (q *Queries) Repositories() (out []engine.Repository, err error) {
	err = q.Each(`SELECT path, list_id, read_to FROM repository ORDER BY path, list_id`, nil,
		func(scan func(...any) error) error {
			var r engine.Repository
			err := scan(&r.Path, &r.ListID, &r.ReadTo)
			out = append(out, r)
			return err
		})
	return out, err
}
