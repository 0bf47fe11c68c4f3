package inbox

import (
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"patchwatch/ingest"
	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/site"
)

// mostText is how many bytes of a mail's text a page shows. Further pages have the others.
const mostText = 512 << 10

// shownMail is a mail as a page shows it.
type shownMail struct {
	Anchor  string // by which links lead to it within a page
	Subject string
	Fields  []field // From, To, Cc, Date, Message-ID
	From    string
	Sent    layout.Moment
	URL     string // its page; with the server's prefix, as are the others
	Raw     string
	Thread  string // flat, at this mail
	Patch   layout.Link
	Depth   int
	Asked   bool // the URL names this one
	Fold    layout.Fold

	Text  template.HTML
	Rest  string // where the text goes on; empty: this is its end
	Files []layout.Link
	size  int
}

// field is a line of a header.
type field struct{ Label, Text string }

// anchor names a mail within a page, as public-inbox does.
func anchor(msgID string) string {
	sum := sha1.Sum([]byte(site.BareID(msgID)))
	return "m" + hex.EncodeToString(sum[:])
}

// show makes a page's view of a mail from its bytes, with its text from a byte on.
func (c *call) show(m *track.ArchivedMail, raw []byte, from int) *shownMail {
	url := c.url(m)
	s := &shownMail{
		Anchor: anchor(m.MsgID), Subject: subject(m.Name), From: sender(m.Sender), Sent: c.moment(m.Date),
		URL: url, Raw: url + "raw",
		Thread: url + "T/#" + anchor(m.MsgID), Patch: c.patchLink(m),
	}
	add := func(label, text string) {
		if text = mailtext.Visible(text); text != "" {
			s.Fields = append(s.Fields, field{label, text})
		}
	}
	t, err := ingest.ReadTexts(raw)
	if err != nil { // it could be read when it was stored
		t = &track.Texts{}
	}
	first := func(of []string) string {
		if len(of) == 0 {
			return ""
		}
		return of[0]
	}
	if full := mailtext.Visible(first(t.Subjects)); full != "" {
		s.Subject = full
	}
	add("From", cmp.Or(first(t.From), s.From))
	add("To", shorten(first(t.To)))
	add("Cc", shorten(first(t.Cc)))
	add("Date", longWithAge(s.Sent))
	add("Message-ID", m.MsgID)
	s.fill(t.Parts, from)
	return s
}

func (c *call) moment(at time.Time) layout.Moment { return layout.MomentOf(at, c.Now) }

// longWithAge is a moment as a line of text.
func longWithAge(m layout.Moment) string {
	if age := m.Age(); age != "" {
		return m.Long() + " (" + age + ")"
	}
	return m.Long()
}

// shorten cuts what names a hundred people.
func shorten(text string) string {
	const most = 2000
	if len(text) <= most {
		return text
	}
	end := strings.LastIndexByte(text[:most], ',')
	if end < 0 {
		end = most
	}
	return strings.ToValidUTF8(text[:end], "") + ", …"
}

// fill shows the text of parts from a byte on, and links to those that are files.
func (s *shownMail) fill(parts []track.TextPart, from int) {
	var html []byte
	skip := from
	for i := range parts {
		p := &parts[i]
		if p.FileName != "" || p.Text == "" && len(parts) > 1 {
			name := fmt.Sprintf("%d-%s", i+1, fileName(p.FileName))
			shown := cmp.Or(mailtext.Visible(p.FileName), "a part without a name")
			s.Files = append(s.Files, layout.Link{Text: shown, URL: s.URL + string(site.Escape(nil, name))})
		}
		text := p.Text[min(skip, len(p.Text)):]
		if skip -= len(p.Text) - len(text); s.Rest != "" {
			continue
		}
		if s.size+len(text) > mostText {
			text = cutText(text, mostText-s.size)
			s.Rest = fmt.Sprintf("%s?o=%d", s.URL, from+s.size+len(text))
		}
		s.size += len(text)
		html = mailtext.Append(html, mailtext.Read(text))
	}
	s.Text = template.HTML(html)
}

// cutText cuts a text at the end of a line; or, of one that fills a page alone, in it.
func cutText(text string, most int) string {
	most = max(most, 0)
	if end := strings.LastIndexByte(text[:most], '\n'); end >= 0 || most < mostText {
		return text[:end+1]
	}
	for most > mostText-utf8.UTFMax && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

// fileName is the name of an attachment as a URL has it.
func fileName(name string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '_', r == '.':
			return r
		}
		return '-'
	}, name)
	if clean = strings.Trim(clean, "-."); len(clean) > 100 {
		clean = clean[len(clean)-100:]
	}
	return cmp.Or(clean, "part.bin")
}

func subject(name string) string { return cmp.Or(mailtext.Visible(name), "(no subject)") }

func sender(p track.Person) string {
	return cmp.Or(mailtext.Visible(cmp.Or(p.Name, p.Email)), "(nobody)")
}

// url is the page of a mail in the list that is being read.
func (c *call) url(m *track.ArchivedMail) string { return c.serverPrefix() + at(c.base(), m.MsgID) }

// base is the path of the list that is being read.
func (c *call) base() string { return c.prefix }

func (c *call) serverPrefix() string { return layout.Prefix(c.Links.Base) }

// patchLink leads to what the tracker knows of a mail; its URL is empty where that is nothing.
func (c *call) patchLink(m *track.ArchivedMail) layout.Link {
	p := c.World.Project(m.Project)
	if p == nil {
		return layout.Link{}
	}
	here := site.Links{Base: c.serverPrefix()}
	switch m.Role {
	case track.RolePatch:
		return layout.Link{Text: "Patch", URL: string(here.Patch(nil, p, m.MsgID))}
	case track.RoleCover:
		return layout.Link{Text: "Cover letter", URL: string(here.Cover(nil, p, m.MsgID))}
	case track.RoleComment:
		return layout.Link{Text: "Comment", URL: string(here.Comment(nil, m.ID))}
	}
	return layout.Link{}
}

// showAll reads mails and shows them, in this order, as long as the texts together are not too large for a page: then
// fewer come back.
func (c *call) showAll(mails []track.ArchivedMail, most int) (out []*shownMail, err error) {
	return c.showFrom(mails, most, 0)
}

// showFrom is showAll with the texts from a byte on.
func (c *call) showFrom(mails []track.ArchivedMail, most, from int) (out []*shownMail, err error) {
	ids := make([]int64, len(mails))
	for i := range mails {
		ids[i] = mails[i].Mail
	}
	size := 0
	err = c.Store.Raws(c.Ctx(), ids, func(_ int64, raw []byte) error {
		s := c.show(&mails[len(out)], raw, from)
		out = append(out, s)
		if size += s.size; size > most {
			return errEnough
		}
		return nil
	})
	if err == errEnough {
		err = nil
	}
	return out, err
}

// number reads a number in the query; 0 if there is none, or it is nonsense.
func (c *call) number(name string) int {
	n, err := strconv.Atoi(c.R.URL.Query().Get(name))
	if err != nil || n < 0 || n > 1<<30 {
		return 0
	}
	return n
}
