package dbtest

import (
	"errors"
	"fmt"
	"slices"

	"patchwatch/db/engine"
)

// tx is a transaction. It works on a state of its own.
type tx struct {
	view
	engine *Memory
}

func (t *tx) Stamp() (engine.Stamp, error) {
	t.engine.mu.Lock()
	defer t.engine.mu.Unlock()
	return engine.Stamp{Opening: t.engine.opening, Changes: t.engine.commits - t.engine.own}, nil
}

// Part goes back to a snapshot when f fails.
func (t *tx) Part(f func() error) error {
	before, keep := t.state.snapshot(), false
	defer func() {
		if !keep {
			t.state = before
		}
	}()
	err := f()
	keep = err == nil
	return err
}

func (t *tx) Insert(mails []*engine.Mail, frames [][]byte) error {
	for i, m := range mails {
		if len(m.ContentSHA) == 0 {
			return engine.Unfit{Err: fmt.Errorf("insert %s: it has no sum of its content", m.MsgID)}
		}
		if err := t.admits(m, m.SHA256); err != nil {
			return fmt.Errorf("insert %s: %w", m.MsgID, err)
		}
		m.ID = max(t.mails.last(), t.reserved) + 1
		t.putMail(&mail{Mail: tidy(m), frame: slices.Clone(frames[i])})
	}
	return nil
}

// admits refuses what no caller may ask for, whatever the mail.
func (t *tx) admits(m *engine.Mail, sum engine.Sum) error {
	if m.Project != 0 && !t.projects.has(m.Project) {
		return fmt.Errorf("there is no project %d", m.Project)
	}
	for _, o := range t.named(m.MsgID) {
		if o.ID != m.ID && [16]byte(o.SHA256[:]) == [16]byte(sum[:]) {
			return errors.New("a mail of these bytes is there already")
		}
	}
	return nil
}

// tidy is a mail with its times as they are stored.
func tidy(m *engine.Mail) engine.Mail {
	c := copyOf(*m)
	c.Delivered, c.Sent, c.Date = micros(m.Delivered), secondsOrZero(m.Sent), seconds(m.Date)
	return c
}

func (t *tx) Update(mails []*engine.Mail) error {
	for _, m := range mails {
		was := t.mails.get(m.ID)
		if was == nil {
			continue
		}
		if err := t.admits(m, was.SHA256); err != nil {
			return fmt.Errorf("update %s: %w", m.MsgID, err)
		}
		c := tidy(m)
		c.SHA256 = was.SHA256
		t.putMail(&mail{Mail: c, frame: was.frame})
	}
	return nil
}

func (t *tx) Remove(mails []int64) error {
	for _, id := range mails {
		t.dropMail(id)
	}
	return nil
}

func (t *tx) PutRefs(refs []engine.RefKey) error {
	for _, r := range refs {
		t.refs.put(r, struct{}{})
	}
	return nil
}

func (t *tx) DropRefs(refs []engine.RefKey) error {
	for _, r := range refs {
		t.refs.drop(r)
	}
	return nil
}

func (t *tx) Put(d *engine.Derived) error {
	for _, s := range d.Series {
		s.Date = seconds(s.Date)
		t.series.put(s.ID, &s)
	}
	for _, p := range d.Patches {
		t.putPatch(p)
	}
	for _, c := range d.Covers {
		c.Date = seconds(c.Date)
		t.covers.put(c.Mail, &c)
	}
	for _, r := range d.Replies {
		t.putReply(r)
	}
	for _, p := range d.People {
		if !t.addresses.has(p.Email) {
			t.addresses.put(p.Email, t.lastAddress()+1)
		}
		p.Date, p.MsgID, p.ID = seconds(p.Date), "", 0
		t.people.put(p.Email, &p)
	}
	return nil
}

func (t *tx) DropMails(mails []int64) error {
	for _, id := range mails {
		t.dropPatch(id)
		t.covers.drop(id)
		t.dropReply(id)
	}
	return nil
}

func (t *tx) DropSeries(ids []int64) error {
	for _, id := range ids {
		t.series.drop(id)
	}
	return nil
}

func (t *tx) DropPeople(emails []string) error {
	for _, email := range emails {
		t.people.drop(email)
	}
	return nil
}

func (t *tx) DropStrays() error {
	stands := func(id int64) bool {
		m := t.mails.get(id)
		return m != nil && m.Chosen && m.Project != 0
	}
	for id := range t.patches.all() {
		if !stands(id) {
			t.dropPatch(id)
		}
	}
	for id := range t.covers.all() {
		if !stands(id) {
			t.covers.drop(id)
		}
	}
	for id := range t.replies.all() {
		if !stands(id) {
			t.dropReply(id)
		}
	}
	for id, s := range t.series.all() {
		cover := t.covers.get(s.Cover)
		if (cover == nil || cover.Series != id) && len(t.inSeries(id)) == 0 {
			t.series.drop(id)
		}
	}
	for email := range t.people.all() {
		if email == "" || !slices.ContainsFunc(t.sentBy(email), (*mail).names) {
			t.people.drop(email)
		}
	}
	return nil
}
