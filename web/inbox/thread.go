package inbox

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"patchwatch/internal/order"
	"patchwatch/track"
	"patchwatch/web/find"
	"patchwatch/web/internal/visit"
)

// A thread is all mails that are tied to each other by In-Reply-To and References, on whatever list. It is found in
// steps, each of which asks who is called by, or refers to, an id that came up in the step before. Usually two are
// enough, since a reply names all mails above it.
//
// Mails that the viewer may not see, and hidden ones, tie nothing.

const (
	mostInThread = 20_000  // mails: a longer thread is cut
	mostNamed    = 100_000 // Message-IDs that are looked up for one thread, since a mail can name a thousand
	namedAtOnce  = 2_000
	mailsAtOnce  = 500
	mostSteps    = 400 // that a page goes: mails that name no more than the one they answer can be any number of steps apart
)

// walk goes along a thread.
type walk struct {
	ctx      context.Context
	store    Store
	projects []int64 // the first of these goes before the others where a mail is on several lists

	known map[int64]bool  // numbers of mails that were read
	named map[string]bool // Message-IDs that were looked up, or wait for that
	shown map[string]bool // Message-IDs of mails that were given out
	wait  []string        // Message-IDs that wait
	found int

	enter func() (leave func(), err error) // before each step, once the thread is large; nil: nothing holds it up
}

// walkFrom begins at a mail.
func (c *call) walkFrom(m *track.ArchivedMail) *walk {
	w := c.newWalk()
	w.name(m)
	return w
}

// newWalk begins nowhere yet.
func (c *call) newWalk() *walk {
	return &walk{
		ctx: c.Ctx(), store: c.Store, projects: c.projects(), known: map[int64]bool{}, named: map[string]bool{},
		shown: map[string]bool{}, enter: c.enter,
	}
}

// enter waits for a place among those who ask for what is dear.
func (c *call) enter() (leave func(), err error) {
	leave, err = c.Gate.Enter(c.Ctx(), c.Client())
	wait, status := 10*time.Second, http.StatusServiceUnavailable
	var spent find.Overspent
	switch {
	case errors.As(err, &spent):
		wait, status = time.Duration(spent), http.StatusTooManyRequests
	case !errors.Is(err, find.ErrFull):
		return leave, err
	}
	detail := err.Error()
	return nil, &visit.Stream{Send: func(w http.ResponseWriter) error {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
		return &visit.Refusal{Status: status, Detail: detail}
	}}
}

// name has the ids of a mail looked up.
func (w *walk) name(m *track.ArchivedMail) {
	for _, id := range append([]string{m.MsgID}, m.Refs...) {
		if !w.named[id] && len(w.named) < mostNamed {
			w.named[id] = true
			w.wait = append(w.wait, id)
		}
	}
}

// next gives more mails of the thread, in the order in which people read, and each Message-ID once. There are no more
// when it gives none.
func (w *walk) next() ([]track.ArchivedMail, error) {
	if w.enter != nil && w.found > mostKept {
		leave, err := w.enter()
		if err != nil {
			return nil, err
		}
		defer leave()
	}
	for len(w.wait) > 0 && w.found < mostInThread {
		ids := w.wait[:min(len(w.wait), namedAtOnce)]
		mails, more, err := w.store.Beside(w.ctx, w.projects, ids, func(id int64) bool { return w.known[id] }, mailsAtOnce)
		if err != nil {
			return nil, err
		}
		if !more {
			w.wait = w.wait[len(ids):]
		}
		if mails = w.take(mails); len(mails) > 0 {
			return mails, nil
		}
	}
	return nil, nil
}

// take notes mails, and gives those that are to be shown.
func (w *walk) take(mails []track.ArchivedMail) []track.ArchivedMail {
	for i := range mails {
		w.known[mails[i].Mail] = true
	}
	mails = slices.DeleteFunc(mails, func(m track.ArchivedMail) bool { return m.Hidden })
	order.By(mails, func(a, b track.ArchivedMail) int {
		return slices.Index(w.projects, a.Project) - slices.Index(w.projects, b.Project)
	})
	out := mails[:0]
	for i := range mails {
		w.name(&mails[i])
		if !w.shown[mails[i].MsgID] {
			w.shown[mails[i].MsgID] = true
			out = append(out, mails[i])
		}
	}
	sortMails(out)
	w.found += len(out)
	return out
}

// thread is the whole thread of a mail, in the order in which people read; of more than most mails some, and of one
// that takes too many steps what is near the mail. more: there are others.
func (c *call) thread(m *track.ArchivedMail, most int) (all []track.ArchivedMail, more bool, err error) {
	w := c.walkFrom(m)
	for steps := 0; len(all) < most && steps < mostSteps; steps++ {
		mails, err := w.next()
		if err != nil {
			return nil, false, err
		}
		if len(mails) == 0 {
			sortMails(all)
			return all, false, nil
		}
		all = append(all, mails...)
	}
	sortMails(all)
	return all, true, nil
}

func sortMails(all []track.ArchivedMail) {
	order.By(all, func(a, b track.ArchivedMail) int { return track.CompareArchived(&a, &b) })
}
