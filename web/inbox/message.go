package inbox

import (
	"net/url"
	"strings"

	"patchwatch/ingest"
	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
)

// mostInOverview is how many mails of a thread are listed below a mail.
const mostInOverview = 200

// messagePage is the page of one mail.
type messagePage struct {
	layout.Page
	Mail    *shownMail
	Rows    []row
	More    bool // the thread is longer
	Thread  string
	Nested  string
	Mbox    string
	Atom    string
	Copies  string        // what differs between mails of this Message-ID, if there are several
	Lists   []layout.Link // other lists that have it
	ReplyTo string        // a mailto: URL
	InReply string        // the Message-ID, for a reply by hand; empty: no shell should read it
}

func (c *call) message() (*site.Answer, error) {
	m, err := c.mail()
	if err != nil {
		return nil, err
	}
	shown, err := c.showFrom([]track.ArchivedMail{*m}, mostText, c.number("o"))
	if err != nil {
		return nil, err
	}
	thread, more, err := c.thread(m, mostInOverview)
	if err != nil {
		return nil, err
	}
	url := c.url(m)
	p := &messagePage{
		Page: layout.Page{Title: shown[0].Subject}, Mail: shown[0], More: more, Thread: url + "T/#u", Nested: url + "t/#u",
		Mbox: url + "t.mbox.gz", Atom: url + "t.atom", InReply: quotable(site.BareID(m.MsgID)),
		ReplyTo: replyTo(m, shown[0].Subject),
	}
	p.Rows = c.rows(thread, m.MsgID, c.url)
	if p.Lists, err = c.otherLists(m); err != nil {
		return nil, err
	}
	if others, err := c.others(m); err != nil {
		return nil, err
	} else if len(others) > 0 {
		p.Copies = url + "d/"
	}
	return c.render("message", p)
}

// otherLists leads to the same mail on other lists.
func (c *call) otherLists(m *track.ArchivedMail) (out []layout.Link, err error) {
	all, err := c.copies(m.MsgID)
	for i := range all {
		if p := c.World.Project(all[i].Project); p != nil && p != c.of && !all[i].Hidden && all[i].MsgID == m.MsgID {
			name := mailtext.Visible(p.LinkName)
			out = append(out, layout.Link{Text: name, URL: c.serverPrefix() + at(c.listOf(p.ID), m.MsgID)})
		}
	}
	return out, err
}

// quotable is an id as it can stand between quotes in a command that people copy; empty if it can't.
func quotable(id string) string {
	for _, r := range id {
		if r <= ' ' || r >= 0x7f || r == '\'' || r == '\\' {
			return ""
		}
	}
	return id
}

// replyTo opens a mail program with an answer.
func replyTo(m *track.ArchivedMail, subject string) string {
	q := url.Values{"In-Reply-To": {m.MsgID}, "Subject": {"Re: " + subject}}
	u := url.URL{Scheme: "mailto", Opaque: url.PathEscape(m.Sender.Email)}
	u.RawQuery = strings.ReplaceAll(q.Encode(), "+", "%20") // RFC 6068 has no other form of a space
	return u.String()
}

// attachment is a part of a mail: "2-NAME" is the second one, whatever the name is.
func (c *call) attachment() (*site.Answer, error) {
	m, err := c.mail()
	if err != nil {
		return nil, err
	}
	var leaf *ingest.Leaf
	if err := c.Store.Raws(c.Ctx(), []int64{m.Mail}, func(_ int64, raw []byte) (err error) {
		leaf, err = ingest.ReadLeaf(raw, attachmentNumber(c.segments[len(c.segments)-1]))
		return err
	}); err != nil {
		return nil, err
	}
	if leaf == nil {
		return nil, visit.ErrNotFound
	}
	header := [][2]string{{"Content-Type", "application/octet-stream"}, {"Content-Security-Policy", sandbox}}
	if leaf.Text {
		header[0][1] = rawType
	} else {
		header = append(header, [2]string{"Content-Disposition", "attachment; filename=" + fileName(leaf.FileName)})
	}
	return &site.Answer{Body: leaf.Body, Header: header}, nil
}

func attachmentNumber(name string) (n int) {
	for i := 0; i < len(name) && '0' <= name[i] && name[i] <= '9' && n < 1_000_000; i++ {
		n = 10*n + int(name[i]-'0')
	}
	return n
}
