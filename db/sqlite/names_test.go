package sqlite

import (
	"cmp"
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Otherwise the names that are kept could be of no use, and no test would tell.
func TestListsAreFoundByNames(t *testing.T) {
	e, _, _ := openFilled(t)
	for name, c := range map[string]struct {
		f    track.PatchQuery
		want bool
	}{
		"a word":            {track.PatchQuery{Words: []string{"a"}}, true},
		"a word, a project": {track.PatchQuery{Words: []string{"a"}, Projects: track.In[int64]{1}}, true},
		"none":              {track.PatchQuery{}, false},
		"a state as well":   {track.PatchQuery{Words: []string{"a"}, States: track.In[track.State]{"new"}}, false},
	} {
		if err := e.View(context.Background(), func(v engine.View) error {
			l, err := v.(*queries).patchListing(c.f)
			if err == nil && (l.found != nil) != c.want {
				t.Errorf("%s: found by names: %v", name, l.found != nil)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	}
}

func TestSortPart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Int32Range(0, 300), 0, 300).Draw(t, "rows")
		from := rapid.IntRange(0, len(rows)).Draw(t, "from")
		to := rapid.IntRange(from, len(rows)).Draw(t, "to")
		want := slices.Clone(rows)
		slices.Sort(want)
		sortPart(rows, from, to, func(a, b int32) int { return cmp.Compare(a, b) })
		if !slices.Equal(rows[from:to], want[from:to]) {
			t.Errorf("%v, not %v", rows[from:to], want[from:to])
		}
		if slices.Sort(rows); !slices.Equal(rows, want) {
			t.Error("other rows")
		}
	})
}
