package db

import (
	"database/sql"
	"fmt"
	"strings"
	"time"

	"patchwatch/track"
)

// row is a stored mail as assembly needs it, with what was derived of it before.
type row struct {
	track.Item
	mail  int64          // mail.id
	state sql.NullString // that the mail itself asks for

	series   sql.NullInt64 // of a patch or cover
	number   sql.NullInt64 // of a patch, in its series
	parent   sql.NullInt64 // of a reply: mail.id
	parentID sql.NullString
	derived  bool // has a row in patch, cover or reply
	clean    bool // of a reply: no loop leads through it
}

const rowColumns = `
	m.id, m.msgid, m.refs, m.kind, m.sender, m.name, m.date, m.delivered, m.marked, m.number, m.total, m.version, m.state,
	coalesce(p.series, c.series), p.number, r.parent, pm.msgid, coalesce(p.mail, c.mail, r.mail) IS NOT NULL,
	coalesce(r.clean, 0)`

// freshColumns are the same of mails of which nothing is derived.
const freshColumns = `
	m.id, m.msgid, m.refs, m.kind, m.sender, m.name, m.date, m.delivered, m.marked, m.number, m.total, m.version, m.state,
	NULL, NULL, NULL, NULL, 0, 0`

const rowTables = `
	mail m LEFT JOIN patch p ON p.mail = m.id LEFT JOIN cover c ON c.mail = m.id
	LEFT JOIN reply r ON r.mail = m.id LEFT JOIN mail pm ON pm.id = r.parent`

func scanRow(scan func(...any) error) (*row, error) {
	var r row
	var refs string
	var date, delivered int64
	err := scan(&r.mail, &r.ID, &refs, &r.Kind, &r.Sender, &r.Name, &date, &delivered, &r.Marked, &r.Number, &r.Total,
		&r.Version, &r.state, &r.series, &r.number, &r.parent, &r.parentID, &r.derived, &r.clean)
	if err != nil {
		return nil, err
	}
	r.Date, r.Delivered = unixSec(date), unixMicro(delivered)
	if refs != "" {
		r.Refs = strings.Split(refs, "\n")
	}
	return &r, nil
}

// rowOf is what scanRow would read of a mail that was just inserted.
func rowOf(m *track.Mail, p *track.Project, id int64) *row {
	return &row{mail: id, Item: track.Item{
		ID: m.MsgID, Refs: m.Refs, Kind: m.Kind(), Sender: p.Sender(m).Email, Name: m.Subject.Name(p.LinkName),
		Date: unixSec(m.DateOrDelivered().Unix()), Delivered: unixMicro(m.Delivered.UnixMicro()),
		Marked: m.Subject.Marked, Number: m.Subject.Number, Total: m.Subject.Total, Version: m.Subject.Version,
	}}
}

// loadRow looks up a mail by its number.
//
// Here and in other joins of ours it says "= +?", which means what "= ?" means. SQLite's planner wants to know whether
// a bound value is 0 or 1, and so marks a statement with "= ?" to be compiled anew when that changes; the driver clears
// all values before each run, which counts as a change. Compiling takes thirty times as long as running. Into the plus
// the planner does not look.
func (w *writer) loadRow(mail int64) (*row, error) {
	r, err := w.oneRow(`SELECT `+rowColumns+` FROM `+rowTables+` WHERE m.id = +?`, mail)
	if err == nil && r == nil {
		err = fmt.Errorf("mail %d: %w", mail, ErrNotFound)
	}
	return r, err
}

// oneRow is the first row of the query, nil if there is none.
func (w *writer) oneRow(query string, args ...any) (found *row, err error) {
	err = w.each(query, args, func(scan func(...any) error) error {
		if found != nil {
			return nil
		}
		found, err = scanRow(scan)
		return err
	})
	return found, err
}

// eachID calls f with the one integer of every row of the query.
func (w *writer) eachID(query string, args []any, f func(id int64) error) error {
	var ids []int64 // read to the end first: f may run the same statement
	err := w.each(query, args, func(scan func(...any) error) error {
		var id int64
		if err := scan(&id); err != nil {
			return err
		}
		ids = append(ids, id)
		return nil
	})
	for i := 0; err == nil && i < len(ids); i++ {
		err = f(ids[i])
	}
	return err
}

func unixMicro(v int64) time.Time { return time.UnixMicro(v).UTC() }
func unixSec(v int64) time.Time   { return time.Unix(v, 0).UTC() }
