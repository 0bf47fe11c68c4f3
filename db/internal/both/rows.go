package both

import "patchwatch/db/engine"

// What follows are the columns of derived rows, and what they are scanned into. Those of patches, covers and replies
// may be NULL all together, as where a mail is joined with what was derived of it.
const (
	PatchColumns = `p.mail IS NOT NULL, p.mail, p.project, p.series, coalesce(p.number, 0), p.date, p.submitter, p.state,
		p.delegate, coalesce(p.archived, false), p.id, coalesce(p.hidden, false), coalesce(p.checked, 0), p.superseded`
	CoverColumns = `c.mail IS NOT NULL, c.mail, c.project, c.series, c.id, c.date, c.submitter, coalesce(c.hidden, false)`
	ReplyColumns = `r.mail IS NOT NULL, r.mail, r.project, r.parent, r.date, coalesce(r.ignored, false),
		coalesce(r.clean, false), r.id, coalesce(r.hidden, false)`
)

// Derived is what there is of a mail.
type Derived struct {
	IsPatch, IsCover, IsReply bool

	Patch engine.PatchRow
	Cover engine.CoverRow
	Reply engine.ReplyRow
}

// DerivedInto appends to dest where all three are scanned into, one after the other.
func (q *Queries) DerivedInto(dest []any, d *Derived) []any {
	p, c, r := &d.Patch, &d.Cover, &d.Reply
	dest = q.PatchInto(append(dest, &d.IsPatch), p)
	return append(dest,
		&d.IsCover, q.Number(&c.Mail), q.Number(&c.Project), q.Number(&c.Series), q.Number(&c.ID), q.Seconds(&c.Date),
		q.Text(&c.Submitter), &c.Hidden,
		&d.IsReply, q.Number(&r.Mail), q.Number(&r.Project), q.Number(&r.Parent), q.Seconds(&r.Date),
		&r.Ignored, &r.Clean, q.Number(&r.ID), &r.Hidden)
}

// PatchInto appends to dest where PatchColumns but the first are scanned into.
func (q *Queries) PatchInto(dest []any, p *engine.PatchRow) []any {
	return append(dest,
		q.Number(&p.Mail), q.Number(&p.Project), q.Number(&p.Series), &p.Number, q.Seconds(&p.Date),
		q.Text(&p.Submitter), q.Text((*string)(&p.State)), q.Text(&p.Delegate), &p.Archived,
		q.Number(&p.ID), &p.Hidden, &p.Checked, q.Number(&p.Superseded))
}

// SeriesColumns are what SeriesInto scans of a table series that is called s.
const SeriesColumns = `
	s.id, s.project, s.key, s.name, s.given, s.version, s.total, s.received, s.complete, s.date, s.submitter, s.cover,
	s.hidden, s.revises`

// SeriesInto is where SeriesColumns are scanned into.
func (q *Queries) SeriesInto(s *engine.SeriesRow) []any {
	return []any{
		&s.ID, &s.Project, &s.Key, q.Text(&s.Name), q.Text(&s.Given), &s.Version, &s.Total, &s.Received, &s.Complete,
		q.Seconds(&s.Date), &s.Submitter, q.Number(&s.Cover), &s.Hidden, q.Number(&s.Revises),
	}
}

// PersonColumns are what PersonInto scans of PersonTables.
const (
	PersonColumns = `pe.email, pe.name, pe.date, pe.mail, m.msgid, a.id`
	PersonTables  = `person pe JOIN address a ON a.email = pe.email LEFT JOIN mail m ON m.id = pe.mail`
)

// PersonInto is where PersonColumns are scanned into.
func (q *Queries) PersonInto(p *engine.PersonRow) []any {
	return []any{&p.Email, &p.Name, q.Seconds(&p.Date), &p.Mail, q.Text(&p.MsgID), &p.ID}
}
