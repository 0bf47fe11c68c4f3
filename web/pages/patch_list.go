package pages

import (
	"cmp"
	"slices"
	"strings"

	"patchwatch/track"
	"patchwatch/web/internal/layout"
)

// patchListPage is Patchwork's list of patches.
type patchListPage struct {
	layout.Page
	Columns []column
	Lines   []patchLine
	Pager   pager
	Acts    *acts
	Narrow  patchFilter
	Narrows bool // a filter is set that has a field in the form
	More    bool // the search finds other, older mails, which are not looked at
}

// column is a head of the list, by which it can be sorted.
type column struct {
	Text, URL string
	Sorted    string // ascending, descending, or empty
}

// patchFilter is what the list was narrowed by, as the form shows it.
type patchFilter struct {
	States                             []choice
	AnyState                           bool
	Submitter, Delegate, Words, Series string
	Archive, Search                    string
	Order                              string
}

// patchLine is a patch in a list.
type patchLine struct {
	ID        int64
	At        layout.Link
	Series    *layout.Link
	Reviews   reviews
	Checks    checks
	Sent      moment
	By        layout.Link
	Delegate  string
	State     standing
	Archived  bool
	MayDecide bool
	Place     int // in a bundle, from 1
}

func (c *call) patchList() (*shown, error) {
	of, err := c.Project()
	if err != nil {
		return nil, err
	}
	q := c.query()
	p := &patchListPage{Page: c.inProject(of, "Patches", layout.Patches)}
	p.Wide = true
	f, err := c.patchQuery(of, q)
	if err != nil {
		return nil, err
	}
	text := q.one("search")
	if text != "" {
		if f.IDs, p.More, err = c.finds(of, text, "patch"); err != nil {
			return nil, err
		}
		f.IDs = append(track.In[int64]{}, f.IDs...) // none at all: nothing
	}
	found, err := c.Store.PatchPage(c.Ctx(), f)
	if err == nil && len(found.Rows) == 0 && f.Offset > 0 {
		f.Offset = (q.pageNumber(f.Limit, found.Total) - 1) * f.Limit
		found, err = c.Store.PatchPage(c.Ctx(), f)
	}
	if err != nil {
		return nil, err
	}
	p.Pager = q.pager(&p.Page, f.Limit, f.Offset/f.Limit+1, len(found.Rows), found.Total)
	if p.Lines, err = c.patchLines(of, found.Rows); err != nil {
		return nil, err
	}
	p.Columns, p.Narrow = c.columns(q), c.patchFilter(q)
	p.Narrows = p.Narrow.Words != "" || p.Narrow.Submitter != "" || p.Narrow.Delegate != "" ||
		p.Narrow.Series != "" || text != ""
	if slices.ContainsFunc(p.Lines, func(l patchLine) bool { return l.MayDecide }) {
		p.Acts = c.acts(of, q)
	}
	s := &shown{template: "patch_list", page: p, about: []int64{of.ID}, searched: text != ""}
	return s, c.sayDone(of, q, &p.Page)
}

// patchQuery reads Patchwork's parameters: series, submitter, state, q, archive, delegate, order and page. Without a
// state, those are meant in which something is to be done; but of a series everything is shown.
func (c *call) patchQuery(of *track.Project, q query) (f track.PatchQuery, err error) {
	f = track.PatchQuery{
		Scope: c.Scope(), Projects: track.In[int64]{of.ID}, Words: words(q.one("q")),
		Paging: track.Paging{Order: patchOrder(q.one("order")), Limit: c.rows(perPage)},
	}
	f.Offset = q.wanted(f.Limit)
	if id := q.number("series"); id != 0 {
		f.Series = track.In[int64]{id}
	}
	if f.Series == nil || q.one("state") != "" {
		f.States = c.askedStates(q)
	}
	if f.Series == nil || q.one("archive") != "" {
		f.Archived = q.archived()
	}
	if as := q.one("delegate"); strings.EqualFold(as, "nobody") {
		f.Nobodys = true
	} else if as != "" {
		f.Delegates = orNothing(c.delegates(as))
	}
	f.Submitters, _, err = c.submitters(q.one("submitter"))
	return f, err
}

// archived is what the parameter archive means: "true", "both", or anything else.
func (q query) archived() *bool {
	archived := q.one("archive") == "true"
	if q.one("archive") == "both" {
		return nil
	}
	return &archived
}

func patchOrder(by string) []track.Order {
	name, desc := strings.CutPrefix(by, "-")
	switch name {
	case "date":
		return []track.Order{{By: "date", Desc: desc}}
	case "name", "state", "submitter", "delegate":
		return []track.Order{{By: name, Desc: desc}, {By: "date", Desc: desc}}
	}
	return []track.Order{{By: "date", Desc: true}}
}

// columns are the heads. The one that is sorted by turns the order round.
func (c *call) columns(q query) (all []column) {
	by := cmp.Or(q.one("order"), "-date")
	for _, name := range strings.Fields("name date submitter delegate state") {
		col := column{Text: strings.ToUpper(name[:1]) + name[1:]}
		order := name
		switch by {
		case name:
			col.Sorted, order = "ascending", "-"+name
		case "-" + name:
			col.Sorted = "descending"
		}
		col.URL = q.with("order", order, "page", "")
		all = append(all, col)
	}
	return all
}

func (c *call) patchFilter(q query) patchFilter {
	asked, _ := c.World.State(q.one("state"))
	return patchFilter{
		States: c.stateChoices(asked), AnyState: q.one("state") == "*", Submitter: q.one("submitter"),
		Delegate: q.one("delegate"), Words: q.one("q"), Series: q.one("series"), Archive: q.one("archive"),
		Order: q.one("order"), Search: q.one("search"),
	}
}

// patchLines fills in what a list says of patches.
func (c *call) patchLines(of *track.Project, rows []track.PatchRow) ([]patchLine, error) {
	briefs, mails := make([]track.MailBrief, len(rows)), make([]int64, len(rows))
	for i := range rows {
		briefs[i], mails[i] = rows[i].MailBrief, rows[i].Mail
	}
	results, err := c.Store.ChecksOf(c.Ctx(), briefs)
	if err != nil {
		return nil, err
	}
	trailers, err := c.Store.Trailers(c.Ctx(), mails)
	if err != nil {
		return nil, err
	}
	lines := make([]patchLine, len(rows))
	for i := range rows {
		lines[i] = c.patchLine(of, &rows[i], trailers[rows[i].Mail], results[rows[i].ID])
	}
	return lines, nil
}

func (c *call) patchLine(
	of *track.Project, r *track.PatchRow, said track.PatchTrailers, results []track.Check,
) patchLine {
	l := patchLine{
		ID: r.ID, At: layout.Link{Text: named(r.Name), URL: c.patchPath(of, r.MsgID)}, Sent: c.moment(r.Date),
		By: c.submitterLink(of, &r.Submitter), Delegate: c.delegate(r.Delegate), State: standingOf(r.State),
		Archived: r.Archived, Reviews: reviewsOf(said), MayDecide: c.Viewer.Decides(of, r.Submitter.Email, r.Delegate),
	}
	if r.Series.ID != 0 && r.Total > 1 {
		l.Series = &layout.Link{Text: seriesName(&r.Series), URL: c.seriesPath(r.Series.ID)}
	}
	l.Checks.add(results)
	return l
}
