package inbox

import (
	"slices"
	"time"

	"patchwatch/ingest"
	"patchwatch/track"
	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/site"
)

// mostInFeed is how many mails a feed has. Who reads less often than so much comes can read the list.
const mostInFeed = 25

// mostFeedText is how many bytes of a mail's text a feed has.
const mostFeedText = 64 << 10

func (c *call) newAtom() (*site.Answer, error) {
	mails, err := c.newest(mostInFeed)
	if err != nil {
		return nil, err
	}
	return c.feedOf(c.listName(), "new.atom", "", mails)
}

// topicsAtom has the mails that began the newest threads, activeAtom the newest mail of each thread.
func (c *call) topicsAtom() (*site.Answer, error) { return c.topicFeed(false, "topics_new.atom") }
func (c *call) activeAtom() (*site.Answer, error) { return c.topicFeed(true, "topics_active.atom") }

func (c *call) topicFeed(active bool, name string) (*site.Answer, error) {
	all, err := c.Store.RecentMails(c.Ctx(), track.RecentQuery{Projects: c.listed(), Most: mostRecent})
	if err != nil {
		return nil, err
	}
	var mails []track.ArchivedMail
	for _, t := range c.group(onceEach(all), active) {
		if len(mails) == mostTopics {
			break
		}
		if active {
			mails = append(mails, *t.last)
		} else {
			mails = append(mails, *t.first)
		}
	}
	return c.feedOf(c.listName(), name, "", mails)
}

// threadAtom has the newest mails of a thread.
func (c *call) threadAtom() (*site.Answer, error) {
	m, err := c.mail()
	if err != nil {
		return nil, err
	}
	all, _, err := c.thread(m, mostInThread)
	if err != nil {
		return nil, err
	}
	title := all[0].Name
	return c.feedOf(title, "t.atom", at("", m.MsgID), newestOf(all, mostInFeed*2))
}

// feedOf makes a feed of mails. It is below the list, at a path.
func (c *call) feedOf(title, name, path string, mails []track.ArchivedMail) (*site.Answer, error) {
	page := c.Links.Base + c.base() + path
	f := &feed{title: titleOf(title), self: page + name, page: page, id: urn(c.base() + path + name)}
	if path != "" {
		f.page += "T/"
	}
	return c.feedOfMails(f, mails)
}

func (c *call) feedOfMails(f *feed, mails []track.ArchivedMail) (*site.Answer, error) {
	var updated time.Time
	if len(mails) > 0 {
		updated = slices.MaxFunc(mails, func(a, b track.ArchivedMail) int { return a.Date.Compare(b.Date) }).Date
	}
	f.begin(updated)
	if err := c.addMails(f, mails); err != nil {
		return nil, err
	}
	return &site.Answer{Body: f.end(), Header: [][2]string{{"Content-Type", atomType}}}, nil
}

// addMails adds an entry for each mail.
func (c *call) addMails(f *feed, mails []track.ArchivedMail) error {
	ids := make([]int64, len(mails))
	for i := range mails {
		ids[i] = mails[i].Mail
	}
	rest := mails
	return c.Store.Raws(c.Ctx(), ids, func(_ int64, raw []byte) error {
		m := &rest[0]
		rest = rest[1:]
		f.add(c.mailEntry(m, raw))
		return nil
	})
}

func (c *call) mailEntry(m *track.ArchivedMail, raw []byte) *entry {
	url := c.Links.Base + at(c.base(), m.MsgID)
	e := &entry{id: urnOf(m.MsgID), url: url, updated: m.Date, author: m.Sender}
	e.title, e.html = c.feedText(m, raw)
	if len(m.Refs) > 0 {
		e.answers = []answered{{urnOf(m.Refs[0]), c.Links.Base + at(c.base(), m.Refs[0])}}
	}
	return e
}

// feedText is the subject and the text of a mail for a feed.
func (c *call) feedText(m *track.ArchivedMail, raw []byte) (title string, html []byte) {
	t, err := ingest.ReadTexts(raw)
	if err != nil { // it could be read when it was stored
		return titleOf(m.Name), nil
	}
	title = titleOf(m.Name)
	if len(t.Subjects) > 0 {
		title = titleOf(t.Subjects[0])
	}
	left := mostFeedText
	for i := range t.Parts {
		text := t.Parts[i].Text
		if len(text) > left {
			text = cutText(text, left)
		}
		left -= len(text)
		html = mailtext.Append(html, mailtext.Read(text))
	}
	return title, html
}
