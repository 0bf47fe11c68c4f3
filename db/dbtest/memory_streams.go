package dbtest

import (
	"patchwatch/db/engine"
	"patchwatch/track"
)

func (v *view) EachItem(f func(project, mail int64, it *track.Item) error) error {
	for _, m := range v.mails.all() {
		if !m.Chosen || m.Project == 0 {
			continue
		}
		it := m.item()
		if err := f(m.Project, m.ID, &it); err != nil {
			return err
		}
	}
	return nil
}

func (v *view) EachMail(f func(*engine.DerivedMail) error) error {
	for _, m := range v.mails.all() {
		if !m.Chosen {
			continue
		}
		if err := f(v.derivedMail(m)); err != nil {
			return err
		}
	}
	return nil
}

func (s *state) derivedMail(m *mail) *engine.DerivedMail {
	d := &engine.DerivedMail{Mail: copyOf(m.Mail), Variants: s.variants(m)}
	if p := s.patches.get(m.ID); p != nil {
		c := *p
		d.Patch = &c
		if series := s.series.get(p.Series); series != nil {
			d.SeriesKey = series.Key
		}
	}
	if p := s.covers.get(m.ID); p != nil {
		c := *p
		d.Cover = &c
	}
	if r := s.replies.get(m.ID); r != nil {
		c := *r
		d.Reply = &c
		d.ParentID = s.msgID(r.Parent)
	}
	return d
}

func (v *view) EachSeries(f func(*engine.SeriesRow, []engine.Member) error) error {
	for id, row := range v.series.all() {
		c := *row
		if err := f(&c, v.members(id)); err != nil {
			return err
		}
	}
	return nil
}

func (v *view) EachPerson(f func(engine.PersonRow) error) error {
	for _, p := range v.people.all() {
		if err := f(v.person(p)); err != nil {
			return err
		}
	}
	return nil
}

func (v *view) EachNaming(f func(engine.Naming) error) error {
	for _, m := range v.bySender.all() {
		if m.Sender == "" || !m.names() {
			continue
		}
		if err := f(m.naming()); err != nil {
			return err
		}
	}
	return nil
}

func (v *view) EachRef(f func(engine.RefKey) error) error {
	for key := range v.refs.all() {
		if err := f(key); err != nil {
			return err
		}
	}
	return nil
}

func (v *view) EachMisplaced(f func(engine.Misplaced) error) error {
	var all []engine.Misplaced
	hangs := func(what string, mail int64) {
		if m := v.mails.get(mail); m != nil && (!m.Chosen || m.Project == 0) {
			all = append(all, engine.Misplaced{What: what, Mail: mail, MsgID: m.MsgID})
		}
	}
	for mail := range v.patches.all() {
		hangs("patch", mail)
	}
	for mail := range v.covers.all() {
		hangs("cover", mail)
	}
	for mail, r := range v.replies.all() {
		hangs("reply", mail)
		hangs("parent of a reply", r.Parent)
	}
	for _, s := range v.series.all() {
		hangs("cover of a series", s.Cover)
	}
	for _, m := range all {
		if err := f(m); err != nil {
			return err
		}
	}
	return nil
}
