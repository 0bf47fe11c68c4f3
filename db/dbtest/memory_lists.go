package dbtest

import (
	"cmp"
	"encoding/hex"
	"slices"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/track"
)

func (v *view) Patches(f track.Filter) (out []track.PatchView, err error) {
	for _, p := range v.patches.all() {
		m, project := v.mails.get(p.Mail), v.projects.get(p.Project)
		if m != nil && project.ID != 0 && v.wantsPatch(&f, p, m) {
			out = append(out, v.patchView(p, m, project.LinkName))
		}
	}
	slices.SortFunc(out, func(a, b track.PatchView) int {
		return cmp.Or(b.Date.Compare(a.Date), cmp.Compare(b.ID, a.ID))
	})
	return first(out, f.Limit), nil
}

func (s *state) wantsPatch(f *track.Filter, p *engine.PatchRow, m *mail) bool {
	stands := s.standsFor(f.ID)
	return (f.ID == 0 || stands != nil && p.Mail == stands.ID) &&
		(f.Project == "" || s.projects.get(p.Project).LinkName == f.Project) &&
		(len(f.States) == 0 || slices.Contains(f.States, p.State)) &&
		s.isPerson(p.Submitter, m.SenderName, f.Submitter) &&
		(f.Delegate == "" || p.Delegate == strings.ToLower(f.Delegate)) &&
		contains(m.Name, f.Text) &&
		(f.Since.IsZero() || p.Date.Unix() >= f.Since.Unix()) &&
		(f.Until.IsZero() || p.Date.Unix() < f.Until.Unix()) &&
		(f.Series == 0 || p.Series == f.Series) && (f.Among == nil || slices.Contains(f.Among, p.Mail)) &&
		(f.Archived || !p.Archived) && (f.Hidden || f.ID != 0 || !p.Hidden)
}

func (s *state) patchView(p *engine.PatchRow, m *mail, project string) track.PatchView {
	return track.PatchView{
		ID: p.ID, Mail: p.Mail, Project: project, MsgID: m.MsgID, Name: m.Name, Date: p.Date,
		Submitter: s.shown(p.Submitter, m.SenderName),
		State:     p.State, Superseded: p.Superseded, Delegate: p.Delegate, Archived: p.Archived,
		Series: p.Series, Number: p.Number, Total: m.Total,
		Version: m.Version, PullURL: m.PullURL, Hash: hex.EncodeToString(m.Hash),
	}
}

// isPerson tells whether somebody is who was asked for: by address where one is given, otherwise by a part of an
// address or of a name, that of the person or that of the mail.
func (s *state) isPerson(email, name, who string) bool {
	if who == "" {
		return true
	}
	if strings.Contains(who, "@") {
		return email == strings.ToLower(who)
	}
	p := s.people.get(email)
	return p != nil && (contains(p.Email, who) || contains(p.Name, who)) || contains(name, who)
}

// shown is somebody with the name of a mail, or else the name that counts.
func (s *state) shown(email, name string) track.Person {
	if p := s.people.get(email); name == "" && p != nil {
		name = p.Name
	}
	return track.Person{Email: email, Name: name}
}

// contains ignores the case of ASCII letters, and of no others.
func contains(text, part string) bool { return strings.Contains(lower(text), lower(part)) }

func lower(text string) string {
	b := []byte(text)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func (v *view) SeriesList(f track.Filter) (out []track.SeriesView, err error) {
	for _, s := range v.series.all() {
		lead, project := v.leader(s), v.projects.get(s.Project)
		if project.ID != 0 && v.wantsSeries(&f, s, lead) {
			out = append(out, v.seriesView(s, lead, project.LinkName))
		}
	}
	slices.SortFunc(out, func(a, b track.SeriesView) int {
		return cmp.Or(b.Date.Compare(a.Date), cmp.Compare(b.ID, a.ID))
	})
	return first(out, f.Limit), nil
}

// leader is the mail that speaks for a series: its cover, or its lowest patch where there is none. An empty mail: there
// is neither.
func (s *state) leader(row *engine.SeriesRow) *mail {
	id := row.Cover
	if patches := s.inSeries(row.ID); id == 0 && len(patches) > 0 {
		id = patches[0].Mail
	}
	if m := s.mails.get(id); m != nil {
		return m
	}
	return &mail{}
}

func (s *state) wantsSeries(f *track.Filter, row *engine.SeriesRow, lead *mail) bool {
	patches := s.inSeries(row.ID)
	return (f.Project == "" || s.projects.get(row.Project).LinkName == f.Project) &&
		s.isPerson(row.Submitter, lead.SenderName, f.Submitter) &&
		contains(cmp.Or(row.Given, row.Name, lead.Name), f.Text) &&
		(f.Since.IsZero() || row.Date.Unix() >= f.Since.Unix()) &&
		(f.Until.IsZero() || row.Date.Unix() < f.Until.Unix()) &&
		(f.Series == 0 || row.ID == f.Series) && (f.Among == nil || slices.Contains(f.Among, row.ID)) &&
		(!f.Incomplete || !row.Complete) &&
		(f.Hidden || f.Series != 0 || !row.Hidden) &&
		(f.Delegate == "" || slices.ContainsFunc(patches,
			func(p *engine.PatchRow) bool { return p.Delegate == strings.ToLower(f.Delegate) })) &&
		(len(f.States) == 0 || slices.ContainsFunc(patches,
			func(p *engine.PatchRow) bool { return slices.Contains(f.States, p.State) }))
}

func (s *state) seriesView(row *engine.SeriesRow, lead *mail, project string) track.SeriesView {
	return track.SeriesView{
		ID: row.ID, Project: project, Key: row.Key, Name: cmp.Or(row.Given, row.Name, lead.Name), Version: row.Version,
		Resend: track.IsResend(lead.Name), Total: row.Total, Received: row.Received, Complete: row.Complete,
		Date:      row.Date,
		Submitter: s.shown(row.Submitter, lead.SenderName), Cover: s.msgID(row.Cover),
	}
}

func (v *view) MailViews(ids []int64) ([]track.MailView, error) {
	var out []track.MailView
	for _, id := range ids {
		if m := v.mails.get(id); m != nil {
			mv, err := v.mailView(m)
			if err != nil {
				return nil, err
			}
			out = append(out, mv)
		}
	}
	return out, nil
}

func (s *state) mailView(m *mail) (track.MailView, error) {
	v := track.MailView{
		ID: cmp.Or(m.First, m.ID), Mail: m.ID, Project: s.projects.get(m.Project).LinkName, MsgID: m.MsgID, Kind: s.role(m),
		Name:      m.Name,
		Date:      m.Date,
		Submitter: s.shown(m.Sender, m.SenderName), Refs: slices.Clone(m.Refs), Series: s.seriesOf(m.ID),
		Variants: s.variants(m),
	}
	if r := s.replies.get(m.ID); r != nil {
		v.Parent, v.Hidden = s.msgID(r.Parent), r.Hidden
	}
	if c := s.covers.get(m.ID); c != nil {
		v.Hidden = c.Hidden
	}
	if p := s.patches.get(m.ID); p != nil {
		v.Hidden = p.Hidden
	}
	more, err := engine.ParseMore(m.More)
	v.Trailers, v.Notes, v.ActionRequired = more.Trailers, more.Notes, more.ActionRequired
	return v, err
}

func (s *state) role(m *mail) track.Role {
	r := s.replies.get(m.ID)
	return engine.RoleOf(m.Project, m.Kind, r != nil && r.Parent != 0)
}

// variants counts the mails of a name that are not chosen.
func (s *state) variants(m *mail) (n int) {
	for _, o := range s.named(m.MsgID) {
		if o.Project == m.Project && !o.Chosen {
			n++
		}
	}
	return n
}

func (v *view) Find(q engine.Finding) (out []int64, err error) {
	for _, m := range v.mails.all() {
		if m.Chosen && v.calledSo(m, &q) && (q.Project == "" || v.projects.get(m.Project).LinkName == q.Project) {
			out = append(out, m.ID)
		}
	}
	return first(out, q.Most), nil
}

func (s *state) calledSo(m *mail, q *engine.Finding) bool {
	switch {
	case q.ID != 0:
		return s.standsFor(q.ID) == m
	case q.MsgIDs != nil:
		return slices.Contains(q.MsgIDs, m.MsgID)
	}
	return q.Beginning != "" && strings.HasPrefix(m.MsgID, q.Beginning)
}

func (v *view) Replies(parents []int64, ignoredToo, hiddenToo bool) (map[int64][]int64, error) {
	out := map[int64][]int64{}
	once(parents, func(parent int64) {
		var replies []*mail
		for _, r := range v.replying(parent) {
			if m := v.mails.get(r.Mail); m != nil && (ignoredToo || !r.Ignored) && (hiddenToo || !r.Hidden) {
				replies = append(replies, m)
			}
		}
		slices.SortFunc(replies, canonical)
		for _, m := range replies {
			out[parent] = append(out[parent], m.ID)
		}
	})
	return out, nil
}

func canonical(a, b *mail) int {
	return cmp.Or(a.Date.Compare(b.Date), a.Delivered.Compare(b.Delivered), strings.Compare(a.MsgID, b.MsgID))
}

func (v *view) Covers(patches []int64) (map[int64]int64, error) {
	out := map[int64]int64{}
	for _, id := range patches {
		if p := v.patches.get(id); p != nil {
			if s := v.series.get(p.Series); s != nil && s.Cover != 0 {
				if c := v.covers.get(s.Cover); c == nil || !c.Hidden {
					out[id] = s.Cover
				}
			}
		}
	}
	return out, nil
}

func (v *view) More(mails []int64) (map[int64]string, error) {
	out := map[int64]string{}
	for _, id := range mails {
		if m := v.mails.get(id); m != nil && m.More != "" {
			out[id] = m.More
		}
	}
	return out, nil
}

func (v *view) Counts() (c engine.Counts, err error) {
	c.Mails, c.Patches, c.Covers, c.Series = v.mails.len(), v.patches.len(), v.covers.len(), v.series.len()
	for _, r := range v.replies.all() {
		switch {
		case r.Ignored:
			c.Ignored++
		case r.Parent != 0:
			c.Comments++
		default:
			c.Pending++
		}
	}
	for _, m := range v.mails.all() {
		if m.Project == 0 {
			c.Unrouted++
		}
		if !m.Chosen {
			c.Variants++
		}
		if m.Name == "" {
			c.NoSubject++
			c.NewestNoSubject = m.ID
		}
	}
	return c, nil
}
