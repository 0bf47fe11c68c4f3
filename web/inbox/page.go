package inbox

import (
	"embed"
	"sync"

	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/site"
)

//go:embed *.tmpl
var files embed.FS

var templates = sync.OnceValue(func() layout.Pages {
	return layout.MustParse(files, "*.tmpl", nil)
})

const htmlType = "text/html; charset=utf-8"

// framed is a pointer to a struct that embeds layout.Page.
type framed interface{ Frame() *layout.Page }

// render makes a page inside the frame.
func (c *call) render(template string, page framed) (*site.Answer, error) {
	f := page.Frame()
	f.Prefix = c.serverPrefix()
	if u := c.Viewer.User; u != nil {
		f.User, f.Admin = u.Name, u.Admin
	}
	if c.of != nil {
		f.Bar = c.Bar(c.of, c.listName(), layout.Mail)
	} else {
		f.Up = []layout.Link{{Text: c.listName(), URL: c.serverPrefix() + c.base()}}
	}
	f.Search = c.serverPrefix() + c.base()
	body, err := templates().Render(template, page)
	if err != nil {
		return nil, err
	}
	return &site.Answer{Body: body, Header: [][2]string{{"Content-Type", htmlType}}}, nil
}

// listName is what people call the list.
func (c *call) listName() string {
	if c.of == nil {
		return "All lists"
	}
	if name := mailtext.Visible(c.of.Name); name != "" {
		return name
	}
	return mailtext.Visible(c.of.LinkName)
}

// listTitle is the title of the page of the list. The frame says already which project it is of.
func (c *call) listTitle() string {
	if c.of != nil {
		return "Mail"
	}
	return c.listName()
}

// row is a mail in an overview of a thread.
type row struct {
	URL     string // empty: it is missing
	Subject string // empty: that of the row before
	From    string
	Sent    layout.Moment
	MsgID   string // of one that is missing
	Depth   int
	Current bool
}

// mostDepth is how far rows are indented.
const mostDepth = 12

// rows are those of an overview. here says where a row of a mail leads.
func (c *call) rows(mails []track.ArchivedMail, current string, here func(*track.ArchivedMail) string) []row {
	all := inTree(mails)
	out := make([]row, len(all))
	before := ""
	for i, n := range all {
		r := &out[i]
		r.Depth = min(n.depth, mostDepth)
		if n.mail == nil {
			r.MsgID = mailtext.Visible(n.msgID)
			continue
		}
		r.URL, r.From, r.Sent = here(n.mail), sender(n.mail.Sender), c.moment(n.mail.Date)
		r.Current = n.msgID == current
		if s := subject(n.mail.Name); s != before {
			r.Subject, before = s, s
		}
	}
	return out
}
