package admin

import (
	"fmt"
	"time"

	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
)

// overviewPage says what waits, and what a person should look after.
type overviewPage struct {
	layout.Page
	Alarms   []layout.Link
	Maildirs []maildirRow
	Facts    []fact
	Unknown  bool // nothing is known of the machine
}

type fact struct{ Name, Text string }

type maildirRow struct {
	Path, Problem  string
	Host           string // where several have one database
	Other          bool   // it is another host's, whose files are out of reach
	Waiting, Odd   int
	Oldest         layout.Moment
	Failed         int
	LastMail, Seen layout.Moment
}

// tooLong is how long a mail may wait, and a Maildir go unseen, until a person should look after it.
const tooLong = 10 * time.Minute

func (c *call) overview() (*shown, error) {
	p := &overviewPage{Page: layout.Page{Title: "Administration"}, Unknown: c.Host == nil}
	if c.Host != nil {
		r, err := c.Host.Report(c.Ctx())
		if err != nil {
			return nil, err
		}
		for i := range r.Maildirs {
			p.addMaildir(c, &r.Maildirs[i])
		}
		p.addDatabase(c, &r)
	}
	hooks, err := c.Store.HooksWaiting(c.Ctx())
	if err != nil {
		return nil, err
	}
	p.addHooks(c, hooks)
	return &shown{template: "overview", page: p}, nil
}

func (p *overviewPage) alarm(url, format string, args ...any) {
	p.Alarms = append(p.Alarms, layout.Link{Text: mailtext.Visible(fmt.Sprintf(format, args...)), URL: url})
}

func (p *overviewPage) addMaildir(c *call, m *Maildir) {
	row := maildirRow{
		Path: mailtext.Visible(m.Path), Waiting: m.Waiting, Odd: m.Odd, Oldest: layout.MomentOf(m.Oldest, c.Now),
		Failed: m.Failed, LastMail: layout.MomentOf(m.LastMail, c.Now), Seen: layout.MomentOf(m.LastScan, c.Now),
	}
	row.Host, row.Other = mailtext.Visible(m.Host), !m.Seen.IsZero()
	name := m.Path
	if m.Host != "" {
		name += " on " + m.Host
	}
	switch {
	case m.Silent:
		row.Problem = "nothing was heard of this host since then"
		p.alarm("", "Nothing was heard of %s, which watches %s, since %s.", m.Host, m.Path,
			m.Seen.UTC().Format("2 Jan 2006 15:04 UTC"))
	case m.Error != "":
		row.Problem = mailtext.Visible(m.Error)
		p.alarm("", "%s cannot be read: %s", name, m.Error)
	case m.Paused != "":
		row.Problem = "no mail is taken: " + mailtext.Visible(m.Paused)
		p.alarm("", "No mail is taken from %s: %s", name, m.Paused)
	case m.Stuck != "":
		row.Problem = "mail stays in new: " + mailtext.Visible(m.Stuck)
		p.alarm("", "Mail stays in new of %s: %s", name, m.Stuck)
	case !m.Oldest.IsZero() && c.Now.Sub(m.Oldest) > tooLong:
		p.alarm("", "A mail has waited in %s since %s.", name, m.Oldest.UTC().Format("2 Jan 2006 15:04 UTC"))
	}
	switch {
	case m.Failed > 0 && row.Other:
		p.alarm("", "%s in %s could not be read; patchwatch failed list says why there.", count(m.Failed, "mail"), name)
	case m.Failed > 0:
		p.alarm(c.at("failed/"), "%s in %s could not be read.", count(m.Failed, "mail"), name)
	}
	if row.Other {
		row.Seen = layout.MomentOf(m.Seen, c.Now)
	}
	p.Maildirs = append(p.Maildirs, row)
}

func (p *overviewPage) addDatabase(c *call, r *Report) {
	if r.Unfinished > 0 {
		p.alarm("", "Projects or rules were changed, and %s are still to follow.", count(r.Unfinished, "mail"))
	}
	if r.Outdated {
		p.alarm("", "Mail was read by an older patchwatch, which read less of it: "+
			"patchwatch rebuild --reparse reads it anew.")
	}
	if r.ListsFull {
		p.alarm(c.at("lists/"), "No more lists are tracked by themselves.")
	}
	p.Facts = []fact{
		{"Database", mailtext.Visible(r.Database)},
		{"Size", fmt.Sprintf("%s, and %s in the log beside it; %s", size(r.Bytes), size(r.LogBytes), r.Engine)},
		{"Mail", fmt.Sprintf("%s in %s", count(r.Mails, "mail"), count(r.Projects, "project"))},
		{"Patches", fmt.Sprintf("%s in %d series", count(r.Patches, "patch"), r.Series)},
		{"Of no list", count(r.Unrouted, "mail")},
	}
	if r.NotIndexed > 0 {
		p.Facts = append(p.Facts, fact{"Search", count(int(r.NotIndexed), "mail") + " cannot be found yet"})
	}
}

func (p *overviewPage) addHooks(c *call, all []track.HookWaiting) {
	for i := range all {
		h := &all[i]
		switch {
		case !h.GivenUp.IsZero():
			p.alarm(c.at("hooks/"), "Hook %d was given up: %s", h.ID, h.Fault)
		case h.Failures > 0:
			p.alarm(c.at("hooks/"), "Hook %d fails: %s", h.ID, h.Fault)
		}
	}
}
