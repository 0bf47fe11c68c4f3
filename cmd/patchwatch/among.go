package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"patchwatch/db"
	"patchwatch/search"
	"patchwatch/track"
)

// mostAmong is how many of the mails that a query finds, the newest, are listed as patches or series.
const mostAmong = 20_000

// among restricts a list of patches to those that a query finds, or a list of series to those of which it finds a
// patch or the cover.
func (a *app) among(ctx context.Context, s *db.Store, args []string, series bool, f *track.Filter) error {
	if len(args) == 0 {
		return nil
	}
	finder, n, err := a.finderFor(ctx, s, strings.Join(args, " "), f.Project)
	if err != nil {
		return err
	}
	kinds := search.Node(search.Term{Field: search.Is, Value: "patch"})
	if series {
		kinds = search.Or{Nodes: []search.Node{kinds, search.Term{Field: search.Is, Value: "cover"}}}
	}
	mails := track.In[int64]{}
	missing, stored, err := finder.Each(ctx, search.And{Nodes: []search.Node{kinds, n}}, func(mail int64) bool {
		mails = append(mails, mail)
		return len(mails) < mostAmong
	})
	if err != nil {
		return err
	}
	if len(mails) == mostAmong {
		fmt.Fprintf(a.err, "only the newest %d mails that the query finds are looked at\n", mostAmong)
	}
	a.tellMissing(missing, stored)
	if f.Among = mails; series {
		f.Among, err = seriesOf(ctx, s, mails)
	}
	return err
}

func seriesOf(ctx context.Context, s *db.Store, mails []int64) (track.In[int64], error) {
	views, err := s.MailViews(ctx, mails)
	if err != nil {
		return nil, err
	}
	ids := track.In[int64]{}
	for _, m := range views {
		if m.Series != 0 {
			ids = append(ids, m.Series)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
