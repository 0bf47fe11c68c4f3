package webtest

import (
	"cmp"
	"context"
	"slices"

	"patchwatch/track"
)

// archived are all mails of a Fake as an archive has them.
func (s *Fake) archived() (all []track.ArchivedMail) {
	add := func(m *track.MailBrief, mail int64, by track.PersonView, role track.Role, hidden bool, refs ...string) {
		all = append(all, track.ArchivedMail{
			ID: m.ID, Mail: mail, Project: m.Project, MsgID: m.MsgID, Role: role, Name: m.Name, Date: m.Date, Delivered: m.Date,
			Sender: track.Person{Name: by.Name, Email: by.Email}, Refs: refs, Hidden: hidden,
		})
	}
	for _, r := range s.CoverList {
		add(&r.MailBrief, r.Mail, r.Submitter, track.RoleCover, r.Hidden)
	}
	for _, r := range s.PatchList {
		add(&r.MailBrief, r.Mail, r.Submitter, track.RolePatch, r.Hidden)
	}
	for _, r := range s.CommentList {
		add(&r.MailBrief, r.Mail, r.Submitter, track.RoleComment, r.Hidden, r.Parent.MsgID)
	}
	slices.SortFunc(all, func(a, b track.ArchivedMail) int { return cmp.Compare(a.Mail, b.Mail) })
	return all
}

func (s *Fake) archivedIf(is func(*track.ArchivedMail) bool) (out []track.ArchivedMail, err error) {
	for _, m := range s.archived() {
		if is(&m) {
			out = append(out, m)
		}
	}
	return out, s.ask()
}

func (s *Fake) ArchivedMails(_ context.Context, ids []int64) ([]track.ArchivedMail, error) {
	return s.archivedIf(func(m *track.ArchivedMail) bool { return slices.Contains(ids, m.Mail) })
}

func (s *Fake) ArchivedCalled(_ context.Context, projects []int64, msgids []string) ([]track.ArchivedMail, error) {
	return s.archivedIf(func(m *track.ArchivedMail) bool {
		return slices.Contains(projects, m.Project) && slices.Contains(msgids, m.MsgID)
	})
}

func (s *Fake) Beside(
	_ context.Context, projects []int64, msgids []string, known func(int64) bool, most int,
) ([]track.ArchivedMail, bool, error) {
	all, err := s.archivedIf(func(m *track.ArchivedMail) bool {
		near := slices.ContainsFunc(append(m.Refs, m.MsgID), func(id string) bool { return slices.Contains(msgids, id) })
		return near && slices.Contains(projects, m.Project) && !known(m.Mail)
	})
	n := min(most, len(all))
	return all[:n], n < len(all), err
}

func (s *Fake) RecentMails(_ context.Context, q track.RecentQuery) ([]track.ArchivedMail, error) {
	all, err := s.archivedIf(func(m *track.ArchivedMail) bool {
		return slices.Contains(q.Projects, m.Project) && (q.Since.IsZero() || !m.Date.Before(q.Since)) &&
			(q.Before.IsZero() || m.Date.Before(q.Before))
	})
	slices.SortFunc(all, func(a, b track.ArchivedMail) int { return track.CompareArchived(&b, &a) })
	return all[:min(q.Most, len(all))], err
}
