package webtest

import (
	"context"
	"time"

	"patchwatch/track"
)

// FirstReplies: nobody answers.
func (s *Fake) FirstReplies(context.Context, []track.SeriesRow, track.Scope) (map[int64]time.Time, error) {
	return nil, nil
}

// SeriesWhole says of a series which patches it has.
func (s *Fake) SeriesWhole(ctx context.Context, row track.SeriesRow, scope track.Scope) (track.SeriesWhole, error) {
	views, err := s.Overviews(ctx, []track.SeriesRow{row}, scope)
	return track.SeriesWhole{Overview: views[row.ID], Now: row}, err
}

// Overviews says of series which patches they have.
func (s *Fake) Overviews(_ context.Context, series []track.SeriesRow, scope track.Scope) (map[int64]*track.Overview,
	error) {
	out := map[int64]*track.Overview{}
	for _, r := range series {
		o := &track.Overview{Last: r.Date}
		for _, p := range s.PatchList {
			if p.Series.ID == r.ID && (scope.Whole || !p.Hidden) {
				o.Patches = append(o.Patches, p)
			}
		}
		out[r.ID] = o
	}
	return out, s.ask()
}

// PatchCounts counts lists of patches.
func (s *Fake) PatchCounts(ctx context.Context, lists []track.PatchQuery) ([]int, error) {
	counts := make([]int, len(lists))
	for i, q := range lists {
		page, err := s.PatchPage(ctx, q)
		if err != nil {
			return nil, err
		}
		counts[i] = page.Total
	}
	return counts, nil
}
