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
	Example           string // what git send-email is told; empty: the list's address is not known
	Pictures          []picture
	Subscribe         string // how to get the list's mail, an address or a page; empty: it is not known
	Mail              string // the archive that is here
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
		Page: c.inProject(of, c.projectLink(of).Text, noTab), ListID: mailtext.Visible(of.ListID),
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
	p.Feed, p.Subscribe = p.Mail+"new.atom", subscribe(of)
	if p.Pictures, err = c.pictures(of); err != nil {
		return nil, err
	}
	return &shown{template: "project", page: p, about: []int64{of.ID}}, nil
}

// subscribe is how people get a list's mail: of kernel.org, and of most list managers, LIST+subscribe@HOST.
func subscribe(p *track.Project) string {
	name, host, ok := strings.Cut(p.ListEmail, "@")
	if !ok || name == "" || host == "" {
		return ""
	}
	return mailtext.Visible(name + "+subscribe@" + host)
}

func (c *call) projectAPI(p *track.Project) (all []layout.Link) {
	for _, noun := range strings.Fields("patches series events") {
		at := c.prefix() + "/api/" + noun + "/?project=" + url.QueryEscape(p.LinkName)
		all = append(all, layout.Link{Text: "API: " + noun, URL: at})
	}
	return all
}
