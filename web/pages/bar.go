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

// inProject is the frame of a page that belongs to a project.
func (c *call) inProject(p *track.Project, title string, in layout.Place) layout.Page {
	return layout.Page{Title: title, Bar: c.Bar(p, c.projectLink(p).Text, in)}
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
