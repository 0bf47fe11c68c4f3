package inbox

import (
	"fmt"

	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/site"
)

// A page of a thread has so many mails, and so many bytes of their texts. Further pages have the others.
const (
	mostOnPage    = 200
	mostPageBytes = 2 << 20
)

// wholePage is a thread with the text of its mails.
type wholePage struct {
	layout.Page
	Mails     []*shownMail
	Rows      []row
	Count     int
	More      bool // there are more mails than were counted
	Nested    bool
	New       bool   // it is no thread, but the newest mails of a list
	Other     string // the same in the other form
	Mbox      string
	Atom      string
	From      int // the number of the first mail that is shown, from 1
	Through   int
	Next, Top string // further pages, and the first one
}

// flat shows a thread in the order of time, nested in that of answers.
func (c *call) flat() (*site.Answer, error)   { return c.whole(false) }
func (c *call) nested() (*site.Answer, error) { return c.whole(true) }

func (c *call) whole(nested bool) (*site.Answer, error) {
	m, err := c.mail()
	if err != nil {
		return nil, err
	}
	all, more, err := c.thread(m, mostInThread)
	if err != nil {
		return nil, err
	}
	url, form, other := c.url(m), "T/", "t/"
	if nested {
		form, other = other, form
	}
	p := &wholePage{
		Page:  layout.Page{Title: subject(all[0].Name), Wide: true},
		Count: len(all), More: more, Nested: nested, Other: url + other + "#u", Mbox: url + "t.mbox.gz", Atom: url + "t.atom",
	}
	depth := map[string]int{}
	if nested {
		all, depth = inOrderOfTree(all)
	}
	from := min(c.number("o"), len(all))
	page := all[from:min(from+mostOnPage, len(all))]
	if p.Mails, err = c.showAll(page, mostPageBytes); err != nil {
		return nil, err
	}
	depths := make([]int, len(p.Mails))
	for i, s := range p.Mails {
		depths[i] = depth[page[i].MsgID]
		s.Depth, s.Asked = min(depths[i], mostDepth), page[i].MsgID == m.MsgID
	}
	if nested {
		for i, f := range layout.Folds(depths) {
			f.Class = fmt.Sprint("d", p.Mails[i].Depth)
			p.Mails[i].Fold = f
		}
	}
	p.From, p.Through = from+1, from+len(p.Mails)
	if p.Through < len(all) {
		p.Next = fmt.Sprintf("%s%s?o=%d", url, form, p.Through)
	}
	if from > 0 {
		p.Top = url + form
	}
	if len(all) <= mostOnPage {
		p.Rows = c.rows(all, m.MsgID, func(m *track.ArchivedMail) string { return "#" + anchor(m.MsgID) })
	}
	return c.render("whole", p)
}

// inOrderOfTree puts mails into the order of their tree, and says how deep each is.
func inOrderOfTree(mails []track.ArchivedMail) (out []track.ArchivedMail, depth map[string]int) {
	out, depth = make([]track.ArchivedMail, 0, len(mails)), map[string]int{}
	for _, n := range inTree(mails) {
		if n.mail != nil {
			out = append(out, *n.mail)
			depth[n.msgID] = n.depth
		}
	}
	return out, depth
}
