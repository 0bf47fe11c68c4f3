package dbtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/track"
)

func (v *view) Projects() (out []engine.Project, err error) {
	for _, p := range v.projects.all() {
		out = append(out, plain(p))
	}
	slices.SortFunc(out, func(a, b engine.Project) int { return strings.Compare(a.LinkName, b.LinkName) })
	return out, nil
}

// plain is a copy of a project without what it may have worked out of its rules.
func plain(p engine.Project) engine.Project {
	rules := slices.Clone(p.Rules)
	slices.SortFunc(rules, func(a, b track.Rule) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), strings.Compare(a.Pattern, b.Pattern))
	})
	return engine.Project{Removed: p.Removed, Project: track.Project{
		ID: p.ID, LinkName: p.LinkName, ListID: p.ListID, ListEmail: p.ListEmail, Name: p.Name,
		SubjectMatch: p.SubjectMatch,
		OnSight:      p.OnSight, MailStates: p.MailStates, MailDelegates: p.MailDelegates, Rules: rules,
		WebURL: p.WebURL, ScmURL: p.ScmURL, WebScmURL: p.WebScmURL, ListArchiveURL: p.ListArchiveURL,
		ListArchiveURLFormat: p.ListArchiveURLFormat, CommitURLFormat: p.CommitURLFormat, Private: p.Private,
		ShowDependencies: p.ShowDependencies, Supersede: p.Supersede,
	}}
}

func (v *view) Works() ([]engine.Work, error) {
	out := slices.Clone(v.works)
	slices.SortFunc(out, func(a, b engine.Work) int {
		if (a.Project == 0) != (b.Project == 0) {
			return cmp.Compare(min(a.Project, 1), min(b.Project, 1))
		}
		return cmp.Compare(a.ID, b.ID)
	})
	return out, nil
}

func (v *view) Reading() (int, error) { return v.reading, nil }

func (v *view) Dictionaries() ([]engine.Dictionary, error) {
	out := slices.Clone(v.dictionaries)
	for i := range out {
		out[i].Frame = slices.Clone(out[i].Frame)
	}
	slices.SortFunc(out, func(a, b engine.Dictionary) int {
		return cmp.Or(cmp.Compare(a.Mails, b.Mails), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

func (v *view) Maildirs() ([]engine.Maildir, error) {
	out := slices.Clone(v.maildirs)
	slices.SortFunc(out, func(a, b engine.Maildir) int {
		return cmp.Or(strings.Compare(a.Host, b.Host), strings.Compare(a.Path, b.Path))
	})
	return out, nil
}

func (v *view) Repositories() ([]engine.Repository, error) { return slices.Clone(v.repositories), nil }

func (t *tx) PutProject(p *engine.Project) error {
	for _, o := range t.projects.all() {
		if o.LinkName == p.LinkName && o.ID != p.ID {
			return fmt.Errorf("there is a project %s already", p.LinkName)
		}
	}
	if p.ID == 0 {
		p.ID = t.projects.last() + 1
	}
	t.projects.put(p.ID, plain(*p))
	return nil
}

func (t *tx) PutWorks(works []engine.Work) error {
	t.works = slices.Clone(works)
	return nil
}

func (t *tx) PutReading(n int) error {
	t.reading = n
	return nil
}

func (t *tx) PutDictionary(d engine.Dictionary) error {
	d.Frame = slices.Clone(d.Frame)
	t.dictionaries = append(slices.Clone(t.dictionaries), d)
	return nil
}

func (t *tx) PutMaildirs(host string, dirs []engine.Maildir) error {
	all := slices.DeleteFunc(slices.Clone(t.maildirs), func(m engine.Maildir) bool { return m.Host == host })
	for _, m := range dirs {
		m.Host = host
		m.LastMail, m.LastEvent, m.LastScan = secondsOrZero(m.LastMail), secondsOrZero(m.LastEvent), secondsOrZero(m.LastScan)
		m.Seen, m.Oldest = secondsOrZero(m.Seen), secondsOrZero(m.Oldest)
		all = append(all, m)
	}
	t.maildirs = all
	return nil
}

func (t *tx) PutRepositories(put []engine.Repository) error {
	all := slices.Clone(t.repositories)
	for _, r := range put {
		at, known := slices.BinarySearchFunc(all, r, func(a, b engine.Repository) int {
			return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.ListID, b.ListID))
		})
		if known {
			all[at] = r
		} else {
			all = slices.Insert(all, at, r)
		}
	}
	t.repositories = all
	return nil
}
