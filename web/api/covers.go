package api

import (
	"patchwatch/track"
	"patchwatch/web/internal/site"
)

func (c *call) covers() (*site.Answer, error) {
	q := c.query()
	p, err := q.paging("id", "name", "date", "submitter")
	if err != nil {
		return nil, err
	}
	f, err := q.coverQuery()
	if err != nil {
		return nil, err
	}
	page, err := find(q, &p, func(at track.Paging) (track.Page[track.CoverRow], error) {
		f.Paging = at
		return c.Store.CoverPage(c.ctx(), f)
	})
	if err != nil {
		return nil, err
	}
	e := c.encoder()
	list(e, page.Rows, func(e *encoder, r *track.CoverRow) {
		e.coverFields(r)
		e.raw("}")
	})
	return c.paged(e, q, p, page.Total, f.Projects), nil
}

func (q *query) coverQuery() (f track.CoverQuery, err error) {
	f = track.CoverQuery{
		Scope: q.scope(), Projects: q.projects(), MsgIDs: q.msgIDs(),
		Since: q.time("since"), Before: q.time("before"), Words: q.words(), Series: in(q, "series", ids),
	}
	f.Submitters, err = q.submitters()
	return f, err
}

// oneCover finds a cover by its number in the URL.
func (c *call) oneCover() (row track.CoverRow, err error) {
	id, err := c.id(0)
	if err != nil {
		return row, err
	}
	return numbered(c, id, c.Store.CoverRows, func(r *track.CoverRow) (int64, bool) { return r.Project, r.Hidden })
}

func (c *call) cover() (*site.Answer, error) {
	row, err := c.oneCover()
	if err != nil {
		return nil, err
	}
	read, err := c.read1(row.Mail)
	if err != nil {
		return nil, err
	}
	e := c.encoder()
	e.coverFields(&row)
	e.parts(read)
	e.raw("}")
	return answerOf(e, row.Project), nil
}

func (e *encoder) coverFields(r *track.CoverRow) {
	e.raw(`{"id":`)
	e.number(r.ID)
	e.raw(`,"url":`)
	e.url("/covers", r.ID)
	e.mailWeb(coverKind, &r.MailBrief)
	e.raw(`,"project":`)
	e.projectIn(r.Project)
	e.mailFields(&r.MailBrief)
	e.raw(`,"submitter":`)
	e.personIn(&r.Submitter)
	if e.v >= v11 {
		e.raw(`,"mbox":`)
		e.mbox(coverKind, &r.MailBrief)
	}
	e.raw(`,"series":`)
	e.seriesOf(&r.Series, r.Project)
	if e.v >= v11 {
		e.raw(`,"comments":`)
		e.under(e.plain, "/covers", r.ID, "comments")
	}
}
