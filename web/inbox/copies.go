package inbox

import (
	"html/template"
	"slices"
	"strings"

	"patchwatch/track"
	"patchwatch/track/rangediff"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/site"
)

// What is compared at most: the bytes that strangers send under one Message-ID have no bound of their own.
const (
	mostCopies      = 10
	mostCopiedLines = 5000
)

// copiesPage says what differs between the mails of one Message-ID.
type copiesPage struct {
	layout.Page
	Mail   layout.Link // that stands for them
	Copies []shownCopy
	More   bool // there are others
}

// shownCopy is another mail of the same Message-ID, by how its lines differ.
type shownCopy struct {
	Name    string
	List    layout.Link // empty: it is in the same list
	Lines   template.HTML
	TooLong bool
}

// copyOf is a mail of the same Message-ID.
type copyOf struct {
	mail, project int64
	delivered     string
}

func (c *call) differences() (*site.Answer, error) {
	m, err := c.mail()
	if err != nil {
		return nil, err
	}
	others, err := c.others(m)
	if err != nil {
		return nil, err
	}
	p := &copiesPage{
		Page: layout.Page{Title: "Mails of one Message-ID"}, Mail: layout.Link{Text: mailtext.Visible(m.MsgID),
			URL: c.url(m)},
		More: len(others) > mostCopies,
	}
	others = others[:min(len(others), mostCopies)]
	ids := []int64{m.Mail}
	for _, o := range others {
		ids = append(ids, o.mail)
	}
	var first []string
	err = c.Store.Raws(c.Ctx(), ids, func(mail int64, raw []byte) error {
		lines := linesOf(raw)
		if mail == m.Mail {
			first = lines
			return nil
		}
		i := slices.IndexFunc(others, func(o copyOf) bool { return o.mail == mail })
		p.Copies = append(p.Copies, c.compared(&others[i], first, lines))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c.render("copies", p)
}

// others are the other mails of a Message-ID: those that were delivered with other bytes, then those of other lists.
func (c *call) others(m *track.ArchivedMail) (out []copyOf, err error) {
	add := func(mail, project int64) error {
		copies, err := c.Store.Copies(c.Ctx(), mail)
		for _, o := range copies {
			if o.ID != m.Mail {
				out = append(out, copyOf{o.ID, project, longWithAge(c.moment(o.Delivered))})
			}
		}
		return err
	}
	if err := add(m.Mail, m.Project); err != nil {
		return nil, err
	}
	all, err := c.copies(m.MsgID)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if o := &all[i]; o.Project != m.Project && !o.Hidden && o.MsgID == m.MsgID && len(out) <= mostCopies {
			if err := add(o.Mail, o.Project); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// compared says how the lines of a copy differ from those of the mail that stands for all.
func (c *call) compared(o *copyOf, first, lines []string) shownCopy {
	s := shownCopy{Name: "Delivered " + o.delivered}
	if p := c.World.Project(o.project); p != nil && p != c.of {
		s.List = layout.Link{Text: mailtext.Visible(p.LinkName), URL: c.serverPrefix() + c.listOf(p.ID)}
	}
	if s.TooLong = len(first) > mostCopiedLines || len(lines) > mostCopiedLines; s.TooLong {
		return s
	}
	var out []byte
	for _, h := range rangediff.Texts(first, lines) {
		out = append(out, "<tr class=\"hunk\"><td>@@</td></tr>\n"...)
		for _, l := range h.Lines {
			out = append(out, "<tr"...)
			switch l.Op {
			case '-':
				out = append(out, ` class="del"`...)
			case '+':
				out = append(out, ` class="add"`...)
			}
			out = append(append(out, "><td>"...), l.Op)
			out = append(mailtext.AppendLine(out, l.Text), "</td></tr>\n"...)
		}
	}
	s.Lines = template.HTML(out)
	return s
}

func linesOf(raw []byte) []string {
	text := strings.ReplaceAll(string(raw), "\r\n", "\n")
	if first, rest, ok := strings.Cut(text, "\n"); ok && strings.HasPrefix(first, "From ") {
		text = rest
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}
