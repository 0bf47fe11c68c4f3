package pages

import (
	"cmp"
	"net/url"
	"time"

	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/site"
)

// The tabs of a project's bar.
const (
	noTab = iota
	seriesTab
	patchesTab
	mineTab
)

// inProject is the frame of a page that belongs to a project.
func (c *call) inProject(p *track.Project, title string, current int) layout.Page {
	at := c.at(p)
	tabs := []layout.Tab{
		{Text: "Series", URL: at + "series/", Current: current == seriesTab},
		{Text: "Patches", URL: at + "list/", Current: current == patchesTab},
		{Text: "Mail", URL: string(site.Links{Base: c.prefix()}.List(nil, p))},
	}
	if c.Viewer.User != nil {
		mine := c.prefix() + "/user/todo/" + url.PathEscape(p.LinkName) + "/"
		tabs = append(tabs, layout.Tab{Text: "Mine", URL: mine, Current: current == mineTab})
	}
	return layout.Page{Title: title, Bar: &layout.Bar{Project: c.projectLink(p), Tabs: tabs}}
}

// moment is a time as pages show it.
type moment = layout.Moment

func (c *call) moment(at time.Time) moment { return layout.MomentOf(at, c.Now) }

// at is the path below which everything of a project is.
func (c *call) at(p *track.Project) string {
	return c.prefix() + "/project/" + url.PathEscape(p.LinkName) + "/"
}

// projectLink leads to the page of a project. One that was made because its mail came may have no name.
func (c *call) projectLink(p *track.Project) layout.Link {
	return layout.Link{Text: mailtext.Visible(cmp.Or(p.Name, p.LinkName)), URL: c.at(p)}
}

// patchPath is the page of a patch.
func (c *call) patchPath(p *track.Project, msgID string) string {
	return string(site.Links{Base: c.prefix()}.Patch(nil, p, msgID))
}
