package pages

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"patchwatch/ingest"
	"patchwatch/internal/order"
	"patchwatch/track"
	"patchwatch/web/internal/diffview"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/site"
)

// letterPage is what the pages of patches and cover letters have in common.
type letterPage struct {
	layout.Page
	At       string // the path of the page
	By       string
	Email    string
	When     moment
	MsgID    string
	Archived string // where the list keeps the mail; empty: it is not known
	Attached []string
	Place    string // in the series, "2/3"; empty: it is in none
	Series   layout.Link
	Siblings []sibling // the mails of the series
	Versions []version
	Earlier  []version // that the series revises, the newest first

	Message template.HTML // what stands before the diff
	Whole   []*remark
	Placed  int // remarks that stand beside lines
	Talk    []*comment
	More    int // comments that are not shown
	Header  []ingest.Field
	API     string
}

// sibling is a mail of the same series.
type sibling struct {
	layout.Link
	Number  int
	Current bool
}

// version is a version of the series that the mail is of.
type version struct {
	Name    string
	At      string // the page of the series
	Diff    string // what changed between the two; empty: it is this one
	When    moment
	Current bool
}

// letterPage fills in what a mail says by itself.
func (c *call) letterPage(p *track.Project, m *track.MailBrief, by *track.PersonView, at []byte, l *letter) letterPage {
	out := letterPage{
		Page: c.inProject(p, m.Name, layout.Patches), At: c.prefix() + string(at),
		By: mailtext.Visible(cmp.Or(by.Name, by.Email)), Email: mailtext.Visible(by.Email), When: c.moment(m.Date),
		MsgID: mailtext.Visible(site.BareID(m.MsgID)), Archived: site.Archived(p, m.MsgID), Attached: l.Attached,
	}
	out.Wide = true
	for _, f := range l.fields {
		out.Header = append(out.Header, ingest.Field{
			Name: mailtext.Visible(f.Name), Value: mailtext.Visible(strings.Join(strings.Fields(f.Value), " ")),
		})
	}
	return out
}

// talked fills in what was said about the mail.
func (p *letterPage) talked(t *talk, a *asides) {
	p.Talk, p.More = t.Comments, max(0, t.Total-len(t.Comments))
	p.Whole, p.Placed = a.Whole, a.Count
}

// inSeries fills in the series of the mail, and its versions. id is the number of the mail.
func (c *call) inSeries(out *letterPage, p *track.Project, of int64, id int64) error {
	if of == 0 {
		return nil
	}
	s, err := c.Store.SeriesRow(c.Ctx(), of, c.Scope())
	if err != nil {
		return err
	}
	out.Series = layout.Link{Text: named(s.Name), URL: c.seriesAt(s.ID)}
	if s.Cover.ID != 0 {
		at := c.prefix() + string(here.Cover(nil, p, s.Cover.MsgID))
		out.Siblings = append(out.Siblings, sibling{layout.Link{Text: named(s.Cover.Name), URL: at}, 0, s.Cover.ID == id})
	}
	for i := range s.Patches {
		m := &s.Patches[i]
		at := c.prefix() + string(here.Patch(nil, p, m.MsgID))
		out.Siblings = append(out.Siblings, sibling{layout.Link{Text: named(m.Name), URL: at}, i + 1, m.ID == id})
	}
	for i, b := range out.Siblings {
		if !b.Current {
			continue
		}
		if i > 0 {
			out.Previous = out.Siblings[i-1].URL
		}
		if i+1 < len(out.Siblings) {
			out.Next = out.Siblings[i+1].URL
		}
	}
	return c.earlier(out, s.ID)
}

// here makes paths of this server, without what comes before all of them.
var here = site.Links{}

func (c *call) seriesAt(id int64) string { return fmt.Sprintf("%s/series/%d/", c.prefix(), id) }

// showVersions fills in those of some versions that the viewer sees.
func (c *call) showVersions(out *letterPage, series int64, all []track.SeriesView) error {
	if len(all) < 2 {
		return nil
	}
	ids := make([]int64, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	seen, err := c.Store.SeriesPage(c.Ctx(), track.SeriesQuery{
		Scope: c.Scope(), IDs: ids, Paging: track.Paging{Limit: len(ids)},
	})
	if err != nil {
		return err
	}
	visible := map[int64]bool{}
	for _, r := range seen.Rows {
		visible[r.ID] = true
	}
	for i := range all {
		if s := &all[i]; visible[s.ID] {
			v := version{Name: fmt.Sprintf("v%d", s.Version), At: c.seriesAt(s.ID), When: c.moment(s.Date),
				Current: s.ID == series}
			if !v.Current {
				v.Diff = fmt.Sprintf("%sdiff/%d/", c.seriesAt(max(s.ID, series)), min(s.ID, series))
			}
			if s.PartOf != 0 {
				v.Name += " (sent again)"
			}
			out.Versions = append(out.Versions, v)
		}
	}
	tellApart(out.Versions)
	return nil
}

// earlier fills in the versions before this one that the viewer sees.
func (c *call) earlier(out *letterPage, series int64) error {
	ids, err := c.Store.Earlier(c.Ctx(), series)
	if err != nil || len(ids) == 0 {
		return err
	}
	page, err := c.Store.SeriesPage(c.Ctx(), track.SeriesQuery{
		Scope: c.Scope(), IDs: ids, Paging: track.Paging{Limit: len(ids)},
	})
	if err != nil {
		return err
	}
	order.By(page.Rows, func(a, b track.SeriesRow) int {
		return cmp.Compare(slices.Index(ids, a.ID), slices.Index(ids, b.ID))
	})
	for i := range page.Rows {
		s := &page.Rows[i]
		out.Earlier = append(out.Earlier, version{
			Name: fmt.Sprintf("v%d", s.Version), At: c.seriesAt(s.ID), When: c.moment(s.Date),
			Diff: fmt.Sprintf("%sdiff/%d/", c.seriesAt(series), s.ID),
		})
	}
	return nil
}

// body is the text of a comment.
func (c *comment) body() template.HTML { return mailtext.HTML(c.blocks) }

// indent is how far a comment is to the right, in steps of which there are few.
func (c *comment) indent() int { return min(c.Depth, 8) }

// attached are the names of its parts.
func (c *comment) attached() []string { return c.said.Attached }

// sender is what the sender of a comment is called.
func (c *comment) sender() string {
	return mailtext.Visible(cmp.Or(c.Submitter.Name, c.Submitter.Email))
}

// message is the text before the diff, with the remarks on it.
func (w *coder) message(d *diffview.Doc) (out template.HTML, rest []diffview.Part) {
	for i, p := range d.Parts {
		if p.File != nil {
			return out, d.Parts[i:]
		}
		out += w.words(d, p.Begin, p.End)
	}
	return out, nil
}
