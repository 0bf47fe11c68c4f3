package pages

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/visit"
)

// todoPage is what waits for the viewer.
type todoPage struct {
	layout.Page
	At    string // where the forms are sent
	Parts []todoPart
}

type todoPart struct {
	ID, Title string
	None      string // said where there is nothing
	Lines     []seriesLine
	More      int  // patches that are not looked at here
	MayMark   bool // the series can be ticked off
	Note      string
}

// mostToDo is how many patches are looked at for each part.
const mostToDo = 300

// todo is about all projects, or about the one in the URL.
func (c *call) todo() (*shown, error) {
	u := c.Viewer.User
	switch {
	case u == nil && !c.HTML:
		return nil, errLogin
	case u == nil:
		return nil, &visit.Redirect{To: "/user/login/?next=" + escapedQuery(c.R.URL.RequestURI()),
			Status: http.StatusSeeOther}
	}
	p := &todoPage{Page: layout.Page{Title: "Mine"}, At: c.prefix() + c.R.URL.EscapedPath()}
	var of *track.Project
	var projects track.In[int64]
	if c.R.PathValue("project") != "" {
		var err error
		if of, err = c.Project(); err != nil {
			return nil, err
		}
		p.Page, projects = c.inProject(of, "Mine", mineTab), track.In[int64]{of.ID}
	}
	p.Wide = true
	mine := track.PatchQuery{Projects: projects, Delegates: userAddresses(u)}
	sent := track.PatchQuery{Projects: projects, Submitters: orNothing(u.Emails)}
	for _, fill := range []func() (todoPart, error){
		func() (todoPart, error) { return c.newSince(projects) },
		func() (todoPart, error) { return c.toReview(of, projects) },
		func() (todoPart, error) {
			return c.toDo(todoPart{ID: "delegated", Title: "Delegated to you",
				None: "Nothing that is open is delegated to you."}, mine, url.Values{"delegate": {u.Name}})
		},
		func() (todoPart, error) {
			return c.toDo(todoPart{ID: "sent", Title: "Sent by you",
				None: "You have sent nothing that is open, from an address of your account."}, sent, sentBy(u))
		},
	} {
		part, err := fill()
		if err != nil {
			return nil, err
		}
		part.MayMark = !c.Viewer.ReadOnly
		p.Parts = append(p.Parts, part)
	}
	return &shown{template: "todo", page: p, searched: c.Finder != nil}, nil
}

// sentBy is the list of what somebody sent, where that is a list.
func sentBy(u *track.User) url.Values {
	if len(u.Emails) == 0 {
		return nil
	}
	return url.Values{"submitter": {u.Emails[0]}}
}

// toDo fills in the open series of a part. list is the list of a project that has the same series.
func (c *call) toDo(part todoPart, f track.PatchQuery, list url.Values) (todoPart, error) {
	found, err := c.openPatches(f)
	if err != nil {
		return part, err
	}
	part.More = found.Total - len(found.Rows)
	part.Lines, err = c.toDoLines(found.Rows, list)
	return part, err
}

func (c *call) openPatches(f track.PatchQuery) (track.Page[track.PatchRow], error) {
	no := false
	f.Scope, f.States, f.Archived = c.Scope(), c.openStates(), &no
	f.Paging = track.Paging{Order: []track.Order{{By: "date", Desc: true}}, Limit: mostToDo}
	return c.Store.PatchPage(c.Ctx(), f)
}

// toDoLines are the series of patches, by project.
func (c *call) toDoLines(patches []track.PatchRow, list url.Values) ([]seriesLine, error) {
	rows, err := c.seriesOf(patches, &track.PatchQuery{})
	if err != nil {
		return nil, err
	}
	return c.mineLines(rows, list)
}

func (c *call) mineLines(rows []track.SeriesRow, list url.Values) ([]seriesLine, error) {
	lines, err := c.seriesLines(rows, true)
	for i := range lines {
		lines[i].Ticks, lines[i].MayDecide, lines[i].ShowsUnseen = !c.Viewer.ReadOnly, !c.Viewer.ReadOnly, true
		lines[i].At.URL = withList(lines[i].At.URL, list.Encode())
	}
	slices.SortStableFunc(lines, func(a, b seriesLine) int {
		return cmp.Compare(strings.ToLower(a.Project.Text), strings.ToLower(b.Project.Text))
	})
	return lines, err
}

// mostMarks is how many series that the viewer has looked at are asked for new mail, those of the newest mail first.
const mostMarks = 200

// newSince are the series that the viewer has looked at, and that have got mail since.
func (c *call) newSince(projects track.In[int64]) (todoPart, error) {
	part := todoPart{ID: "new", Title: "New since you last looked", None: "No series that you looked at has got mail since."}
	marks, err := c.Store.Marks(c.Ctx(), c.Viewer.User.ID, nil, mostMarks)
	if err != nil || len(marks) == 0 {
		return part, err
	}
	ids := make(track.In[int64], len(marks))
	for i := range marks {
		ids[i] = marks[i].Series
	}
	page, err := c.Store.SeriesPage(c.Ctx(), track.SeriesQuery{
		Scope: c.Scope(), Projects: projects, IDs: ids,
		Paging: track.Paging{Order: []track.Order{{By: "date", Desc: true}}, Limit: len(ids)},
	})
	if err != nil {
		return part, err
	}
	part.Lines, err = c.mineLines(page.Rows, nil)
	part.Lines = slices.DeleteFunc(part.Lines, func(l seriesLine) bool { return l.New == 0 })
	return part, err
}

// toReview are the open series that were sent to the viewer or are delegated to them, and that they have not answered.
func (c *call) toReview(of *track.Project, projects track.In[int64]) (todoPart, error) {
	u := c.Viewer.User
	part := todoPart{ID: "review", Title: "Awaits your review",
		None: "No open series that names you in To or Cc, or is delegated to you, waits for your answer."}
	found, err := c.openPatches(track.PatchQuery{Projects: projects, Delegates: userAddresses(u)})
	if err != nil {
		return part, err
	}
	patches := found.Rows
	if text := c.toMe(); text != "" && c.Finder != nil {
		mails, _, err := c.finds(of, text, "patch")
		var no *visit.Refusal
		if errors.As(err, &no) {
			part.Note = "Mail that names you could not be searched: " + no.Detail
		} else if err != nil {
			return part, err
		}
		rows, err := c.Store.PatchRows(c.Ctx(), mails, c.Scope())
		if err != nil {
			return part, err
		}
		patches = c.join(patches, rows)
	}
	patches = patches[:min(len(patches), mostToDo)]
	part.Lines, err = c.toDoLines(patches, nil)
	part.Lines = slices.DeleteFunc(part.Lines, func(l seriesLine) bool { return l.Answered })
	return part, err
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

// join adds patches that others sent to those that are there, and puts the newest first.
func (c *call) join(there []track.PatchRow, more map[int64]track.PatchRow) []track.PatchRow {
	have := map[int64]bool{}
	for i := range there {
		have[there[i].ID] = true
	}
	for _, r := range more {
		if !have[r.ID] && !r.Hidden && !slices.Contains(c.Viewer.User.Emails, r.Submitter.Email) {
			have[r.ID] = true
			there = append(there, r)
		}
	}
	slices.SortFunc(there, func(a, b track.PatchRow) int { return cmp.Or(b.Date.Compare(a.Date), cmp.Compare(b.ID, a.ID)) })
	return there
}
