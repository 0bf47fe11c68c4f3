package town

import (
	"cmp"
	"context"
	"slices"

	"patchwatch/db"
	"patchwatch/ingest"
	"patchwatch/search"
	"patchwatch/web/find"
)

// A Finder finds mails by looking at each: it needs no index, and is as the index must be.
type Finder struct {
	Store *db.Store

	Behind int64 // so many mails are not found yet
	Err    error // what every search fails with
	Asked  int   // how often
}

// State tells how far the search is.
func (f *Finder) State(ctx context.Context) (find.State, error) {
	last, err := f.Store.LastMail(ctx)
	return find.State{Indexed: max(last-f.Behind, 0), Stored: last}, err
}

// Find finds mails.
func (f *Finder) Find(ctx context.Context, q find.Question) (out find.Found, err error) {
	if f.Asked++; f.Err != nil {
		return out, f.Err
	}
	if out.State, err = f.State(ctx); err != nil {
		return out, err
	}
	mails, err := f.Store.MailsAfter(ctx, 0, int(out.Indexed))
	if err != nil {
		return out, err
	}
	var ids []int64
	for i := range mails {
		ids = append(ids, mails[i].ID)
	}
	tracked, err := f.Store.Tracked(ctx, ids, db.TrackedQuery{Scope: q.Scope, Checks: true, Trailers: true})
	if err != nil {
		return out, err
	}
	found := map[int64]*search.Document{}
	for i := range mails {
		is, seen := tracked[mails[i].ID]
		if !seen || is.Project == "" || q.Among != nil && !slices.Contains(q.Among, mails[i].ID) {
			continue
		}
		d, err := document(&mails[i], is)
		if err != nil {
			return out, err
		}
		if search.Match(q.Tree, d) {
			found[mails[i].ID] = d
			out.Mails = append(out.Mails, mails[i].ID)
		}
	}
	slices.SortFunc(out.Mails, func(a, b int64) int {
		newer := cmp.Or(found[b].Date.Compare(found[a].Date), cmp.Compare(b, a))
		if q.Oldest {
			return -newer
		}
		return newer
	})
	out.Mails = out.Mails[min(q.Skip, len(out.Mails)):]
	if q.Limit > 0 && len(out.Mails) > q.Limit {
		out.Mails, out.More = out.Mails[:q.Limit], true
	}
	out.Known = map[int64]find.Known{}
	for _, id := range out.Mails {
		out.Known[id] = find.Known{Role: tracked[id].Role, State: tracked[id].State}
	}
	return out, nil
}

func document(m *db.StoredMail, is db.Tracked) (*search.Document, error) {
	raw, err := m.Raw()
	if err != nil {
		return nil, err
	}
	read, err := ingest.ReadSearched(raw, m.SHA256)
	if err != nil {
		return nil, err
	}
	read.Mail.Delivered = m.Delivered
	d := search.NewDocument(read.Mail, read.Texts)
	d.Tracked = search.Tracked{
		Project: is.Project, Role: is.Role, Pull: is.Pull, State: is.State, Delegate: is.Delegate, Archived: is.Archived,
		Series: is.Series, Version: is.Version, Complete: is.Complete, Checks: is.Checks, Trailers: is.Trailers,
	}
	return d, nil
}

// Excerpts gives a line of each mail.
func (f *Finder) Excerpts(ctx context.Context, n search.Node, ids []int64) (map[int64]search.Excerpt, error) {
	x := search.NewExcerpter(n)
	mails, err := f.Store.MailsNumbered(ctx, ids)
	if err != nil || x == nil {
		return nil, err
	}
	out := map[int64]search.Excerpt{}
	for i := range mails {
		d, err := document(&mails[i], db.Tracked{})
		if err != nil {
			return nil, err
		}
		if e := x.Excerpt(d); e != nil {
			out[mails[i].ID] = e
		}
	}
	return out, nil
}
