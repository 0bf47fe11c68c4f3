package web

import (
	"cmp"
	"fmt"
	"net/url"

	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/site"
)

// projectLink leads to the page of a project. One that was made because its mail came may have no name.
func (c *call) projectLink(p *track.Project) layout.Link {
	at := c.Links.Base + "/project/" + url.PathEscape(p.LinkName) + "/"
	return layout.Link{Text: cmp.Or(p.Name, p.LinkName), URL: at}
}

// api leads into the API.
func (c *call) api(text, path string, args ...any) layout.Link {
	return layout.Link{Text: text, URL: c.Links.Base + "/api/" + fmt.Sprintf(path, args...)}
}

// pwclientrc configures pwclient, which would speak XML-RPC if it was not told.
func (c *call) pwclientrc() (*site.Answer, error) {
	p, err := c.Project()
	if err != nil {
		return nil, err
	}
	body := fmt.Sprintf("# Put this into ~/.pwclientrc. To change something, you also need a token of your own.\n\n"+
		"[options]\ndefault = %s\n\n[%[1]s]\nbackend = rest\nurl = %s/api\n# token = YOUR-TOKEN\n", p.LinkName, c.Links.Base)
	a := text(body, p.ID)
	a.Header = append(a.Header, [2]string{"Content-Disposition", "attachment; filename=.pwclientrc"})
	return a, nil
}

// patchesSheet lists patches of a project.
func (c *call) patchesSheet(title string, p *track.Project, all []track.MailBrief) *sheet {
	s := &sheet{
		Page:  layout.Page{Title: title, Up: []layout.Link{c.projectLink(p)}},
		Parts: "Patches", None: "None.", about: []int64{p.ID},
	}
	for i := range all {
		s.List = append(s.List, layout.Link{Text: all[i].Name, URL: string(c.Links.Patch(nil, p, all[i].MsgID))})
	}
	return s
}

func (c *call) bundlePage() (*sheet, error) {
	b, err := c.Bundle()
	if err != nil {
		return nil, err
	}
	rows, err := c.Listed(b.Project, b.Patches)
	if err != nil {
		return nil, err
	}
	briefs := make([]track.MailBrief, len(rows))
	for i := range rows {
		briefs[i] = rows[i].MailBrief
	}
	owner := c.World.User(b.Owner)
	s := c.patchesSheet(b.Name, c.World.Project(b.Project), briefs)
	s.Facts = []fact{{Label: "Bundle of", Text: owner.Shown()}}
	s.Links = []layout.Link{
		{Text: "Mail for git am", URL: string(c.Links.Bundle(nil, owner.Name, b.Name)) + "mbox/"},
		c.api("API", "bundles/%d/", b.ID),
	}
	return s, nil
}
