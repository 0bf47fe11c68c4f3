package api

import (
	"slices"

	"patchwatch/track"
	"patchwatch/web/internal/site"
)

func (c *call) patches() (*site.Answer, error) {
	q := c.query()
	p, err := q.paging("id", "name", "project", "date", "state", "archived", "submitter", "check")
	if err != nil {
		return nil, err
	}
	f, err := q.patchQuery()
	if err != nil {
		return nil, err
	}
	page, err := find(q, &p, func(at track.Paging) (track.Page[track.PatchRow], error) {
		f.Paging = at
		return c.Store.PatchPage(c.ctx(), f)
	})
	if err != nil {
		return nil, err
	}
	e := c.encoderFor(len(page.Rows))
	list(e, page.Rows, (*encoder).patchRow)
	return c.paged(e, q, p, page.Total, f.Projects), nil
}

func (q *query) patchQuery() (f track.PatchQuery, err error) {
	f = track.PatchQuery{
		Scope: q.scope(), Projects: q.projects(), Delegates: q.delegates(), States: q.states(), Archived: q.flag("archived"),
		Since: q.time("since"), Before: q.time("before"), Words: q.words(), Series: in(q, "series", ids),
	}
	if q.version >= v12 {
		f.Hashes, f.MsgIDs = q.hashes(), q.msgIDs()
	}
	f.Submitters, err = q.submitters()
	return f, err
}

// onePatch finds a patch by its number in the URL. One that is hidden is gone, for everybody.
func (c *call) onePatch() (track.PatchRow, error) {
	id, err := c.id(0)
	if err != nil {
		return track.PatchRow{}, err
	}
	return c.patchOf(id)
}

func (c *call) patchOf(id int64) (track.PatchRow, error) {
	return numbered(c, id, c.Store.PatchRows, func(r *track.PatchRow) (int64, bool) { return r.Project, r.Hidden })
}

func (c *call) patch() (*site.Answer, error) {
	row, err := c.onePatch()
	if err != nil {
		return nil, err
	}
	return c.patchDetail(&row)
}

func (c *call) patchDetail(row *track.PatchRow) (*site.Answer, error) {
	read, err := c.read1(row.Mail)
	if err != nil {
		return nil, err
	}
	e := c.encoder()
	e.patchFields(row)
	e.parts(read)
	e.raw(`,"diff":`)
	e.b = append(e.b, read.diff...)
	e.raw(`,"prefixes":`)
	list(e, read.prefixes(c.world.Project(row.Project).LinkName), func(e *encoder, p *string) { e.text(*p) })
	e.raw("}")
	about := []int64{row.Project}
	for _, r := range row.Related {
		about = append(about, r.Project)
	}
	return answerOf(e, about...), nil
}

func (e *encoder) patchRow(r *track.PatchRow) {
	e.patchFields(r)
	e.raw("}")
}

func (e *encoder) patchFields(r *track.PatchRow) {
	e.raw(`{"id":`)
	e.number(r.ID)
	e.raw(`,"url":`)
	e.url("/patches", r.ID)
	e.mailWeb(patchKind, &r.MailBrief)
	e.raw(`,"project":`)
	e.projectIn(r.Project)
	e.mailFields(&r.MailBrief)
	e.raw(`,"commit_ref":`)
	e.textOrNull(r.CommitRef)
	e.raw(`,"pull_url":`)
	e.textOrNull(r.PullURL)
	e.raw(`,"state":`)
	e.text(string(r.State))
	e.raw(`,"archived":`)
	e.yes(r.Archived)
	e.raw(`,"hash":`)
	e.textOrNull(r.Hash)
	e.raw(`,"submitter":`)
	e.personIn(&r.Submitter)
	e.raw(`,"delegate":`)
	e.userIn(e.world.Owner(r.Delegate))
	e.raw(`,"mbox":`)
	e.mbox(patchKind, &r.MailBrief)
	e.raw(`,"series":`)
	e.seriesOf(&r.Series, r.Project)
	if e.v >= v11 {
		e.raw(`,"comments":`)
		e.under(e.plain, "/patches", r.ID, "comments")
	}
	e.raw(`,"check":`)
	e.text(r.Checked.String())
	e.raw(`,"checks":`)
	e.under(e.plain, "/patches", r.ID, "checks")
	e.raw(`,"tags":{}`)
	if e.v >= v12 {
		e.raw(`,"related":`)
		list(e, e.shown(r.Related), (*encoder).patchIn)
	}
}

// seriesOf writes an array with the series of a patch or cover.
func (e *encoder) seriesOf(s *track.SeriesBrief, project int64) {
	e.raw("[")
	if s.ID != 0 {
		e.seriesIn(s, project)
	}
	e.raw("]")
}

// shown leaves out what is in projects that the viewer does not see, or that are not there any more.
func (e *encoder) shown(all []track.MailBrief) []track.MailBrief {
	gone := func(m track.MailBrief) bool {
		p := e.world.Project(m.Project)
		return p == nil || !e.viewer.Sees(p)
	}
	if !slices.ContainsFunc(all, gone) {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), gone)
}
