package pages

import (
	"net/url"
	"strings"

	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/site"
)

// projectPage says what a project is, and how to take part.
type projectPage struct {
	layout.Page
	ListID, ListEmail string
	Archive, Site     string
	Code, Clone       string
	Maintainers       []string
	Pictures          []picture
	Subscribe         layout.Link // how to get the list's mail, an address or a page; none: it is not known
	Mail              string      // the archive that is here
	Feed              string
	API               []layout.Link
	RC                string // the settings of pwclient
}

func (c *call) project() (*shown, error) {
	of, err := c.Project()
	if err != nil {
		return nil, err
	}
	p := &projectPage{
		Page: c.inProject(of, c.projectLink(of).Text, layout.Nowhere), ListID: mailtext.Visible(of.ListID),
		ListEmail: mailtext.Visible(of.ListEmail), Archive: of.ListArchiveURL, Site: of.WebURL, Code: of.WebScmURL,
		Clone: mailtext.Visible(of.ScmURL), RC: c.at(of) + "pwclientrc/",
	}
	for _, u := range c.World.Maintainers(of.ID) {
		if !u.Disabled {
			p.Maintainers = append(p.Maintainers, mailtext.Visible(u.Shown()))
		}
	}
	p.API = c.projectAPI(of)
	p.Mail = string(site.Links{Base: c.prefix()}.List(nil, of))
	p.Feed = p.Mail + "new.atom"
	if err := c.listFields(p, of); err != nil {
		return nil, err
	}
	if p.Pictures, err = c.pictures(of); err != nil {
		return nil, err
	}
	return &shown{template: "project", page: p, about: []int64{of.ID}}, nil
}

func (c *call) projectAPI(p *track.Project) (all []layout.Link) {
	for _, noun := range strings.Fields("patches series events") {
		at := c.prefix() + "/api/" + noun + "/?project=" + url.QueryEscape(p.LinkName)
		all = append(all, layout.Link{Text: "API: " + noun, URL: at})
	}
	return all
}
