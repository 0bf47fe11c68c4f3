package inbox

import (
	"net/http"
	"slices"
	"strings"

	"patchwatch/internal/order"
	"patchwatch/track"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
	"patchwatch/web/results"
)

// searches tells whether a request asks for what a query finds: in a list, or, by POST, in the thread of a mail.
func searches(at *route, r *http.Request) bool {
	switch at.pattern {
	case "":
		return r.Method == http.MethodPost || strings.TrimSpace(r.URL.Query().Get("q")) != ""
	case "{msgid}", "{msgid}/":
		return r.Method == http.MethodPost
	}
	return false
}

// search answers a request that has a query.
func (x *Inbox) search(p path, msgid string) http.Handler {
	return x.Desk.Writes(func(v *visit.Visit, w http.ResponseWriter) error {
		c := &call{Inbox: x, Visit: v, path: p, msgid: msgid}
		if err := c.findList(); err != nil {
			return err
		}
		if v.R.Method == http.MethodPost && (v.R.URL.Query().Get("x") != "m" || v.R.URL.Query().Get("q") == "") {
			return &visit.Refusal{Status: http.StatusNotFound, Detail: "A POST takes x=m and q in its URL."}
		}
		at := results.Place{Project: c.of, Path: p.prefix}
		if msgid != "" {
			var err error
			if at.Thread, err = c.threadNumbers(); err != nil {
				return err
			}
			at.Project = nil // a thread is whole over all lists
		}
		return x.Search.Search(v, w, at)
	})
}

// threadNumbers are the numbers of the mails of a thread.
func (c *call) threadNumbers() ([]int64, error) {
	m, err := c.mail()
	if err != nil {
		return nil, err
	}
	mails, _, err := c.thread(m, mostInThread)
	return numbers(mails), err
}

func numbers(mails []track.ArchivedMail) []int64 {
	ids := make([]int64, len(mails))
	for i := range mails {
		ids[i] = mails[i].Mail
	}
	return ids
}

// Found answers with mails that were found as a file, in this order, and each Message-ID once. whole: with the threads
// that they are in.
func (x *Inbox) Found(v *visit.Visit, mails []int64, whole bool) (*site.Answer, error) {
	c := &call{Inbox: x, Visit: v}
	next := (&foundMails{call: c, left: mails, seen: map[string]bool{}}).next
	if whole {
		w, err := c.walkFromAll(next)
		if err != nil {
			return nil, err
		}
		few, err := w.rest(mostKept)
		if err != nil {
			return nil, err
		}
		sortMails(few)
		return c.mboxOf(gzType, "results.mbox.gz", few, w.next)
	}
	first, err := next()
	if err != nil {
		return nil, err
	}
	return c.mboxOf(gzType, "results.mbox.gz", first, next)
}

// FoundFeed answers with mails that were found as a feed.
func (x *Inbox) FoundFeed(v *visit.Visit, of results.Feed, mails []int64) (*site.Answer, error) {
	c := &call{Inbox: x, Visit: v, of: of.Project, path: path{prefix: of.Path}}
	if of.Path == results.Everywhere {
		c.prefix = "/all/" // where the mails are
	}
	var all []track.ArchivedMail
	for from := &(foundMails{call: c, left: mails, seen: map[string]bool{}}); ; {
		some, err := from.next()
		if err != nil {
			return nil, err
		}
		if len(some) == 0 {
			break
		}
		all = append(all, some...)
	}
	page := c.Links.Base + of.Path
	f := &feed{title: titleOf(of.Title), self: page + of.Self, page: page + of.Page, id: urn(of.Path + of.Self)}
	return c.feedOfMails(f, all)
}

// foundMails reads mails by number, some at a time.
type foundMails struct {
	*call
	left []int64
	seen map[string]bool
}

// next gives none when there are no more.
func (f *foundMails) next() ([]track.ArchivedMail, error) {
	for len(f.left) > 0 {
		ids := f.left[:min(len(f.left), mostKept)]
		f.left = f.left[len(ids):]
		mails, err := f.Store.ArchivedMails(f.Ctx(), ids)
		if err != nil {
			return nil, err
		}
		place := make(map[int64]int, len(ids))
		for i, id := range ids {
			place[id] = i
		}
		order.By(mails, func(a, b track.ArchivedMail) int { return place[a.Mail] - place[b.Mail] })
		mails = slices.DeleteFunc(mails, func(m track.ArchivedMail) bool {
			again := f.seen[m.MsgID]
			f.seen[m.MsgID] = true
			return again || m.Hidden
		})
		if len(mails) > 0 {
			return mails, nil
		}
	}
	return nil, nil
}

// walkFromAll begins at all mails that next gives, so it goes along all of their threads.
func (c *call) walkFromAll(next func() ([]track.ArchivedMail, error)) (*walk, error) {
	w := c.newWalk()
	for {
		mails, err := next()
		if err != nil || len(mails) == 0 {
			return w, err
		}
		for i := range mails {
			w.name(&mails[i])
		}
	}
}
