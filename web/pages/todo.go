package pages

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"patchwatch/internal/order"
	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/visit"
)

// todoPage is what waits for the viewer.
type todoPage struct {
	layout.Page
	At    string // where the forms are sent
	Parts []todoPart
	Saved []savedQuery
}

// savedQuery leads to the mails that one of the viewer's own queries finds.
type savedQuery struct {
	layout.Link
	Feed string
}

type todoPart struct {
	ID, Title string
	None      string // said where there is nothing
	Lines     []seriesLine
	More      int  // patches that are not looked at here
	MayMark   bool // the series can be ticked off
	Note      string

	series []int64                // that may be in it, in order
	has    func(*seriesLine) bool // whether one is; nil: all are
	list   url.Values             // the list of a project that has the same series; nil: there is none
}

// mostToDo is how many patches are looked at for each part, and mostInPart how many series it has: more than one reads.
const (
	mostToDo   = 150
	mostInPart = 50
)

// needsUser leads who has not logged in there and back, or refuses where no browser asks.
func (c *call) needsUser() error {
	switch {
	case c.Viewer.User != nil:
		return nil
	case !c.HTML:
		return errLogin
	}
	return &visit.Redirect{To: "/user/login/?next=" + escapedQuery(c.R.URL.RequestURI()), Status: http.StatusSeeOther}
}

// todo is about all projects, or about the one in the URL.
func (c *call) todo() (*shown, error) {
	if err := c.needsUser(); err != nil {
		return nil, err
	}
	p := &todoPage{Page: layout.Page{Title: "Mine", IsMine: true}, At: c.prefix() + c.R.URL.EscapedPath()}
	var of *track.Project
	var projects track.In[int64]
	if c.R.PathValue("project") != "" {
		var err error
		if of, err = c.Project(); err != nil {
			return nil, err
		}
		p.Page, projects = c.inProject(of, "Mine", layout.Mine), track.In[int64]{of.ID}
	}
	p.Wide = true
	parts, err := c.toDoParts(of, projects)
	if err != nil {
		return nil, err
	}
	if err := c.fillParts(parts, projects); err != nil {
		return nil, err
	}
	for _, part := range parts {
		part.MayMark = !c.Viewer.ReadOnly
		p.Parts = append(p.Parts, *part)
	}
	if p.Saved, err = c.savedQueries(); err != nil {
		return nil, err
	}
	return &shown{template: "todo", page: p, searched: c.Finder != nil}, nil
}

func (c *call) savedQueries() (out []savedQuery, err error) {
	if c.Finder == nil {
		return nil, nil
	}
	all, err := c.Store.SavedQueries(c.Ctx(), c.Viewer.Actor())
	for _, s := range all {
		to := c.prefix() + "/search/?q=" + url.QueryEscape("saved:"+s.Name)
		out = append(out, savedQuery{layout.Link{Text: mailtext.Visible(s.Name), URL: to}, to + "&x=A"})
	}
	return out, err
}

// toDoParts finds which series are in which part.
func (c *call) toDoParts(of *track.Project, projects track.In[int64]) (parts []*todoPart, err error) {
	u := c.Viewer.User
	mine, err := c.openPatches(track.PatchQuery{Projects: projects, Delegates: userAddresses(u)})
	if err != nil {
		return nil, err
	}
	sent, err := c.openPatches(track.PatchQuery{Projects: projects, Submitters: orNothing(u.Emails)})
	if err != nil {
		return nil, err
	}
	marked := &todoPart{ID: "new", Title: "New since you last looked",
		None: "No series that you looked at has got mail since.",
		has:  func(l *seriesLine) bool { return l.New > 0 }}
	marks, err := c.Store.Marks(c.Ctx(), u.ID, nil, mostMarks)
	if err != nil {
		return nil, err
	}
	for _, m := range marks {
		marked.series = append(marked.series, m.Series)
	}
	review, err := c.toReview(of, mine.Rows)
	if err != nil {
		return nil, err
	}
	delegated := &todoPart{ID: "delegated", Title: "Delegated to you", None: "Nothing that is open is delegated to you.",
		list: url.Values{"delegate": {u.Name}}}
	delegated.take(&mine)
	own := &todoPart{ID: "sent", Title: "Sent by you",
		None: "You have sent nothing that is open, from an address of your account.", list: sentBy(u)}
	own.take(&sent)
	return []*todoPart{marked, review, delegated, own}, nil
}

// fillParts fills in the lines of all parts, by as many questions as for one.
func (c *call) fillParts(parts []*todoPart, projects track.In[int64]) error {
	ids := track.In[int64]{}
	for _, part := range parts {
		ids = append(ids, part.series...)
	}
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) == 0 {
		return nil
	}
	page, err := c.Store.SeriesPage(c.Ctx(), track.SeriesQuery{
		Scope: c.Scope(), Projects: projects, IDs: ids, Paging: track.Paging{Limit: len(ids)},
	})
	if err != nil {
		return err
	}
	all, err := c.seriesLines(page.Rows, true)
	by := map[int64]*seriesLine{}
	for i := range all {
		by[all[i].ID] = &all[i]
	}
	for _, part := range parts {
		for _, id := range part.series {
			if l := by[id]; l != nil && (part.has == nil || part.has(l)) {
				part.add(*l, !c.Viewer.ReadOnly)
			}
		}
		order.By(part.Lines, func(a, b seriesLine) int {
			return cmp.Compare(strings.ToLower(a.Project.Text), strings.ToLower(b.Project.Text))
		})
	}
	return err
}

func (p *todoPart) add(l seriesLine, ticks bool) {
	l.Ticks, l.MayDecide, l.ShowsUnseen = ticks, ticks, true
	l.At.URL = withList(l.At.URL, p.list.Encode())
	p.Lines = append(p.Lines, l)
}

// take has a part show the series of a page of patches.
func (p *todoPart) take(page *track.Page[track.PatchRow]) {
	var of int
	p.series, of = seriesIn(page.Rows)
	p.More = page.Total - of
}

// seriesIn are the first series of patches, by number, in their order, and how many of these patches they are of.
func seriesIn(patches []track.PatchRow) (ids []int64, of int) {
	seen := map[int64]bool{0: true}
	for i := range patches {
		if id := patches[i].Series.ID; !seen[id] {
			if len(ids) == mostInPart {
				return ids, i
			}
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids, len(patches)
}

// sentBy is the list of what somebody sent, where that is a list.
func sentBy(u *track.User) url.Values {
	if len(u.Emails) == 0 {
		return nil
	}
	return url.Values{"submitter": {u.Emails[0]}}
}

func (c *call) openPatches(f track.PatchQuery) (track.Page[track.PatchRow], error) {
	no := false
	f.Scope, f.States, f.Archived = c.Scope(), c.openStates(), &no
	f.Paging = track.Paging{Order: []track.Order{{By: "date", Desc: true}}, Limit: mostToDo}
	return c.Store.PatchPage(c.Ctx(), f)
}

// mostMarks is how many series that the viewer has looked at are asked for new mail, those of the newest mail first.
const mostMarks = 100

// toReview are the open series that were sent to the viewer or are delegated to them, and that they have not answered.
func (c *call) toReview(of *track.Project, delegated []track.PatchRow) (*todoPart, error) {
	part := &todoPart{ID: "review", Title: "Awaits your review",
		None: "No open series that names you in To or Cc, or is delegated to you, waits for your answer.",
		has:  func(l *seriesLine) bool { return !l.Answered }}
	patches := slices.DeleteFunc(slices.Clone(delegated), func(r track.PatchRow) bool {
		return c.sentByViewer(&r) // nobody reviews their own
	})
	if text := c.toMe(); text != "" && c.Finder != nil {
		mails, _, err := c.finds(of, text, "patch")
		var no *visit.Refusal
		if errors.As(err, &no) {
			part.Note = "Mail that names you could not be searched: " + no.Detail
		} else if err != nil {
			return nil, err
		}
		rows, err := c.Store.PatchRows(c.Ctx(), mails, c.Scope())
		if err != nil {
			return nil, err
		}
		patches = c.join(patches, rows)
	}
	part.series, _ = seriesIn(patches)
	return part, nil
}

// toMe is the query of the open patches of the last half year that name the viewer in To or Cc; empty: no address of
// theirs is known.
func (c *call) toMe() string {
	var to, states []string
	for _, email := range c.Viewer.User.Emails {
		if !strings.ContainsAny(email, "\"\\") {
			to = append(to, fmt.Sprintf("tc:%q", email))
		}
	}
	for _, s := range c.openStates() {
		states = append(states, "state:"+string(s))
	}
	if len(to) == 0 || len(states) == 0 {
		return ""
	}
	since := c.Now.AddDate(0, -6, 0).UTC().Format("20060102")
	return "(" + strings.Join(to, " OR ") + ") AND (" + strings.Join(states, " OR ") + ") AND d:" + since + ".. NOT is:archived"
}

func (c *call) sentByViewer(r *track.PatchRow) bool {
	return slices.Contains(c.Viewer.User.Emails, r.Submitter.Email)
}

// join adds patches that others sent to those that are there, and puts the newest first.
func (c *call) join(there []track.PatchRow, more map[int64]track.PatchRow) []track.PatchRow {
	have := map[int64]bool{}
	for i := range there {
		have[there[i].ID] = true
	}
	for _, r := range more {
		if !have[r.ID] && !r.Hidden && !c.sentByViewer(&r) {
			have[r.ID] = true
			there = append(there, r)
		}
	}
	order.By(there, func(a, b track.PatchRow) int { return cmp.Or(b.Date.Compare(a.Date), cmp.Compare(b.ID, a.ID)) })
	return there
}
