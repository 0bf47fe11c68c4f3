package inbox

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"patchwatch/internal/order"
	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/site"
)

// mostRecent is how many of the newest mails a list's page is made of, and mostTopics how many threads a feed has.
const (
	mostRecent = 200
	mostTopics = 50
)

// topic is a thread, as far as it is among the mails that were looked at.
type topic struct {
	Subject     string
	URL         string
	From        string
	Count       int
	first, last *track.ArchivedMail
	Last        layout.Moment // the newest mail
}

// listPage is the page of a list.
type listPage struct {
	layout.Page
	Topics       []topic
	Older, Newer string
	List         string // the path of the list
	Atom         string
	Active       bool // by the newest mails; otherwise by when threads began
}

func (c *call) topics() (*site.Answer, error)       { return c.topicsPage(true, "new.atom") }
func (c *call) topicsNew() (*site.Answer, error)    { return c.topicsPage(false, "topics_new.atom") }
func (c *call) topicsActive() (*site.Answer, error) { return c.topicsPage(true, "topics_active.atom") }

func (c *call) topicsPage(active bool, feed string) (*site.Answer, error) {
	w, err := c.window()
	if err != nil {
		return nil, err
	}
	list := c.serverPrefix() + c.base()
	p := &listPage{
		Page: layout.Page{Title: c.listTitle(), Wide: true}, List: list, Atom: list + feed, Active: active,
		Topics: c.group(w.mails, active),
	}
	if w.older != "" {
		p.Older = "?t=" + w.older
	}
	if w.newer != "" {
		p.Newer = "?t=" + w.newer
	}
	return c.render("list", p)
}

// window is some of the mails of a list, one after the other by date.
type window struct {
	mails        []track.ArchivedMail // the newest first; none twice
	older, newer string               // for the query; empty: there are none
}

const stamp = "20060102150405"

// window reads the mails that "t" asks for: those from before a date, or with "-" after it, from that date on.
func (c *call) window() (w window, err error) {
	q := track.RecentQuery{Projects: c.listed(), Most: mostRecent}
	asked, later := strings.CutSuffix(c.R.URL.Query().Get("t"), "-")
	t, bad := time.Parse(stamp, asked)
	switch {
	case bad != nil:
		later = false
	case later:
		q.Since, q.Oldest = t, true
	default:
		q.Before = t
	}
	all, err := c.Store.RecentMails(c.Ctx(), q)
	if err != nil || len(all) == 0 {
		return w, err
	}
	newest, oldest, full := all[0].Date, all[len(all)-1].Date, len(all) == mostRecent
	if full && !later || later {
		w.older = moved(oldest, newest).Format(stamp)
	}
	if bad == nil && (full || !later) {
		w.newer = newest.UTC().Format(stamp) + "-"
	}
	w.mails = onceEach(all)
	return w, nil
}

// moved is where the next window ends, so that no mail of the second at the edge is missed.
func moved(oldest, newest time.Time) time.Time {
	if oldest.Before(newest) {
		oldest = oldest.Add(time.Second)
	}
	return oldest.UTC()
}

// onceEach leaves out what is hidden, and what is there for another list too.
func onceEach(mails []track.ArchivedMail) []track.ArchivedMail {
	seen := make(map[string]bool, len(mails))
	return slices.DeleteFunc(mails, func(m track.ArchivedMail) bool {
		if m.Hidden || seen[m.MsgID] {
			return true
		}
		seen[m.MsgID] = true
		return false
	})
}

// group makes topics of mails, which come newest first: mails that refer to each other, or to the same mail.
func (c *call) group(mails []track.ArchivedMail, active bool) []topic {
	of := groups(mails)
	by := map[int]*topic{}
	var order []*topic
	for i := range mails {
		m := &mails[i]
		t := by[of[i]]
		if t == nil {
			t = &topic{last: m}
			by[of[i]] = t
			order = append(order, t)
		}
		t.Count++
		t.first = m
	}
	if !active {
		slices.SortStableFunc(order, func(a, b *topic) int { return b.first.Date.Compare(a.first.Date) })
	}
	out := make([]topic, len(order))
	for i, t := range order {
		t.Subject, t.From, t.URL = subject(t.first.Name), sender(t.first.Sender), c.url(t.first)+"T/#u"
		t.Last = c.moment(t.last.Date)
		out[i] = *t
	}
	return out
}

// groups says of each mail which group it is in.
func groups(mails []track.ArchivedMail) []int {
	t := &tree{}
	place := map[string]int{}
	node := func(id string) int {
		n, there := place[id]
		if !there {
			n = t.add(nil, id)
			place[id] = n
		}
		return n
	}
	for i := range mails {
		n := t.top(node(mails[i].MsgID))
		for _, ref := range mails[i].Refs {
			if other := t.top(node(ref)); other != n {
				t.nodes[other].root = n
			}
		}
	}
	out := make([]int, len(mails))
	for i := range mails {
		out[i] = t.top(place[mails[i].MsgID])
	}
	return out
}

// newMails shows the newest mails of a list with their texts.
func (c *call) newMails() (*site.Answer, error) {
	mails, err := c.newest(mostInFeed)
	if err != nil {
		return nil, err
	}
	list := c.serverPrefix() + c.base()
	p := &wholePage{
		Page: layout.Page{Title: "New mail", Wide: true}, Count: len(mails), Other: list, Mbox: list, Atom: list + "new.atom",
		New: true,
	}
	p.Mails, err = c.showAll(mails, mostPageBytes)
	if err != nil {
		return nil, err
	}
	p.From, p.Through = min(1, len(mails)), len(mails)
	return c.render("whole", p)
}

// newest are the newest mails of a list.
func (c *call) newest(most int) ([]track.ArchivedMail, error) {
	all, err := c.Store.RecentMails(c.Ctx(), track.RecentQuery{Projects: c.listed(), Most: 4 * most})
	all = onceEach(all)
	return all[:min(most, len(all))], err
}

// newestOf are the newest mails of some, the newest first.
func newestOf(mails []track.ArchivedMail, most int) []track.ArchivedMail {
	order.By(mails, func(a, b track.ArchivedMail) int {
		return cmp.Or(-track.CompareArchived(&a, &b), cmp.Compare(a.Mail, b.Mail))
	})
	return mails[:min(most, len(mails))]
}
