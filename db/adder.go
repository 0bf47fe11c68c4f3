package db

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"patchwatch/track"
)

// adder stores the mails of one transaction and notes which Message-IDs it changed.
type adder struct {
	*writer
	*routing
	changes map[int64]*change
}

// change is what a transaction did to the mails of one project.
type change struct {
	fresh    map[string]bool // Message-IDs that were not stored before
	replaced map[string]bool // Message-IDs for which another mail stands now, or none, or the same with other facts
	gone     []*row          // the mails that stood for them
	namings  []*naming       // of mails that may name their senders now
	rows     map[string]*row // of fresh mails, as they were inserted: to look them up again would cost more than to add them
}

func newAdder(w *writer, projects func() (*routing, error)) (*adder, error) {
	if err := w.shelf.look(w); err != nil {
		return nil, err
	}
	r, err := projects()
	return &adder{writer: w, routing: r, changes: map[int64]*change{}}, err
}

func (a *adder) change(project int64) *change {
	c := a.changes[project]
	if c == nil {
		c = &change{fresh: map[string]bool{}, replaced: map[string]bool{}, rows: map[string]*row{}}
		a.changes[project] = c
	}
	return c
}

func (a *adder) add(d *Delivery, out *Added) error {
	m := d.Mail
	if len(d.Raw) > maxRaw {
		return unfit{fmt.Errorf("the mail has %d bytes, more than the %d that can be stored", len(d.Raw), maxRaw)}
	}
	if d.Frame == nil {
		d.Frame = a.frames.compress(d.Raw)
	}
	if !a.frames.knows(d.Frame) {
		return errForeignFrame
	}
	var id, delivered int64
	var list string
	known, err := a.row(`
		SELECT id, delivered, coalesce(imported_as, '') FROM mail WHERE msgid = ? AND substr(sha256, 1, 16) = ? AND sha256 = ?`,
		[]any{m.MsgID, m.SHA256[:16], m.SHA256[:]}, &id, &delivered, &list)
	if err != nil {
		return err
	}
	m.ImportedToo(list)
	p, byList, err := a.route(m)
	if err != nil {
		return err
	}
	if p != nil {
		out.Project = p.LinkName
	}
	out.mail = id
	if known {
		out.Known = true
		if m.ImportedAs != list {
			if err := a.imported(id, m); err != nil {
				return err
			}
		}
		if m.Delivered.UnixMicro() < delivered {
			return a.deliveredEarlier(id, m)
		}
		return nil
	}
	copies, err := a.row(`SELECT 1 FROM mail WHERE msgid = ? AND project IS ? LIMIT 1`, []any{m.MsgID, idOrNil(p)}, new(int))
	if err != nil {
		return err
	}
	id, err = a.insert(d, p, byList, !copies)
	if err != nil {
		return err
	}
	out.mail = id
	if err := a.putFrame(id, d.Frame); err != nil {
		return err
	}
	if !copies {
		return a.first(p, m, id)
	}
	chosen, err := a.choose(p, m.MsgID)
	out.Variant = chosen != id
	return err
}

// errForeignFrame is the environment's fault: the same mail, compressed again, will do.
var errForeignFrame = errors.New("the mail was compressed for a database that was here before")

// describe says what a mail has become, with all of its batch in place.
func (a *adder) describe(out *Added) error {
	_, err := a.row(`
		SELECT `+kindColumn+`, coalesce(p.series, c.series, 0) FROM `+rowTables+` WHERE m.id = +?`,
		[]any{out.mail}, &out.Kind, &out.Series)
	return err
}

// imported notes that a stored mail is in the archive of a list, to which it may belong now.
func (a *adder) imported(id int64, m *track.Mail) error {
	again := *m
	_, err := a.refresh(&stored{id: id, mail: &again})
	return err
}

// deliveredEarlier keeps the earliest of several deliveries of the same bytes, so that the order in which we hear of
// them means nothing.
func (a *adder) deliveredEarlier(id int64, m *track.Mail) error {
	before, err := a.loadRow(id)
	if err != nil {
		return err
	}
	date, err := a.dateBy(id, m.Delivered)
	if err != nil {
		return err
	}
	if err := a.exec(`UPDATE mail SET delivered = ?, date = ?, dated = coalesce(sent = ?, 0) WHERE id = ?`,
		m.Delivered.UnixMicro(), date.Unix(), date.Unix(), id); err != nil {
		return err
	}
	var project sql.NullInt64
	var msgid string
	var chosen bool
	if _, err := a.row(`SELECT project, msgid, chosen FROM mail WHERE id = ?`, []any{id}, &project, &msgid, &chosen); err != nil {
		return err
	}
	if !project.Valid {
		_, err := a.choose(nil, msgid)
		return err
	}
	if chosen {
		c := a.change(project.Int64) // its place in canonical order is another
		delete(c.rows, msgid)
		c.replaced[msgid] = true
		c.gone = append(c.gone, before)
	}
	_, err = a.choose(&track.Project{ID: project.Int64}, msgid)
	return err
}

// dateBy is the date of a stored mail that was delivered then.
func (a *adder) dateBy(id int64, delivered time.Time) (time.Time, error) {
	var sent sql.NullInt64
	if _, err := a.row(`SELECT sent FROM mail WHERE id = ?`, []any{id}, &sent); err != nil {
		return time.Time{}, err
	}
	header := time.Time{}
	if sent.Valid {
		header = unixSec(sent.Int64)
	}
	return track.DateOf(header, delivered), nil
}

// first notes a mail whose Message-ID is new: almost every one.
func (a *adder) first(p *track.Project, m *track.Mail, id int64) error {
	if p == nil {
		return nil
	}
	r := rowOf(m, p, id)
	c := a.change(p.ID)
	c.fresh[r.ID] = true
	c.rows[r.ID] = r
	if r.Kind != track.Ignored {
		c.namings = append(c.namings, &naming{id, r.ID, r.Date.Unix(), r.Sender, p.Sender(m).Name})
	}
	return a.insertRefs(p.ID, r)
}
