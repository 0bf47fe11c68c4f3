package dbtest

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"patchwatch/db"
	"patchwatch/track"
)

// row is a mail with what was derived of it.
func (s *state) row(m *mail) *db.Row {
	r := &db.Row{Item: m.item(), Mail: m.ID, Series: s.seriesOf(m.ID)}
	if p := s.patches.get(m.ID); p != nil {
		r.Derived, r.Slot = true, p.Number
	}
	if s.covers.has(m.ID) {
		r.Derived = true
	}
	if reply := s.replies.get(m.ID); reply != nil {
		r.Derived, r.Parent, r.ParentID, r.Clean = true, reply.Parent, s.msgID(reply.Parent), reply.Clean
	}
	return r
}

func (m *mail) item() track.Item {
	return track.Item{
		ID: m.MsgID, Refs: slices.Clone(m.Refs), Kind: m.Kind, Sender: m.Sender, Name: m.Name, Date: m.Date,
		Delivered: m.Delivered,
		Marked:    m.Marked, Number: m.Number, Total: m.Total, Version: m.Version,
	}
}

func (v *view) Rows(ids []int64) (out []*db.Row, err error) {
	once(ids, func(id int64) {
		if m := v.mails.get(id); m != nil && m.Chosen {
			out = append(out, v.row(m))
		}
	})
	return out, nil
}

func (v *view) RowsNamed(project int64, msgids []string) (out []*db.Row, err error) {
	once(msgids, func(msgid string) {
		if m := v.chosen(db.Name{Project: project, MsgID: msgid}); m != nil {
			out = append(out, v.row(m))
		}
	})
	return out, nil
}

// chosen is the mail that stands for a name; nil: none.
func (s *state) chosen(name db.Name) *mail {
	for _, m := range s.named(name.MsgID) {
		if m.Chosen && m.Project == name.Project {
			return m
		}
	}
	return nil
}

func (v *view) Referrers(q db.Referring) (out []db.Referrer, err error) {
	once(q.To, func(msgid string) {
		hash := db.RefHash(q.Project, msgid)
		for key := range v.refs.from(db.RefKey{Hash: hash, Mail: -1 << 63}) {
			if key.Hash != hash {
				break
			}
			if m := v.mails.get(key.Mail); m != nil && m.Chosen && asked(&q, key, m) {
				out = append(out, db.Referrer{To: msgid, Row: v.row(m)})
			}
		}
	})
	return out, nil
}

// asked tells whether a mail that refers to one of those asked for is meant.
func asked(q *db.Referring, key db.RefKey, m *mail) bool {
	switch {
	case q.Who == db.Members && !key.Member, q.Who == db.NonMembers && key.Member:
		return false
	case !q.Until.IsZero() && m.Date.Unix() > q.Until.Unix():
		return false
	}
	return q.Senders == nil || slices.Contains(q.Senders, m.Sender)
}

func (v *view) Marked(project int64, queries []db.Marking) ([][]*db.Row, error) {
	out := make([][]*db.Row, len(queries))
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

func (v *view) Derived(mails []int64) (d db.Derived, err error) {
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

func (v *view) Series(ids []int64) (out []db.SeriesRow, err error) {
	once(ids, func(id int64) {
		if s := v.series.get(id); s != nil {
			out = append(out, *s)
		}
	})
	return out, nil
}

func (v *view) Members(series []int64) (map[int64][]db.Member, error) {
	out := map[int64][]db.Member{}
	once(series, func(id int64) {
		if members := v.members(id); len(members) > 0 {
			out[id] = members
		}
	})
	return out, nil
}

func (s *state) members(series int64) (out []db.Member) {
	take := func(m *mail, number int, cover bool) {
		if m != nil {
			out = append(out, db.Member{
				Mail: m.ID, Number: number, Cover: cover, MsgID: m.MsgID, Sender: m.Sender,
				Refs: slices.Clone(m.Refs), Title: m.Title,
			})
		}
	}
	if row := s.series.get(series); row != nil && row.Cover != 0 {
		take(s.mails.get(row.Cover), 0, true)
	}
	for _, p := range s.inSeries(series) {
		take(s.mails.get(p.Mail), p.Number, false)
	}
	return out
}

func (v *view) People(emails []string) (map[string]db.PersonRow, error) {
	out := map[string]db.PersonRow{}
	for _, email := range emails {
		if p := v.people.get(email); p != nil {
			out[email] = v.person(p)
		}
	}
	return out, nil
}

func (s *state) person(p *db.PersonRow) db.PersonRow {
	out := *p
	out.MsgID = s.msgID(p.Mail)
	return out
}

func (v *view) Titled(queries []db.Titling) ([][]db.Namesake, error) {
	out := make([][]db.Namesake, len(queries))
	for i, q := range queries {
		out[i] = v.titled(q)
	}
	return out, nil
}

func (s *state) titled(q db.Titling) (out []db.Namesake) {
	if q.Title == 0 {
		return nil
	}
	for key, m := range s.byTitle.from(numberKey{q.Title, -1 << 63, -1 << 63}) {
		if key.of != q.Title {
			break
		}
		right := m.Version < q.Version
		if q.Later {
			right = m.Version > q.Version
		}
		if right && m.Chosen && m.Project == q.Project && (q.Until.IsZero() || m.Date.Unix() <= q.Until.Unix()) {
			out = append(out, db.Namesake{Version: m.Version, Date: m.Date, MsgID: m.MsgID, Series: s.seriesOf(m.ID)})
		}
	}
	slices.SortFunc(out, func(a, b db.Namesake) int {
		order := cmp.Or(cmp.Compare(a.Version, b.Version), a.Date.Compare(b.Date))
		if !q.Later {
			order = -order
		}
		return cmp.Or(order, strings.Compare(a.MsgID, b.MsgID))
	})
	return first(out, q.Most)
}

func (v *view) Depending(project int64) ([]int64, error) {
	found := map[int64]bool{}
	for _, m := range v.mails.all() {
		if m.Chosen && m.Project == project && strings.Contains(m.More, `"Depends":`) && v.seriesOf(m.ID) != 0 {
			found[v.seriesOf(m.ID)] = true
		}
	}
	return slices.Sorted(maps.Keys(found)), nil
}
