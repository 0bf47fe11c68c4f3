package dbtest

import (
	"slices"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// row is a mail with what was derived of it.
func (s *state) row(m *mail) *engine.Row {
	r := &engine.Row{Item: m.item(), Mail: m.ID, First: m.First, Series: s.seriesOf(m.ID)}
	if p := s.patches.get(m.ID); p != nil {
		r.Derived, r.Slot = true, p.Number
	}
	if s.covers.has(m.ID) {
		r.Derived = true
	}
	if reply := s.replies.get(m.ID); reply != nil {
		r.Derived, r.Parent, r.ParentID, r.Clean = true, reply.Parent, s.msgID(reply.Parent), reply.Clean
	}
	r.Hidden = s.isHidden(m.ID)
	return r
}

// isHidden tells whether what was derived of a mail is hidden; of several rows the patch's word counts, then the
// cover's.
func (s *state) isHidden(mail int64) bool {
	if p := s.patches.get(mail); p != nil {
		return p.Hidden
	}
	if c := s.covers.get(mail); c != nil {
		return c.Hidden
	}
	r := s.replies.get(mail)
	return r != nil && r.Hidden
}

func (m *mail) item() track.Item {
	return track.Item{
		ID: m.MsgID, Refs: slices.Clone(m.Refs), Kind: m.Kind, Sender: m.Sender, Name: m.Name, Date: m.Date,
		Delivered: m.Delivered,
		Marked:    m.Marked, Number: m.Number, Total: m.Total, Version: m.Version,
	}
}

func (v *view) Rows(ids []int64) (out []*engine.Row, err error) {
	once(ids, func(id int64) {
		if m := v.mails.get(id); m != nil && m.Chosen {
			out = append(out, v.row(m))
		}
	})
	return out, nil
}

func (v *view) RowsNamed(project int64, msgids []string) (out []*engine.Row, err error) {
	once(msgids, func(msgid string) {
		if m := v.chosen(engine.Name{Project: project, MsgID: msgid}); m != nil {
			out = append(out, v.row(m))
		}
	})
	return out, nil
}

// chosen is the mail that stands for a name; nil: none.
func (s *state) chosen(name engine.Name) *mail {
	for _, m := range s.named(name.MsgID) {
		if m.Chosen && m.Project == name.Project {
			return m
		}
	}
	return nil
}

func (v *view) Referrers(q engine.Referring) (out []engine.Referrer, err error) {
	once(q.To, func(msgid string) {
		hash := engine.RefHash(q.Project, msgid)
		for key := range v.refs.from(engine.RefKey{Hash: hash, Mail: -1 << 63}) {
			if key.Hash != hash {
				break
			}
			if m := v.mails.get(key.Mail); m != nil && m.Chosen && asked(&q, key, m) {
				out = append(out, engine.Referrer{To: msgid, Row: v.row(m)})
			}
		}
	})
	return out, nil
}

// asked tells whether a mail that refers to one of those asked for is meant.
func asked(q *engine.Referring, key engine.RefKey, m *mail) bool {
	switch {
	case q.Who == engine.Members && !key.Member, q.Who == engine.NonMembers && key.Member:
		return false
	case !q.Until.IsZero() && m.Date.Unix() > q.Until.Unix():
		return false
	}
	return q.Senders == nil || slices.Contains(q.Senders, m.Sender)
}

func (v *view) Marked(project int64, queries []engine.Marking) ([][]*engine.Row, error) {
	out := make([][]*engine.Row, len(queries))
	for i, q := range queries {
		for _, m := range v.sentBy(q.Sender) {
			if m.Chosen && m.Project == project && m.Marked && m.Version == q.Version && m.Total == q.Total &&
				q.From <= m.Date.Unix() && m.Date.Unix() <= q.To && (m.Number == q.Number) == q.Same {
				if it := m.item(); it.Member() {
					out[i] = append(out[i], v.row(m))
				}
			}
		}
	}
	return out, nil
}

func (v *view) Derived(mails []int64) (d engine.Derived, err error) {
	once(mails, func(id int64) {
		if p := v.patches.get(id); p != nil {
			d.Patches = append(d.Patches, *p)
		}
		if c := v.covers.get(id); c != nil {
			d.Covers = append(d.Covers, *c)
		}
		if r := v.replies.get(id); r != nil {
			d.Replies = append(d.Replies, *r)
		}
	})
	return d, nil
}

func (v *view) Series(ids []int64) (out []engine.SeriesRow, err error) {
	once(ids, func(id int64) {
		if s := v.series.get(id); s != nil {
			out = append(out, *s)
		}
	})
	return out, nil
}

func (v *view) Members(series []int64) (map[int64][]engine.Member, error) {
	out := map[int64][]engine.Member{}
	once(series, func(id int64) {
		if members := v.members(id); len(members) > 0 {
			out[id] = members
		}
	})
	return out, nil
}

func (s *state) members(series int64) (out []engine.Member) {
	take := func(m *mail, number int, cover, hidden bool) {
		if m != nil {
			out = append(out, engine.Member{
				Mail: m.ID, Number: number, Cover: cover, MsgID: m.MsgID, Sender: m.Sender,
				Refs: slices.Clone(m.Refs), Name: m.Name, Title: m.Title, Change: m.Change, Hash: slices.Clone(m.Hash),
				Earlier: m.Earlier, Hidden: hidden,
			})
		}
	}
	if row := s.series.get(series); row != nil && row.Cover != 0 {
		take(s.mails.get(row.Cover), 0, true, false)
	}
	for _, p := range s.inSeries(series) {
		take(s.mails.get(p.Mail), p.Number, false, p.Hidden)
	}
	return out
}

func (v *view) People(emails []string) (map[string]engine.PersonRow, error) {
	out := map[string]engine.PersonRow{}
	for _, email := range emails {
		if p := v.people.get(email); p != nil {
			out[email] = v.person(p)
		}
	}
	return out, nil
}

func (s *state) person(p *engine.PersonRow) engine.PersonRow {
	out := *p
	out.MsgID, out.ID = s.msgID(p.Mail), s.addresses.get(p.Email)
	return out
}

func (v *view) Depending(series []int64) (map[int64]int64, error) {
	projects := map[int64]bool{}
	for _, id := range series {
		if s := v.series.get(id); s != nil {
			projects[s.Project] = true
		}
	}
	found := map[int64]int64{}
	for _, m := range v.mails.all() {
		if m.Chosen && projects[m.Project] && strings.Contains(m.More, `"Depends":`) && v.seriesOf(m.ID) != 0 {
			found[v.seriesOf(m.ID)] = m.Project
		}
	}
	return found, nil
}

func (v *view) SeriesOf(names []engine.Name) (map[engine.Name]int64, error) {
	found := map[engine.Name]int64{}
	for _, name := range names {
		if m := v.chosen(name); m != nil && v.seriesOf(m.ID) != 0 {
			found[name] = v.seriesOf(m.ID)
		}
	}
	return found, nil
}
