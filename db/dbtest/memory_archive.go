package dbtest

import (
	"cmp"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/track"
)

func (v *view) Archived(mails []int64) (out []track.ArchivedMail, err error) {
	for _, id := range engine.Distinct(slices.Clone(mails)) {
		m := v.mails.get(id)
		if m == nil || !m.Chosen || m.Project == 0 {
			continue
		}
		a := track.ArchivedMail{
			ID: cmp.Or(m.First, m.ID), Mail: m.ID, Project: m.Project, MsgID: m.MsgID, Role: v.role(m), Name: m.Name,
			Date: m.Date, Delivered: m.Delivered, Sender: track.Person{Name: m.SenderName, Email: m.Sender},
			Refs: slices.Clone(m.Refs), Hidden: v.isHidden(id),
		}
		if r := v.replies.get(id); r != nil && v.aboutHidden(r) {
			a.Hidden = true
		}
		out = append(out, a)
	}
	return out, nil
}

// aboutHidden tells whether the patch or cover that a reply is about is hidden.
func (s *state) aboutHidden(r *engine.ReplyRow) bool {
	return (s.patches.get(r.Parent) != nil || s.covers.get(r.Parent) != nil) && s.isHidden(r.Parent)
}

// chosenIn gives the chosen mails of projects of which is tells so.
func (s *state) chosenIn(projects []int64, is func(*mail) bool) (out []*mail) {
	for _, m := range s.mails.all() {
		if m.Chosen && slices.Contains(projects, m.Project) && is(m) {
			out = append(out, m)
		}
	}
	return out
}

func numbersOf(mails []*mail) (ids []int64) {
	for _, m := range mails {
		ids = append(ids, m.ID)
	}
	return ids
}

func (v *view) NamedIn(projects []int64, msgids []string) ([]int64, error) {
	named := v.chosenIn(projects, func(m *mail) bool { return slices.Contains(msgids, m.MsgID) })
	return engine.Distinct(numbersOf(named)), nil
}

func (v *view) ReferringIn(projects []int64, msgids []string) (ids []int64, err error) {
	for _, project := range projects {
		for _, id := range msgids {
			hash := engine.RefHash(project, id)
			for key := range v.refs.from(engine.RefKey{Hash: hash, Mail: -1 << 63}) {
				if key.Hash != hash {
					break
				}
				ids = append(ids, key.Mail)
			}
		}
	}
	return engine.Distinct(ids), nil
}

func (v *view) Recent(q track.RecentQuery) ([]int64, error) {
	all := v.chosenIn(q.Projects, func(m *mail) bool {
		return (q.Since.IsZero() || !m.Date.Before(q.Since)) && (q.Before.IsZero() || m.Date.Before(q.Before))
	})
	slices.SortFunc(all, func(a, b *mail) int { return cmp.Or(b.Date.Compare(a.Date), cmp.Compare(b.ID, a.ID)) })
	if n := min(q.Most, len(all)); q.Oldest {
		all = all[len(all)-n:]
	} else {
		all = all[:n]
	}
	return numbersOf(all), nil
}
