package db

import (
	"context"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/db/internal/versions"
	"patchwatch/internal/order"
	"patchwatch/track"
)

// IgnoreChangeIDs has versions be found as if no mail had a change-id, so that one sees how well they are found
// without.
func (s *Store) IgnoreChangeIDs() { s.ignoreChanges = true }

func (s *Store) finder(v engine.View) *versions.Finder { return versions.New(v, s.ignoreChanges) }

// Versions lists a series and all that it revises or that revise it, the oldest version first.
func (s *Store) Versions(ctx context.Context, series int64) (out []track.SeriesView, err error) {
	err = s.view(ctx, func(v engine.View) error {
		out, err = versionsOf(s.finder(v), series)
		return err
	})
	return out, err
}

func versionsOf(f *versions.Finder, series int64) ([]track.SeriesView, error) {
	families, err := f.Families([]int64{series})
	if err != nil || len(families[series]) == 0 {
		return nil, err
	}
	views, err := seriesViews(f, track.Filter{Among: families[series], Hidden: true})
	order.By(views, func(a, b track.SeriesView) int {
		return slices.Index(families[series], a.ID) - slices.Index(families[series], b.ID)
	})
	return views, err
}

// Earlier lists the numbers of the series that a series revises, and that these revise in turn, the newest first. To
// find what revises one takes many times as long.
func (s *Store) Earlier(ctx context.Context, series int64) ([]int64, error) {
	return viewed(ctx, s, func(v engine.View) ([]int64, error) { return s.finder(v).Earlier(series) })
}

// seriesViews lists series, each with the one that it revises.
func seriesViews(f *versions.Finder, q track.Filter) ([]track.SeriesView, error) {
	out, err := f.SeriesList(q)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(out))
	for i := range out {
		ids[i] = out[i].ID
	}
	before, err := f.Before(ids)
	for i := range out {
		b := before[out[i].ID]
		out[i].Revises, out[i].Link = b.Series, b.Link
	}
	if err != nil {
		return nil, err
	}
	return out, withParts(f, out)
}
