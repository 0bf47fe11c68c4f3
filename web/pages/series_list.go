package pages

import (
	"cmp"
	"slices"
	"strings"

	"patchwatch/internal/order"
	"patchwatch/track"
	"patchwatch/web/internal/layout"
)

// seriesListPage lists the series of a project.
type seriesListPage struct {
	layout.Page
	Filters []layout.Tab // kinds of lists
	Lines   []seriesLine
	Pager   pager
	Acts    *acts // nil: the viewer may decide nothing here
	Folded  bool  // older versions are left out
	Every   string
	Narrow  seriesFilter
	More    bool // the search finds other, older mails, which are not looked at

	searched bool
	found    track.In[int64] // by the search; nil: nothing was searched
}

// seriesFilter is what the list was narrowed by, as the form shows it.
type seriesFilter struct {
	States                     []choice
	Any                        bool // all states
	Submitter, Delegate, Words string
	Search                     string
	Kept                       []choice // what else the URL has
}

// seriesRows, patchesAPage and checkedAPage are how many rows of a list make a page of series: of series, or, where
// patches are chosen by their states, of patches, whose series are shown. Where they are chosen by their checks, there
// are mostly one or two of a series.
const (
	seriesRows   = 50
	patchesAPage = 60
	checkedAPage = 50
)

func (c *call) seriesList() (*shown, error) {
	of, err := c.Project()
	if err != nil {
		return nil, err
	}
	q := c.query()
	p := &seriesListPage{Page: c.inProject(of, "Series", layout.Series), Folded: q.folds(), Every: q.with("versions", "all")}
	p.Wide = true
	rows, err := c.findSeries(of, q, p)
	if err != nil {
		return nil, err
	}
	if p.Lines, err = c.seriesLines(rows, p.Folded); err != nil {
		return nil, err
	}
	for i := range p.Lines {
		p.Lines[i].At.URL = withList(p.Lines[i].At.URL, q.asList())
	}
	p.Narrow, p.Filters = c.seriesFilter(q), c.seriesFilters(q)
	if slices.ContainsFunc(p.Lines, func(l seriesLine) bool { return l.MayDecide }) {
		p.Acts = c.acts(of, q)
		for i := range p.Lines {
			p.Lines[i].Ticks = true
		}
	}
	s := &shown{template: "series_list", page: p, about: []int64{of.ID}, searched: p.searched}
	return s, c.sayDone(of, q, &p.Page)
}

// folds tells whether older versions are left out: unless they are asked for, or a state that older versions have.
func (q query) folds() bool {
	return q.one("versions") != "all" && (q.one("state") == "" || q.one("state") == "*")
}

// findSeries finds the series of the page that is asked for, newest first.
func (c *call) findSeries(of *track.Project, q query, p *seriesListPage) ([]track.SeriesRow, error) {
	submitters, _, err := c.submitters(q.one("submitter"))
	if err != nil {
		return nil, err
	}
	if text := q.one("search"); text != "" {
		p.searched = true
		if p.found, p.More, err = c.seriesFound(of, text); err != nil {
			return nil, err
		}
	}
	if !q.incomplete() && (q.one("state") != "*" || q.one("delegate") != "" || q.one("check") != "") {
		return c.findByPatches(of, q, submitters, p)
	}
	f := track.SeriesQuery{
		Scope: c.Scope(), Projects: track.In[int64]{of.ID}, Submitters: submitters, Words: words(q.one("q")), IDs: p.found,
		Incomplete: q.incomplete(), Paging: track.Paging{Order: q.seriesOrder(), Limit: c.rows(seriesRows)},
	}
	f.Offset = q.wanted(f.Limit)
	found, err := c.Store.SeriesPage(c.Ctx(), f)
	if err == nil && len(found.Rows) == 0 && f.Offset > 0 {
		f.Offset = (q.pageNumber(f.Limit, found.Total) - 1) * f.Limit
		found, err = c.Store.SeriesPage(c.Ctx(), f)
	}
	p.Pager = q.pager(&p.Page, f.Limit, f.Offset/f.Limit+1, len(found.Rows), found.Total)
	return found.Rows, err
}

func (q query) incomplete() bool { return q.one("incomplete") != "" }

func (q query) seriesOrder() []track.Order {
	switch by := q.one("order"); strings.TrimPrefix(by, "-") {
	case "date", "name", "submitter":
		return []track.Order{{By: strings.TrimPrefix(by, "-"), Desc: by[0] == '-'}}
	}
	return []track.Order{{By: "date", Desc: true}}
}

// findByPatches finds series by their patches: a page is so many patches, and has the series of which the newest patch
// that was asked for is one of them. So a page costs what it shows, however few series of a project are open.
func (c *call) findByPatches(
	of *track.Project, q query, submitters track.In[string], p *seriesListPage,
) ([]track.SeriesRow, error) {
	f := track.PatchQuery{
		Scope: c.Scope(), Projects: track.In[int64]{of.ID}, Submitters: submitters, States: c.askedStates(q),
		Archived: q.archived(), Series: p.found,
		Words: words(q.one("q")), Paging: track.Paging{Order: []track.Order{{By: "date", Desc: true}}, Limit: patchesAPage},
	}
	if as := q.one("delegate"); strings.EqualFold(as, "nobody") {
		f.Nobodys = true
	} else if as != "" {
		f.Delegates = orNothing(c.delegates(as))
	}
	if k, ok := track.ParseCheckState(q.one("check")); ok {
		f.Checked, f.Limit = track.In[track.CheckState]{k}, checkedAPage
	}
	f.Offset = q.wanted(f.Limit)
	found, err := c.Store.PatchPage(c.Ctx(), f)
	if err == nil && len(found.Rows) == 0 && f.Offset > 0 {
		f.Offset = (q.pageNumber(f.Limit, found.Total) - 1) * f.Limit
		found, err = c.Store.PatchPage(c.Ctx(), f)
	}
	if err != nil {
		return nil, err
	}
	p.Pager = q.pager(&p.Page, f.Limit, f.Offset/f.Limit+1, len(found.Rows), found.Total)
	p.Pager.Of = "patches"
	if found.Total == 1 {
		p.Pager.Of = "patch"
	}
	return c.seriesOf(found.Rows, &f)
}

// cmp2 makes what means nobody choose nothing.
func orNothing(in track.In[string]) track.In[string] {
	if in == nil {
		return track.In[string]{}
	}
	return in
}

// askedStates are those that are asked for; without any, those in which something is to be done. nil: all.
func (c *call) askedStates(q query) track.In[track.State] {
	text := q.one("state")
	if text == "*" {
		return nil
	}
	if s, ok := c.World.State(text); ok {
		return track.In[track.State]{s}
	}
	return c.openStates()
}

// seriesOf are the series of some patches, in their order, without those that an earlier page has.
func (c *call) seriesOf(patches []track.PatchRow, f *track.PatchQuery) ([]track.SeriesRow, error) {
	var ids []int64
	places := map[int64]int{}
	for i := range patches {
		id := patches[i].Series.ID
		if _, known := places[id]; id != 0 && !known {
			places[id] = len(ids)
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	page, err := c.Store.SeriesPage(c.Ctx(), track.SeriesQuery{
		Scope: c.Scope(), IDs: ids, Paging: track.Paging{Limit: len(ids)},
	})
	if err != nil {
		return nil, err
	}
	rows := page.Rows
	if f.Offset > 0 {
		if rows, err = c.withoutEarlier(rows, &patches[0], f); err != nil {
			return nil, err
		}
	}
	order.By(rows, func(a, b track.SeriesRow) int { return cmp.Compare(places[a.ID], places[b.ID]) })
	return rows, nil
}

// withoutEarlier leaves out the series that have a patch which was asked for and comes before the first of this page.
func (c *call) withoutEarlier(
	rows []track.SeriesRow, first *track.PatchRow, f *track.PatchQuery,
) ([]track.SeriesRow, error) {
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	again := *f
	again.Series, again.Since, again.Offset = ids, first.Date, 0
	again.Limit = 10 * patchesAPage
	found, err := c.Store.PatchPage(c.Ctx(), again)
	if err != nil {
		return nil, err
	}
	earlier := map[int64]bool{}
	for i := range found.Rows {
		if r := &found.Rows[i]; r.Date.After(first.Date) || r.Date.Equal(first.Date) && r.ID > first.ID {
			earlier[r.Series.ID] = true
		}
	}
	return slices.DeleteFunc(rows, func(r track.SeriesRow) bool { return earlier[r.ID] }), nil
}

// seriesFilters are the kinds of lists that people ask for most.
func (c *call) seriesFilters(q query) (all []layout.Tab) {
	none := []string{"state", "", "incomplete", "", "check", "", "delegate", "", "page", "", "versions", ""}
	add := func(text string, current bool, changes ...string) {
		to := q.with(append(slices.Clone(none), changes...)...)
		all = append(all, layout.Tab{Text: text, URL: cmp.Or(to, "?"), Current: current})
	}
	state, check := q.one("state"), q.one("check")
	plain := q.one("delegate") == "" && check == "" && !q.incomplete()
	add("open", plain && state == "")
	add("all", plain && state == "*", "state", "*")
	if u := c.Viewer.User; u != nil {
		add("delegated to me", c.isMe(q.one("delegate")) && state == "", "delegate", u.Name)
	}
	add("incomplete", q.incomplete(), "incomplete", "1", "state", "*")
	add("failing", check == "fail", "check", "fail")
	return all
}

func (c *call) isMe(text string) bool {
	u := c.World.UserCalled(text)
	return u != nil && c.Viewer.User != nil && u.ID == c.Viewer.User.ID
}

func (c *call) seriesFilter(q query) seriesFilter {
	asked, _ := c.World.State(q.one("state"))
	f := seriesFilter{
		Any: q.one("state") == "*", Submitter: q.one("submitter"), Delegate: q.one("delegate"), Words: q.one("q"),
		Search: q.one("search"),
		States: c.stateChoices(asked),
	}
	for _, name := range []string{"order", "check", "incomplete", "versions"} {
		if value := q.one(name); value != "" {
			f.Kept = append(f.Kept, choice{Value: value, Text: name})
		}
	}
	for i := range c.World.States {
		f.States[i].Value = string(c.World.States[i].Slug)
	}
	return f
}
