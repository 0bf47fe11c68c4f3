package dbtest

import (
	"context"
	"fmt"

	"patchwatch/db"
	"patchwatch/track"
)

// sayWords asks for pages of lists by words in names, of which an engine may keep its own notes: so it is asked after
// each change, by stores that stay open.
func sayWords(say func(what string, answer any, err error), s *db.Store) {
	ctx := context.Background()
	for _, words := range [][]string{{"r"}, {"1/", "NUMBER"}, {"named"}} {
		for _, p := range []track.Paging{
			{Limit: 3}, {Offset: 2, Limit: 30, Order: []track.Order{{By: "date", Desc: true}}},
			{Limit: 30, Order: []track.Order{{By: "id", Desc: true}}}, {Limit: 5, Order: []track.Order{{By: "name"}}},
		} {
			for _, in := range []track.In[int64]{nil, {1}} {
				about := fmt.Sprintf("by %q, %+v, of projects %v", words, p, in)
				patches, err := s.PatchPage(ctx, track.PatchQuery{Words: words, Projects: in, Paging: p})
				say("patches "+about, patches, err)
				covers, err := s.CoverPage(ctx, track.CoverQuery{Words: words, Projects: in, Paging: p})
				say("covers "+about, covers, err)
				series, err := s.SeriesPage(ctx, track.SeriesQuery{Words: words, Projects: in, Paging: p})
				say("series "+about, series, err)
			}
		}
		scope := track.Scope{Without: []int64{2}, Whole: true}
		patches, err := s.PatchPage(ctx, track.PatchQuery{Words: words, Scope: scope, Paging: track.Paging{Limit: 30}})
		say(fmt.Sprintf("all patches by %q", words), patches, err)
		states, err := s.PatchPage(ctx, track.PatchQuery{Words: words, States: track.In[track.State]{"new", "accepted"},
			Paging: track.Paging{Limit: 30}})
		say(fmt.Sprintf("patches in states by %q", words), states, err)
	}
}
