package postgres

import "patchwatch/db/engine"

// What follows are the columns of derived rows, and what they are scanned into. Those of patches, covers and replies
// may be NULL all together, as where a mail is joined with what was derived of it.
const (
	patchColumns = `p.mail IS NOT NULL, p.mail, p.project, p.series, coalesce(p.number, 0), p.date, p.submitter, p.state,
		p.delegate, coalesce(p.archived, false), p.id, coalesce(p.hidden, false), coalesce(p.checked, 0), p.superseded`
	coverColumns = `c.mail IS NOT NULL, c.mail, c.project, c.series, c.id, c.date, c.submitter, coalesce(c.hidden, false)`
	replyColumns = `r.mail IS NOT NULL, r.mail, r.project, r.parent, r.date, coalesce(r.ignored, false), coalesce(r.clean, false),
		r.id, coalesce(r.hidden, false)`
)

// derived is what there is of a mail.
type derived struct {
	isPatch, isCover, isReply bool

	patch engine.PatchRow
	cover engine.CoverRow
	reply engine.ReplyRow
}

// into appends to dest where all three are scanned into, one after the other.
func (d *derived) into(dest []any) []any {
	p, c, r := &d.patch, &d.cover, &d.reply
	dest = patchInto(append(dest, &d.isPatch), p)
	return append(dest,
		&d.isCover, (*number)(&c.Mail), (*number)(&c.Project), (*number)(&c.Series), (*number)(&c.ID), (*seconds)(&c.Date),
		(*text)(&c.Submitter), &c.Hidden,
		&d.isReply, (*number)(&r.Mail), (*number)(&r.Project), (*number)(&r.Parent), (*seconds)(&r.Date),
		&r.Ignored, &r.Clean, (*number)(&r.ID), &r.Hidden)
}

// patchInto appends to dest where patchColumns but the first are scanned into.
func patchInto(dest []any, p *engine.PatchRow) []any {
	return append(dest,
		(*number)(&p.Mail), (*number)(&p.Project), (*number)(&p.Series), &p.Number, (*seconds)(&p.Date),
		(*text)(&p.Submitter), (*text)(&p.State), (*text)(&p.Delegate), &p.Archived,
		(*number)(&p.ID), &p.Hidden, &p.Checked, (*number)(&p.Superseded))
}

const seriesColumns = `
	s.id, s.project, s.key, s.name, s.given, s.version, s.total, s.received, s.complete, s.date, s.submitter, s.cover,
	s.hidden, s.revises`

func seriesInto(s *engine.SeriesRow) []any {
	return []any{
		&s.ID, &s.Project, &s.Key, (*text)(&s.Name), (*text)(&s.Given), &s.Version, &s.Total, &s.Received, &s.Complete,
		(*seconds)(&s.Date), &s.Submitter, (*number)(&s.Cover), &s.Hidden, (*number)(&s.Revises),
	}
}

const (
	personColumns = `pe.email, pe.name, pe.date, pe.mail, m.msgid, a.id`
	personTables  = `person pe JOIN address a ON a.email = pe.email LEFT JOIN mail m ON m.id = pe.mail`
)

func personInto(p *engine.PersonRow) []any {
	return []any{&p.Email, &p.Name, (*seconds)(&p.Date), &p.Mail, (*text)(&p.MsgID), &p.ID}
}
