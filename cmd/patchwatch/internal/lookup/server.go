package lookup

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"patchwatch/db"
	"patchwatch/search"
	"patchwatch/search/index"
	"patchwatch/track"
	"patchwatch/web/find"
)

// A Server finds mails for the web: it is a find.Finder.
type Server struct {
	Store *db.Store
	Index *index.Index
}

// State tells how far the index is.
func (s *Server) State(ctx context.Context) (find.State, error) {
	is, err := s.Index.State(ctx)
	if err != nil {
		return find.State{}, err
	}
	last, err := s.Store.LastMail(ctx)
	return find.State{Indexed: is.Watermark, Stored: last, Version: is.Version}, err
}

// noProject is the project of mail that is in none.
const noProject = 0

const (
	mostFromEnd = 10_000 // mails from the oldest, up to which a page may begin there: all of them are held
	mostRanked  = 10_000 // mails, up to which they can be sorted by how well they fit
)

// Find finds mails.
func (s *Server) Find(ctx context.Context, q find.Question) (out find.Found, err error) {
	f := &Finder{Store: s.Store, Index: s.Index, Scope: q.Scope}
	f.Scope.Without = append(slices.Clone(q.Scope.Without), noProject)
	if q.Oldest && (q.Limit <= 0 || q.Skip+q.Limit > mostFromEnd) {
		return out, find.Refused(fmt.Sprintf("At most %d mails from the oldest can be shown from there.", mostFromEnd))
	}
	if q.Tree, err = withOurNumbers(ctx, s.Store, q.Tree); err != nil {
		return out, err
	}
	err = f.ask(ctx, func(ctx context.Context) error {
		switch {
		case q.Oldest:
			out, err = s.oldest(ctx, f, q)
		case q.Relevant:
			out, err = s.relevant(ctx, f, q)
		default:
			out, err = s.newest(ctx, f, q)
		}
		return err
	})
	var tooMany index.TooMany
	switch {
	case errors.As(err, &tooMany):
		return find.Found{}, find.Refused("This query is too wide: " + tooMany.Error() + ".")
	case errors.Is(err, ErrTooLong):
		return find.Found{}, find.ErrTooLong
	case err != nil:
		return find.Found{}, err
	}
	if out.Stored, err = s.Store.LastMail(ctx); err == nil && q.Limit > 0 && out.Known == nil {
		out.Known, err = s.known(ctx, out.Mails)
	}
	return out, err
}

func (s *Server) known(ctx context.Context, mails []int64) (map[int64]find.Known, error) {
	all, err := s.Store.Tracked(ctx, mails, db.TrackedQuery{Scope: track.Scope{Whole: true}})
	out := make(map[int64]find.Known, len(all))
	for id, is := range all {
		out[id] = find.Known{Role: is.Role, State: is.State}
	}
	return out, err
}

// A noting source notes what is known of the mails that were looked at last, so that nobody need ask again of those
// that are shown.
type noting struct {
	source
	known map[int64]search.Tracked
}

func (n *noting) Tracked(ctx context.Context, ids []int64, w index.Wants) (map[int64]search.Tracked, error) {
	all, err := n.source.Tracked(ctx, ids, w)
	n.known = all
	return all, err
}

func (s *Server) newest(ctx context.Context, f *Finder, q find.Question) (out find.Found, err error) {
	asked := index.Query{Tree: q.Tree, Among: q.Among}
	if q.Limit > 0 {
		asked.Limit = q.Skip + q.Limit + 1
		out.Known = make(map[int64]find.Known, q.Limit)
	}
	from := &noting{source: f.source()}
	n := 0
	out.Indexed, err = s.Index.Each(ctx, from, asked, func(h index.Hit) bool {
		n++
		switch {
		case n <= q.Skip:
		case q.Limit > 0 && len(out.Mails) == q.Limit:
			out.More = true
			return false
		default:
			out.Mails = append(out.Mails, h.Mail)
			if out.Known != nil {
				is := from.known[h.Mail]
				out.Known[h.Mail] = find.Known{Role: is.Role, State: is.State}
			}
		}
		return true
	})
	return out, err
}

// oldest keeps the last mails that come, which are the oldest.
func (s *Server) oldest(ctx context.Context, f *Finder, q find.Question) (out find.Found, err error) {
	last := make([]int64, q.Skip+q.Limit) // a ring
	n := 0
	out.Indexed, err = s.Index.Each(ctx, f.source(), index.Query{Tree: q.Tree, Among: q.Among}, func(h index.Hit) bool {
		last[n%len(last)] = h.Mail
		n++
		return true
	})
	for i := n - 1 - q.Skip; i >= max(n-len(last), 0); i-- {
		out.Mails = append(out.Mails, last[i%len(last)])
	}
	out.More = n > len(last)
	return out, err
}

// relevant sorts what is found by how well it fits, if that is not too much. How rare a word is depends on all mail, so
// that those who do not see all of it could tell by the order what is in the rest: they get the newest first.
func (s *Server) relevant(ctx context.Context, f *Finder, q find.Question) (out find.Found, err error) {
	if len(q.Scope.Without) > 0 {
		return s.newest(ctx, f, q)
	}
	asked := index.Query{Tree: q.Tree, Among: q.Among, Limit: mostRanked}
	r, err := s.Index.Search(ctx, f.source(), asked)
	if err != nil || r.More {
		return s.newest(ctx, f, q)
	}
	if err := s.Index.Rank(ctx, q.Tree, r.Hits); err != nil {
		return out, err
	}
	out.Indexed = r.Watermark
	hits := r.Hits[min(q.Skip, len(r.Hits)):]
	if q.Limit > 0 && len(hits) > q.Limit {
		hits, out.More = hits[:q.Limit], true
	}
	for _, h := range hits {
		out.Mails = append(out.Mails, h.Mail)
	}
	return out, nil
}
