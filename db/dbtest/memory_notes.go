package dbtest

import (
	"cmp"
	"slices"
	"strings"
	"time"

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
	slices.SortFunc(out, func(a, b engine.Maildir) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

func (v *view) Decisions(names []engine.Name) (map[engine.Name]engine.Decision, error) {
	out := map[engine.Name]engine.Decision{}
	for _, name := range names {
		if v.decisions.has(name) {
			out[name] = copyDecision(v.decisions.get(name))
		}
	}
	return out, nil
}

func copyDecision(d engine.Decision) engine.Decision {
	d.State, d.Delegate, d.Archived, d.SeriesName = copied(d.State), copied(d.Delegate), copied(d.Archived),
		copied(d.SeriesName)
	return d
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}

func (v *view) SeriesNamed(project int64) (bool, error) {
	for name, d := range v.decisions.all() {
		if name.Project == project && d.SeriesName != nil {
			return true, nil
		}
	}
	return false, nil
}

func (v *view) Log(q engine.LogQuery) (out []engine.LogEntry, err error) {
	for _, e := range v.log.all() {
		if (q.Project == "" || e.Project == q.Project) && (q.MsgID == "" || e.MsgID == q.MsgID) {
			out = append(out, e)
		}
	}
	slices.Reverse(out)
	return first(out, q.Most), nil
}

func (v *view) Events(q engine.EventQuery) (out []engine.Event, err error) {
	for id, e := range v.events.from(q.Above) {
		if id > q.Above {
			out = append(out, e)
		}
	}
	return first(out, q.Most), nil
}

func (v *view) LastEvent() (id int64, date time.Time, err error) {
	id = v.events.last()
	return id, v.events.get(id).Date, nil
}
