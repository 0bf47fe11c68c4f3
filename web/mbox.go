package web

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"patchwatch/ingest"
	"patchwatch/track"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
)

// file is an answer that programs save. They take the name from the header as it stands, so it is not quoted, and has
// nothing that would need it; what they cut off its end is ending.
func file(body []byte, kind, name, ending string, about ...int64) *site.Answer {
	return &site.Answer{Body: body, About: about, Header: [][2]string{
		{"Content-Type", kind}, {"Content-Disposition", "attachment; filename=" + fileName(name) + ending},
	}}
}

const mboxType = "text/plain; charset=utf-8"

var notInNames = regexp.MustCompile(`[^-_A-Za-z0-9.]+`)

// fileName makes the name of a file of that of a patch, as Patchwork does; no dot begins it.
func fileName(name string) string {
	const most = 200 // bytes: file systems take 255
	name = strings.TrimRight(strings.TrimLeft(notInNames.ReplaceAllString(name, "-"), "-."), "-")
	if len(name) > most {
		name = strings.TrimRight(name[:most], "-.")
	}
	if name == "" {
		return "patch"
	}
	return name
}

// patchMbox is a patch for git am. With ?series= the patches before it in its series come first.
func (c *call) patchMbox() (*site.Answer, error) {
	row, p, err := c.Patch()
	if err != nil {
		return nil, err
	}
	rows := []track.PatchRow{row}
	if of := c.R.URL.Query().Get("series"); of != "" {
		if rows, err = c.before(&row, of); err != nil {
			return nil, err
		}
	}
	body, err := c.mbox(rows)
	if err != nil {
		return nil, err
	}
	return file(body, mboxType, row.Name, ".patch", p.ID), nil
}

// before are the patches of a series up to this one: of that number, or, for "*", of its own.
func (c *call) before(row *track.PatchRow, of string) ([]track.PatchRow, error) {
	id := row.Series.ID
	if id == 0 {
		return nil, &visit.Refusal{Status: 404, Detail: "This patch is in no series."}
	}
	if of != "*" {
		asked, err := strconv.ParseInt(of, 10, 64)
		if err != nil {
			return nil, visit.ErrNotFound
		}
		id = asked
	}
	s, err := c.Site.Store.SeriesRow(c.Ctx(), id, c.Scope())
	if err != nil {
		return nil, err
	}
	if s.ID != row.Series.ID {
		return nil, &visit.Refusal{Status: 404, Detail: "This patch is not in that series."}
	}
	var ids []string
	for _, m := range s.Patches {
		ids = append(ids, m.MsgID)
		if m.ID == row.ID {
			break
		}
	}
	return c.Listed(row.Project, ids)
}

// seriesMbox has the patches of a series as it was sent; with ?current=1 as it now stands.
func (c *call) seriesMbox() (*site.Answer, error) {
	s, err := c.Series()
	if err == nil && c.R.URL.Query().Get("current") == "1" {
		s, err = c.Site.Store.SeriesRowNow(c.Ctx(), s.ID, c.Scope())
	}
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, m := range s.Patches {
		ids = append(ids, m.MsgID)
	}
	rows, err := c.Listed(s.Project, ids)
	if err != nil {
		return nil, err
	}
	body, err := c.mbox(rows)
	if err != nil {
		return nil, err
	}
	return file(body, mboxType, s.Name, ".patch", s.Project), nil
}

func (c *call) bundleMbox() (*site.Answer, error) {
	b, err := c.Bundle()
	if err != nil {
		return nil, err
	}
	rows, err := c.Listed(b.Project, b.Patches)
	if err != nil {
		return nil, err
	}
	body, err := c.mbox(rows)
	if err != nil {
		return nil, err
	}
	return file(body, mboxType, fmt.Sprintf("bundle-%d-%s", b.ID, b.Name), ".mbox", b.Project), nil
}

// mbox writes patches one after the other, with the trailers that replies gave.
func (c *call) mbox(rows []track.PatchRow) (out []byte, err error) {
	mails := make([]int64, len(rows))
	for i := range rows {
		mails[i] = rows[i].Mail
	}
	trailers, err := c.Site.Store.Trailers(c.Ctx(), mails)
	if err != nil {
		return nil, err
	}
	next := rows
	err = c.Site.Store.Raws(c.Ctx(), mails, func(_ int64, raw []byte) (err error) {
		r := &next[0]
		next = next[1:]
		delegate := r.Delegate
		if u := c.World.Owner(delegate); u != nil && u.Email() != "" {
			delegate = u.Email()
		}
		out, err = appendMail(out, &r.MailBrief, r.Mail, raw, &r.Submitter, delegate, trailers[r.Mail].Given)
		return err
	})
	return out, err
}

func appendMail(
	out []byte, m *track.MailBrief, mail int64, raw []byte, by *track.PersonView, delegate string, given []track.Trailer,
) ([]byte, error) {
	view := track.MailView{ID: m.ID, MsgID: m.MsgID, Date: m.Date, Submitter: track.Person{Name: by.Name, Email: by.Email}}
	text, err := ingest.AppendTracked(out, view, delegate, raw, given)
	if err != nil {
		return nil, fmt.Errorf("mail %d: %w", mail, err)
	}
	return text, nil
}

func (c *call) coverMbox() (*site.Answer, error) {
	row, p, err := c.Cover()
	if err != nil {
		return nil, err
	}
	raw, err := c.Site.Store.Raw(c.Ctx(), row.Mail)
	if err != nil {
		return nil, err
	}
	body, err := appendMail(nil, &row.MailBrief, row.Mail, raw, &row.Submitter, "", nil)
	if err != nil {
		return nil, err
	}
	return file(body, mboxType, row.Name, ".mbox", p.ID), nil
}

// patchDiff is the diff and nothing else.
func (c *call) patchDiff() (*site.Answer, error) {
	row, p, err := c.Patch()
	if err != nil {
		return nil, err
	}
	raw, err := c.Site.Store.Raw(c.Ctx(), row.Mail)
	if err != nil {
		return nil, err
	}
	m, err := ingest.Parse(raw)
	if err != nil {
		return nil, visit.ErrNotFound
	}
	return file([]byte(m.Diff), "text/x-patch", row.Name, ".diff", p.ID), nil
}
