package api

import (
	"patchwatch/track"
	"patchwatch/web/internal/site"
)

func (c *call) seriesList() (*site.Answer, error) {
	q := c.query()
	p, err := q.paging("id", "name", "date", "submitter", "received_all")
	if err != nil {
		return nil, err
	}
	f := track.SeriesQuery{
		Scope: q.scope(), Projects: q.projects(), Since: q.time("since"), Before: q.time("before"), Words: q.words(),
	}
	if f.Submitters, err = q.submitters(); err != nil {
		return nil, err
	}
	page, err := find(q, &p, func(at track.Paging) (track.Page[track.SeriesRow], error) {
		f.Paging = at
		return c.Store.SeriesPage(c.ctx(), f)
	})
	if err != nil {
		return nil, err
	}
	depend, err := c.dependencies(page.Rows)
	if err != nil {
		return nil, err
	}
	e := c.encoder()
	list(e, page.Rows, func(e *encoder, r *track.SeriesRow) { e.series(r, depend) })
	return c.paged(e, q, p, page.Total, f.Projects), nil
}

// oneSeries finds a series by its number, or by that of any of its mails, so that no link to it dies.
func (c *call) oneSeries() (row track.SeriesRow, err error) {
	id, err := c.id(0)
	if err != nil {
		return row, err
	}
	row, err = c.Store.SeriesRow(c.ctx(), id, c.scope())
	if err != nil {
		if all, err := c.Store.SeriesRow(c.ctx(), id, c.whole()); err == nil && all.Hidden {
			return row, errGone
		}
		return row, err
	}
	if c.world.Project(row.Project) == nil {
		return row, errNotFound
	}
	return row, nil
}

// series answers with a series as it was sent, since what clients remember of it is to stand; with ?current=1 as it now
// stands.
func (c *call) series() (*site.Answer, error) {
	row, err := c.oneSeries()
	if now := c.query().flag("current"); err == nil && now != nil && *now {
		row, err = c.Store.SeriesRowNow(c.ctx(), row.ID, c.scope())
	}
	if err != nil {
		return nil, err
	}
	depend, err := c.dependencies([]track.SeriesRow{row})
	if err != nil {
		return nil, err
	}
	e := c.encoder()
	e.series(&row, depend)
	return answerOf(e, row.Project), nil
}

func showsDependencies(w *site.World, project int64) bool {
	p := w.Project(project)
	return p != nil && p.ShowDependencies
}

// dependencies are those of all series whose project shows them.
func (c *call) dependencies(rows []track.SeriesRow) (map[int64]track.Dependencies, error) {
	var shown []int64
	for i := range rows {
		if showsDependencies(c.world, rows[i].Project) {
			shown = append(shown, rows[i].ID)
		}
	}
	if c.version < v14 || shown == nil {
		return nil, nil
	}
	return c.Store.Dependencies(c.ctx(), shown, c.scope())
}

func (e *encoder) series(r *track.SeriesRow, depend map[int64]track.Dependencies) {
	e.seriesFields(r)
	if e.v >= v14 && showsDependencies(e.world, r.Project) {
		e.dependencies(depend[r.ID])
	}
	e.raw("}")
}

func (e *encoder) seriesFields(r *track.SeriesRow) {
	e.raw(`{"id":`)
	e.number(r.ID)
	e.raw(`,"url":`)
	e.url("/series", r.ID)
	e.seriesWeb(r.Project, r.ID)
	e.raw(`,"project":`)
	e.projectIn(r.Project)
	e.raw(`,"name":`)
	e.textOrNull(r.Name)
	e.raw(`,"date":`)
	e.date(r.Date)
	e.raw(`,"submitter":`)
	e.personIn(&r.Submitter)
	e.raw(`,"version":`)
	e.number(int64(r.Version))
	e.raw(`,"total":`)
	e.number(int64(r.Total))
	e.raw(`,"received_total":`)
	e.number(int64(r.Received))
	e.raw(`,"received_all":`)
	e.yes(r.Complete)
	e.raw(`,"mbox":"`)
	e.b = e.links.SeriesMbox(e.b, r.ID)
	e.raw(`","cover_letter":`)
	if r.Cover.ID == 0 {
		e.raw("null")
	} else {
		e.coverIn(&r.Cover)
	}
	e.raw(`,"patches":`)
	list(e, r.Patches, (*encoder).patchIn)
}

// dependencies writes URLs of series; what is named but not known here has none.
func (e *encoder) dependencies(is track.Dependencies) {
	var known []int64
	for _, d := range is.On {
		if d.Series != 0 {
			known = append(known, d.Series)
		}
	}
	url := func(e *encoder, id *int64) { e.url("/series", *id) }
	e.raw(`,"dependencies":`)
	list(e, known, url)
	e.raw(`,"dependents":`)
	list(e, is.Of, url)
}

// changeSeries decides about all patches of a series at once: all or none. Patchwork has nothing like it.
func (c *call) changeSeries() (int, []byte, error) {
	row, err := c.oneSeries()
	if err != nil {
		return 0, nil, err
	}
	ids := make([]int64, len(row.Patches))
	for i, p := range row.Patches {
		ids[i] = p.ID
	}
	patches, err := c.Store.PatchRows(c.ctx(), ids, c.scope())
	if err != nil {
		return 0, nil, err
	}
	project := c.world.Project(row.Project)
	for _, id := range ids {
		p, ok := patches[id]
		if !ok || !c.viewer.Decides(project, p.Submitter.Email, p.Delegate) {
			return 0, nil, c.denied()
		}
	}
	f, err := c.form()
	if err != nil {
		return 0, nil, err
	}
	d := track.Decided{State: f.state("state"), Archived: f.flag("archived"), Delegate: f.delegate("delegate", project)}
	if err := f.err(); err != nil {
		return 0, nil, err
	}
	if len(ids) > 0 && d != (track.Decided{}) {
		if err := c.Store.Decide(c.ctx(), c.viewer.Actor(), ids, d); err != nil {
			return 0, nil, err
		}
	}
	return c.again(c.series)
}
