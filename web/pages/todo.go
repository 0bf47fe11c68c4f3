package pages

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/visit"
)

// todoPage is what waits for the viewer: the open series that are delegated to them, and those that they have sent.
type todoPage struct {
	layout.Page
	Parts []todoPart
}

type todoPart struct {
	ID, Title string
	None      string // said where there is nothing
	Lines     []seriesLine
	More      int // patches that are not looked at here
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
	p := &todoPage{Page: layout.Page{Title: "Mine"}}
	var projects track.In[int64]
	if c.R.PathValue("project") != "" {
		of, err := c.Project()
		if err != nil {
			return nil, err
		}
		p.Page, projects = c.inProject(of, "Mine", mineTab), track.In[int64]{of.ID}
	}
	p.Wide = true
	delegated := todoPart{ID: "delegated", Title: "Delegated to you", None: "Nothing that is open is delegated to you."}
	sent := todoPart{ID: "sent", Title: "Sent by you",
		None: "You have sent nothing that is open, from an address of your account."}
	if err := c.toDo(&delegated, track.PatchQuery{Projects: projects, Delegates: userAddresses(u)}); err != nil {
		return nil, err
	}
	if err := c.toDo(&sent, track.PatchQuery{Projects: projects, Submitters: orNothing(u.Emails)}); err != nil {
		return nil, err
	}
	p.Parts = []todoPart{delegated, sent}
	return &shown{template: "todo", page: p}, nil
}

// toDo fills in the open series of a part.
func (c *call) toDo(part *todoPart, f track.PatchQuery) error {
	no := false
	f.Scope, f.States, f.Archived = c.Scope(), c.openStates(), &no
	f.Paging = track.Paging{Order: []track.Order{{By: "date", Desc: true}}, Limit: mostToDo}
	found, err := c.Store.PatchPage(c.Ctx(), f)
	if err != nil {
		return err
	}
	rows, err := c.seriesOf(found.Rows, &f)
	if err != nil {
		return err
	}
	part.More = found.Total - len(found.Rows)
	if part.Lines, err = c.seriesLines(rows, true); err != nil {
		return err
	}
	slices.SortStableFunc(part.Lines, func(a, b seriesLine) int {
		return cmp.Compare(strings.ToLower(a.Project.Text), strings.ToLower(b.Project.Text))
	})
	return nil
}
