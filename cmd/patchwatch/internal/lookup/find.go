package lookup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"patchwatch/db"
	"patchwatch/internal/order"
	"patchwatch/search"
	"patchwatch/search/index"
	"patchwatch/track"
)

// A Finder finds mails for a viewer.
type Finder struct {
	Store *db.Store
	Index *index.Index
	Scope track.Scope
	Owner track.Actor // whose saved queries are meant
}

// A Found is what was found.
type Found struct {
	Mails   []track.MailView // newest first
	More    bool             // there are more
	Missing int64            // mails that are not indexed yet
	Stored  int64            // of so many
}

// maxTime is how long the answer to a query may take.
const maxTime = 10 * time.Second

// ErrTooLong is the error of a query that takes longer.
var ErrTooLong = fmt.Errorf(
	"this query takes longer than %s; more or rarer words, or a range of dates, make it shorter",
	maxTime)

// Parse reads a query, in a project if one is named.
func (f *Finder) Parse(ctx context.Context, text, project string) (search.Node, []search.Mistake, error) {
	saved, err := f.Store.SavedQueries(ctx, f.Owner)
	if err != nil {
		return nil, nil, err
	}
	n, notes, err := search.Parse(text, search.Options{Now: time.Now(), Saved: func(name string) (string, bool) {
		for _, s := range saved {
			if s.Name == name {
				return s.Query, true
			}
		}
		return "", false
	}})
	if err == nil && project != "" {
		n = within(n, search.Term{Field: search.Project, Value: project})
	}
	return n, notes, err
}

// within is the mails of a query that another node means, too, in the form that search.Node has.
func within(n search.Node, too search.Node) search.Node {
	switch n := n.(type) {
	case search.All:
		return too
	case search.And:
		nodes := n.Nodes
		if _, all := nodes[0].(search.All); all {
			nodes = nodes[1:]
		}
		return search.And{Nodes: append([]search.Node{too}, nodes...)}
	}
	return search.And{Nodes: []search.Node{too, n}}
}

// Find finds mails, newest first; 0: all.
func (f *Finder) Find(ctx context.Context, n search.Node, limit int) (Found, error) {
	n, err := withOurNumbers(ctx, f.Store, n)
	if err != nil {
		return Found{}, err
	}
	var r index.Result
	err = f.ask(ctx, func(ctx context.Context) (err error) {
		r, err = f.Index.Search(ctx, f.source(), index.Query{Tree: n, Limit: limit})
		return err
	})
	if err != nil {
		return Found{}, err
	}
	out := Found{More: r.More}
	ids := make([]int64, len(r.Hits))
	for i, h := range r.Hits {
		ids[i] = h.Mail
	}
	if out.Mails, err = f.Store.MailViews(ctx, ids); err != nil {
		return out, err
	}
	out.Missing, out.Stored, err = f.missing(ctx, r.Watermark)
	return out, err
}

// Count tells how many mails a query finds.
func (f *Finder) Count(ctx context.Context, n search.Node) (count int, missing, stored int64, err error) {
	if n, err = withOurNumbers(ctx, f.Store, n); err != nil {
		return 0, 0, 0, err
	}
	var watermark int64
	if err := f.ask(ctx, func(ctx context.Context) (err error) {
		count, watermark, err = f.Index.Count(ctx, f.source(), index.Query{Tree: n})
		return err
	}); err != nil {
		return 0, 0, 0, err
	}
	missing, stored, err = f.missing(ctx, watermark)
	return count, missing, stored, err
}

// Each calls f with the numbers of mails that a query finds, newest first, until it returns false.
func (f *Finder) Each(ctx context.Context, n search.Node, each func(mail int64) bool) (missing, stored int64,
	err error) {
	if n, err = withOurNumbers(ctx, f.Store, n); err != nil {
		return 0, 0, err
	}
	var watermark int64
	begun := false
	if err := f.ask(ctx, func(ctx context.Context) (err error) {
		watermark, err = f.Index.Each(ctx, f.source(), index.Query{Tree: n}, func(h index.Hit) bool {
			begun = true
			return each(h.Mail)
		})
		if begun && isAnew(err) { // it would be called with the same mails again
			err = fmt.Errorf("%v", err)
		}
		return err
	}); err != nil {
		return 0, 0, err
	}
	return f.missing(ctx, watermark)
}

func (f *Finder) source() source { return source{f.Store, f.Scope} }

// ask gives a query its time, and asks again if the index was removed in the middle of it. A damaged index is thrown
// away when that is found out, by whoever keeps it; that is waited for.
func (f *Finder) ask(ctx context.Context, search func(ctx context.Context) error) error {
	limited, stop := context.WithTimeout(ctx, maxTime)
	defer stop()
	err := search(limited)
	for tries := 0; isAnew(err) && tries < 30; tries++ {
		sleep(limited, 100*time.Millisecond)
		err = search(limited)
	}
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = ErrTooLong
	}
	return err
}

// isAnew tells that the index is made anew, so that the query can be asked again.
func isAnew(err error) bool {
	return errors.Is(err, index.ErrDamaged) || errors.Is(err, index.ErrReplaced)
}

func (f *Finder) missing(ctx context.Context, watermark int64) (missing, stored int64, err error) {
	last, err := f.Store.LastMail(ctx)
	return max(last-watermark, 0), last, err
}

// Threads adds to what was found the whole threads of it: whatever answers it, and whatever it answers.
func (f *Finder) Threads(ctx context.Context, found *Found) error {
	ids := map[string]bool{}
	asked := map[string]bool{}
	have := map[int64]bool{}
	note := func(mails []track.MailView) {
		for _, m := range mails {
			have[m.Mail] = true
			for _, id := range append([]string{m.MsgID}, m.Refs...) {
				ids[id] = true
			}
		}
	}
	note(found.Mails)
	for len(asked) < len(ids) && len(found.Mails) < mostInThreads {
		var next []search.Node
		for _, id := range slices.Sorted(keys(ids)) {
			if asked[id] || len(next) == idsAtOnce {
				continue
			}
			asked[id] = true
			bare := id
			if len(id) > 1 && id[0] == '<' && id[len(id)-1] == '>' {
				bare = id[1 : len(id)-1]
			}
			next = append(next, search.Term{Field: search.MsgID, Value: bare}, search.Term{Field: search.References,
				Value: bare})
		}
		more, err := f.Find(ctx, search.Or{Nodes: next}, mostInThreads)
		if err != nil {
			return err
		}
		more.Mails = slices.DeleteFunc(more.Mails, func(m track.MailView) bool { return have[m.Mail] })
		note(more.Mails)
		found.Mails = append(found.Mails, more.Mails...)
	}
	order.By(found.Mails, func(a, b track.MailView) int { return b.Date.Compare(a.Date) })
	return nil
}

const (
	mostInThreads = 10_000 // mails; threads that are longer are cut
	idsAtOnce     = 200
)

func keys(m map[string]bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
