package web

import (
	"fmt"
	"strings"

	"patchwatch/track"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
)

// Numbers lead to names: Patchwork's old URLs, which stand in thousands of mails.

// here makes paths of this server.
var here = site.Links{}

func (c *call) see(path []byte, more string) error {
	to := string(path) + more
	if c.R.URL.RawQuery != "" {
		to += "?" + c.R.URL.RawQuery
	}
	return &visit.Redirect{To: to}
}

func toPatch(more string) func(*call) (*site.Answer, error) {
	return func(c *call) (*site.Answer, error) {
		row, p, err := visit.Numbered(c.Visit, c.Site.Store.PatchRows, visit.OfPatch)
		if err != nil {
			return nil, err
		}
		return nil, c.see(here.Patch(nil, p, row.MsgID), more)
	}
}

func toCover(more string) func(*call) (*site.Answer, error) {
	return func(c *call) (*site.Answer, error) {
		row, p, err := visit.Numbered(c.Visit, c.Site.Store.CoverRows, visit.OfCover)
		if err != nil {
			return nil, err
		}
		return nil, c.see(here.Cover(nil, p, row.MsgID), more)
	}
}

// plainCover leads from where Patchwork has a cover letter whose Message-ID has slashes, which it does not escape
// there, and from where the last slash is missing.
func (c *call) plainCover() (*site.Answer, error) {
	p, err := c.Project()
	if err != nil {
		return nil, err
	}
	rest, more := strings.TrimSuffix(c.R.PathValue("rest"), "/"), ""
	if bare, mbox := strings.CutSuffix(rest, "/mbox"); mbox {
		rest, more = bare, "mbox/"
	}
	if rest == "" {
		return nil, visit.ErrNotFound
	}
	return nil, c.see(here.Cover(nil, p, "<"+rest+">"), more)
}

func (c *call) toComment() (*site.Answer, error) {
	row, p, err := visit.Numbered(c.Visit, c.Site.Store.CommentRows, visit.OfComment)
	if err != nil {
		return nil, err
	}
	if hidden, err := c.isHidden(&row.Parent, row.OnCover); err != nil {
		return nil, err
	} else if hidden {
		return nil, visit.ErrGone
	}
	page := here.Patch
	if row.OnCover {
		page = here.Cover
	}
	return nil, &visit.Redirect{To: string(page(nil, p, row.Parent.MsgID)) + fmt.Sprintf("#%d", row.ID)}
}

// isHidden tells whether a patch or cover is hidden. With it, all that was said about it is.
func (c *call) isHidden(m *track.MailBrief, cover bool) (bool, error) {
	if cover {
		rows, err := c.Site.Store.CoverRows(c.Ctx(), []int64{m.ID}, c.Whole())
		return rows[m.ID].Hidden, err
	}
	rows, err := c.Site.Store.PatchRows(c.Ctx(), []int64{m.ID}, c.Whole())
	return rows[m.ID].Hidden, err
}
