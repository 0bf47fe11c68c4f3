package admin

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"patchwatch/db/engine"
	"patchwatch/internal/order"
	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/site"
)

// logPage shows who decided what, newest first.
type logPage struct {
	layout.Page
	Who     string
	Entries []logRow
	Newest  string // the page with the newest entries; empty: it is this one
	Older   string
}

type logRow struct {
	When          layout.Moment
	Who, WhoURL   string
	What          string
	Before, After string
	Project, Mail layout.Link
}

const logPerPage = 100

func (c *call) log() (*shown, error) {
	q := c.R.URL.Query()
	below, _ := strconv.ParseInt(q.Get("below"), 10, 64) // what is no number begins with the newest
	p := &logPage{Page: layout.Page{Title: "Log of decisions"}, Who: q.Get("who")}
	all, err := c.Store.Log(c.Ctx(), engine.LogQuery{
		Actor: track.Actor(p.Who), Below: max(below, 0), Most: logPerPage + 1,
	})
	if err != nil {
		return nil, err
	}
	own := url.Values{}
	if p.Who != "" {
		own.Set("who", p.Who)
	}
	if below > 0 {
		p.Newest = "?" + own.Encode()
	}
	if len(all) > logPerPage {
		all = all[:logPerPage]
		own.Set("below", strconv.FormatInt(all[logPerPage-1].ID, 10))
		p.Older = "?" + own.Encode()
	}
	p.Next = p.Older
	p.Who = mailtext.Visible(p.Who)
	hidden, err := c.hiddenIn(all)
	if err != nil {
		return nil, err
	}
	for i := range all {
		p.Entries = append(p.Entries, c.logRow(&all[i], hidden))
	}
	return &shown{template: "log", page: p}, nil
}

func (c *call) logRow(e *engine.LogEntry, hidden map[engine.Name]bool) logRow {
	who := url.Values{"who": {string(e.Actor)}}
	row := logRow{
		When: layout.MomentOf(e.Time, c.Now), Who: mailtext.Visible(string(e.Actor)), WhoURL: "?" + who.Encode(),
		What: mailtext.Visible(e.What), Before: c.withoutHidden(e, e.Before, hidden),
		After: c.withoutHidden(e, e.After, hidden), Project: layout.Link{Text: mailtext.Visible(e.Project)},
	}
	if of := c.World.ProjectCalled(e.Project); of != nil {
		row.Project.URL = layout.Prefix(c.Links.Base) + "/project/" + url.PathEscape(of.LinkName) + "/"
	}
	if e.MsgID == "" {
		return row
	}
	row.Mail.Text = c.withoutHidden(e, e.MsgID, hidden)
	if row.Mail.Text == mailtext.Visible(e.MsgID) {
		row.Mail.URL = layout.Prefix(c.Links.Base) + "/r/" + string(site.Escape(nil, site.BareID(e.MsgID))) + "/"
	}
	return row
}

// What is hidden is nowhere, and its Message-ID may be what somebody does not want to be seen. The log at a shell has
// it.

var messageID = regexp.MustCompile(`<[^<>\s]+>`)

const hiddenMail = "(a hidden mail)"

// hiddenIn finds the hidden mails that some entries name.
func (c *call) hiddenIn(all []engine.LogEntry) (map[engine.Name]bool, error) {
	var names []engine.Name
	for i := range all {
		e := &all[i]
		for _, text := range []string{e.MsgID, e.Before, e.After} {
			for _, id := range messageID.FindAllString(text, -1) {
				names = append(names, c.namesOf(e, id)...)
			}
		}
	}
	order.By(names, engine.Name.Compare)
	return c.Store.HiddenOf(c.Ctx(), slices.Compact(names))
}

// namesOf are what a mail may be called that an entry names. The project may have another link name by now.
func (c *call) namesOf(e *engine.LogEntry, id string) (names []engine.Name) {
	if of := c.World.ProjectCalled(e.Project); of != nil {
		return []engine.Name{{Project: of.ID, MsgID: id}}
	}
	for i := range c.World.Projects {
		names = append(names, engine.Name{Project: c.World.Projects[i].ID, MsgID: id})
	}
	return names
}

func (c *call) withoutHidden(e *engine.LogEntry, text string, hidden map[engine.Name]bool) string {
	return mailtext.Visible(messageID.ReplaceAllStringFunc(text, func(id string) string {
		for _, n := range c.namesOf(e, id) {
			if hidden[n] {
				return hiddenMail
			}
		}
		return id
	}))
}
