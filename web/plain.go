package web

import (
	"fmt"
	"net/url"
	"strings"

	"patchwatch/track"
	"patchwatch/web/internal/site"
)

// plain is a page of text. Control characters of mail don't reach the reader.
func plain(text string, about ...int64) *site.Answer {
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
	return &site.Answer{Body: []byte(text), About: about, Header: [][2]string{{"Content-Type", mboxType}}}
}

func (c *call) home() (*site.Answer, error) {
	var b strings.Builder
	b.WriteString("This is patchwatch, which tracks the patches on mailing lists.\n\n")
	for i := range c.world.Projects {
		if p := &c.world.Projects[i]; c.viewer.Sees(p) {
			fmt.Fprintf(&b, "%s: %s/project/%s/\n", p.Name, c.links.Base, url.PathEscape(p.LinkName))
		}
	}
	fmt.Fprintf(&b, "\nPrograms ask the API: %s/api/\n", c.links.Base)
	return plain(b.String()), nil
}

func (c *call) project() (*site.Answer, error) {
	p, err := c.inURL()
	if err != nil {
		return nil, err
	}
	query := "?project=" + url.QueryEscape(p.LinkName)
	text := fmt.Sprintf("%s\n\nList: %s\n", p.Name, p.ListID)
	if p.WebURL != "" {
		text += "Site: " + p.WebURL + "\n"
	}
	for _, noun := range []string{"patches", "series", "events"} {
		text += fmt.Sprintf("%s/api/%s/%s\n", c.links.Base, noun, query)
	}
	text += fmt.Sprintf("%s/project/%s/pwclientrc/\n", c.links.Base, url.PathEscape(p.LinkName))
	return plain(text, p.ID), nil
}

// pwclientrc configures pwclient, which would speak XML-RPC if it was not told.
func (c *call) pwclientrc() (*site.Answer, error) {
	p, err := c.inURL()
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("# Put this into ~/.pwclientrc. To change something, you also need a token of your own.\n\n"+
		"[options]\ndefault = %s\n\n[%[1]s]\nbackend = rest\nurl = %s/api\n# token = YOUR-TOKEN\n", p.LinkName, c.links.Base)
	a := plain(text, p.ID)
	a.Header = append(a.Header, [2]string{"Content-Disposition", "attachment; filename=.pwclientrc"})
	return a, nil
}

func (c *call) patchPage() (*site.Answer, error) {
	row, p, err := c.patch()
	if err == errNotFound && p != nil {
		if cover, _, err := c.cover(); err == nil {
			return nil, &redirect{string(here.Cover(nil, p, cover.MsgID))}
		}
	}
	if err != nil {
		return nil, err
	}
	page := c.links.Patch(nil, p, row.MsgID)
	return plain(fmt.Sprintf("%s\n\n%s, %s\nState: %s\n\nFor git am: %smbox/\nDiff: %[5]sraw/\nFor programs: %[6]s/api/patches/%[7]d/\n",
		row.Name, row.Submitter.Name, row.Date.UTC().Format("2 January 2006 15:04"), row.State, page, c.links.Base, row.ID), p.ID), nil
}

func (c *call) coverPage() (*site.Answer, error) {
	row, p, err := c.cover()
	if err == errNotFound && p != nil {
		if patch, _, err := c.patch(); err == nil {
			return nil, &redirect{string(here.Patch(nil, p, patch.MsgID))}
		}
	}
	if err != nil {
		return nil, err
	}
	page := c.links.Cover(nil, p, row.MsgID)
	return plain(fmt.Sprintf("%s\n\n%s, %s\n\nAs mail: %smbox/\nFor programs: %s/api/covers/%d/\n",
		row.Name, row.Submitter.Name, row.Date.UTC().Format("2 January 2006 15:04"), page, c.links.Base, row.ID), p.ID), nil
}

func (c *call) seriesPage() (*site.Answer, error) {
	s, err := c.series()
	if err != nil {
		return nil, err
	}
	p := c.world.Project(s.Project)
	if p == nil {
		return nil, errNotFound
	}
	text := fmt.Sprintf("%s\n\nFor git am: %s\nFor programs: %s/api/series/%d/\n\n", s.Name, c.links.SeriesMbox(nil, s.ID), c.links.Base, s.ID)
	return plain(text+c.patchLines(p, s.Patches), p.ID), nil
}

func (c *call) patchLines(p *track.Project, all []track.MailBrief) string {
	var b strings.Builder
	for i := range all {
		fmt.Fprintf(&b, "%s\n  %s\n", all[i].Name, c.links.Patch(nil, p, all[i].MsgID))
	}
	return b.String()
}

func (c *call) bundlePage() (*site.Answer, error) {
	b, err := c.bundle()
	if err != nil {
		return nil, err
	}
	rows, err := c.listed(b.Project, b.Patches)
	if err != nil {
		return nil, err
	}
	briefs := make([]track.MailBrief, len(rows))
	for i := range rows {
		briefs[i] = rows[i].MailBrief
	}
	p, owner := c.world.Project(b.Project), c.world.User(b.Owner)
	text := fmt.Sprintf("%s\n\nFor git am: %smbox/\nFor programs: %s/api/bundles/%d/\n\n", b.Name, c.links.Bundle(nil, owner.Name, b.Name), c.links.Base, b.ID)
	return plain(text+c.patchLines(p, briefs), p.ID), nil
}
