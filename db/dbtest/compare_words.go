package dbtest

import (
	"context"
	"fmt"

	"pgregory.net/rapid"

	"patchwatch/db"
	"patchwatch/track"
)

// anyWords is a question for pages of lists by words in names, of which an engine may keep its own notes: so one is
// asked after each change, of stores that stay open.
func (p *pair) anyWords() (ask func(say func(what string, answer any, err error), s *db.Store)) {
	ctx := context.Background()
	words := oneOf(p.t, "words", []string{"r"}, []string{"1/", "NUMBER"}, []string{"named"})
	page := track.Paging{Limit: 30}
	if by := oneOf(p.t, "in order of", "", "date", "id", "name"); by != "" {
		page.Offset = rapid.IntRange(0, 3).Draw(p.t, "from")
		page.Order = []track.Order{{By: by, Desc: rapid.Bool().Draw(p.t, "backwards")}}
	}
	in := oneOf(p.t, "of projects", nil, track.In[int64]{1})
	scope := oneOf(p.t, "in scope", track.Scope{}, track.Scope{Without: []int64{2}, Whole: true})
	states := oneOf(p.t, "in states", nil, nil, nil, track.In[track.State]{"new", "accepted"})
	about := fmt.Sprintf(" by %q, %+v, of projects %v, in scope %+v", words, page, in, scope)
	return func(say func(what string, answer any, err error), s *db.Store) {
		patches, err := s.PatchPage(ctx, track.PatchQuery{
			Words: words, Projects: in, States: states, Scope: scope, Paging: page,
		})
		say(fmt.Sprint("patches", about, states), patches, err)
		covers, err := s.CoverPage(ctx, track.CoverQuery{Words: words, Projects: in, Scope: scope, Paging: page})
		say("covers"+about, covers, err)
		series, err := s.SeriesPage(ctx, track.SeriesQuery{Words: words, Projects: in, Scope: scope, Paging: page})
		say("series"+about, series, err)
	}
}
