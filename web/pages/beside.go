package pages

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"patchwatch/track"
	"patchwatch/web/internal/visit"
)

// A page of a series that one came to from a list leads along that list: its address has the query of the list. What
// comes next is looked for when somebody goes there, so that showing a series does not cost as much as showing a list.

// listQuery is the query of the list that one came from.
func (q query) listQuery() query {
	values, _ := url.ParseQuery(q.one("list")) // what can be read of it
	return query{values}
}

// asList is a query as pages of series carry it. It is not empty, so that it is not taken for none.
func (q query) asList() string {
	if text := q.with(); text != "" {
		return text[1:]
	}
	return "page=1"
}

// withList adds a list to the path of a series.
func withList(path, list string) string {
	if list == "" {
		return path
	}
	return path + "?list=" + escapedQuery(list)
}

func (c *call) nextSeries() (*shown, error)     { return c.beside(1) }
func (c *call) previousSeries() (*shown, error) { return c.beside(-1) }

// beside leads to the series after (1) or before (-1) this one in the list; where there is none, to the list.
func (c *call) beside(step int) (*shown, error) {
	row, of, err := c.seriesHere()
	if err != nil {
		return nil, err
	}
	if c.query().one("list") == "" {
		return nil, c.besideInProject(of, &row, step)
	}
	q := c.query().listQuery()
	rows, pager, err := c.listed(of, q)
	if err != nil {
		return nil, err
	}
	onwards := ahead(rows, &row, step)
	for range 2 { // this page of the list and the next one
		id, err := c.firstShown(onwards, q)
		if err != nil {
			return nil, err
		}
		if id != 0 {
			return nil, c.toSeries(id, q)
		}
		to := pager.Older
		if step < 0 {
			to = pager.Newer
		}
		if to == "" {
			break
		}
		values, _ := url.ParseQuery(to[1:])
		q = query{values}
		if rows, pager, err = c.listed(of, q); err != nil {
			return nil, err
		}
		if onwards = slices.Clone(rows); step < 0 {
			slices.Reverse(onwards)
		}
	}
	return nil, &visit.Redirect{To: c.bare(of) + "series/" + q.with(), Status: http.StatusFound}
}

// besideInProject leads to the series that was sent after or before this one, of whatever state and version.
func (c *call) besideInProject(of *track.Project, s *track.SeriesRow, step int) error {
	const most = 50 // series of the same date among which it is looked for
	f := track.SeriesQuery{Scope: c.Scope(), Projects: track.In[int64]{of.ID}, Paging: track.Paging{
		Order: []track.Order{{By: "date", Desc: step > 0}}, Limit: most,
	}}
	if step > 0 {
		f.Before = s.Date.Add(time.Second)
	} else {
		f.Since = s.Date
	}
	found, err := c.Store.SeriesPage(c.Ctx(), f)
	if err != nil {
		return err
	}
	rows := found.Rows
	if step < 0 {
		slices.Reverse(rows)
	}
	to := c.bare(of) + "series/" + allSeries
	if onwards := ahead(rows, s, step); len(onwards) > 0 {
		to = "/series/" + strconv.FormatInt(onwards[0].ID, 10) + "/"
	}
	return &visit.Redirect{To: to, Status: http.StatusFound}
}

// allSeries is the query of the list of all series of a project.
const allSeries = "?state=*&versions=all"

// listed is a page of the list.
func (c *call) listed(of *track.Project, q query) ([]track.SeriesRow, pager, error) {
	p := &seriesListPage{}
	rows, err := c.findSeries(of, q, p)
	return rows, p.Pager, err
}

// ahead are the series of a page of a list that come after one, or, with a step of -1, before it, the nearest first.
// One that is no longer in the list, as after a decision, is where its date puts it.
func ahead(rows []track.SeriesRow, s *track.SeriesRow, step int) []track.SeriesRow {
	after := slices.IndexFunc(rows, func(r track.SeriesRow) bool { return r.ID == s.ID })
	before := after
	if after >= 0 {
		after++
	} else {
		after = slices.IndexFunc(rows, func(r track.SeriesRow) bool { return !r.Date.After(s.Date) })
		if after < 0 {
			after = len(rows)
		}
		before = after
	}
	if step > 0 {
		return rows[after:]
	}
	out := slices.Clone(rows[:before])
	slices.Reverse(out)
	return out
}

// firstShown is the first of some series that the list shows; 0: none.
func (c *call) firstShown(rows []track.SeriesRow, q query) (int64, error) {
	if len(rows) == 0 {
		return 0, nil
	}
	if !q.folds() {
		return rows[0].ID, nil
	}
	views, err := c.Store.Overviews(c.Ctx(), rows, c.Scope())
	if err != nil {
		return 0, err
	}
	for i := range rows {
		if views[rows[i].ID].Revised.ID == 0 {
			return rows[i].ID, nil
		}
	}
	return 0, nil
}

func (c *call) toSeries(id int64, q query) *visit.Redirect {
	to := withList("/series/"+strconv.FormatInt(id, 10)+"/", q.asList())
	return &visit.Redirect{To: to, Status: http.StatusFound}
}

// bare is the path below which everything of a project is, as redirects take it.
func (c *call) bare(p *track.Project) string { return "/project/" + url.PathEscape(p.LinkName) + "/" }
