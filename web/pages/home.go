package pages

import (
	"cmp"
	"slices"
	"strings"

	"patchwatch/internal/order"
	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
)

// homePage lists the projects.
type homePage struct {
	layout.Page
	Projects []homeProject
	Tracked  bool // somebody sees a project
}

type homeProject struct {
	At       layout.Link
	List     string
	Private  bool
	Maintain bool // the viewer maintains it
	Open     int  // patches of which something is to be done
}

func (c *call) home() (*shown, error) {
	p := &homePage{Page: layout.Page{Title: "Projects"}, Tracked: len(c.World.Projects) > 0}
	var lists []track.PatchQuery
	archived := false
	for i := range c.World.Projects {
		if of := &c.World.Projects[i]; c.Viewer.Sees(of) {
			p.Projects = append(p.Projects, c.homeProject(of))
			lists = append(lists, track.PatchQuery{
				Scope: c.Scope(), Projects: track.In[int64]{of.ID}, States: c.openStates(), Archived: &archived,
			})
		}
	}
	counts, err := c.Store.PatchCounts(c.Ctx(), lists)
	if err != nil {
		return nil, err
	}
	for i, n := range counts {
		p.Projects[i].Open = n
	}
	order.By(p.Projects, func(a, b homeProject) int {
		if a.Maintain != b.Maintain {
			return cmp.Compare(b2i(b.Maintain), b2i(a.Maintain))
		}
		return cmp.Compare(strings.ToLower(a.At.Text), strings.ToLower(b.At.Text))
	})
	return &shown{template: "home", page: p}, nil
}

func (c *call) homeProject(p *track.Project) homeProject {
	u := c.Viewer.User
	return homeProject{
		At: c.projectLink(p), List: mailtext.Visible(cmp.Or(p.ListEmail, p.ListID)), Private: p.Private,
		Maintain: u != nil && slices.Contains(u.Maintains, p.ID),
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
