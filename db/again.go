package db

import (
	"context"
	"maps"
	"slices"

	"patchwatch/track"
)

// SentAgain lists, by date, the patches that were sent alone to replace patches of a series: later, in its thread, by its
// submitter, with one of its numbers and the same or a later version.
func (s *Store) SentAgain(ctx context.Context, series int64) ([]track.PatchView, error) {
	again, err := s.replacing(ctx, series)
	if err != nil {
		return nil, explain(err)
	}
	var out []track.PatchView
	for _, v := range again {
		patches, err := s.Patches(ctx, track.Filter{Series: v.ID, Archived: true})
		if err != nil {
			return nil, err
		}
		for _, p := range patches {
			if 0 < p.Number && p.Number <= v.Total {
				out = append(out, p)
			}
		}
	}
	return out, nil
}

// replacing are the incomplete series that may replace patches of this one.
func (s *Store) replacing(ctx context.Context, series int64) ([]track.SeriesView, error) {
	tx, done, err := s.view(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	own, err := seriesViews(ctx, tx, track.Filter{Series: series})
	if err != nil || len(own) == 0 {
		return nil, err
	}
	ids, err := newRevisions(ctx, tx).inThreadOf(series)
	if err != nil {
		return nil, err
	}
	var out []track.SeriesView
	for _, id := range ids {
		found, err := seriesViews(ctx, tx, track.Filter{Series: id, Incomplete: true})
		if err != nil {
			return nil, err
		}
		for _, v := range found {
			if v.ID != series && v.Submitter.Email == own[0].Submitter.Email && v.Total == own[0].Total &&
				v.Version >= own[0].Version && !v.Date.Before(own[0].Date) {
				out = append(out, v)
			}
		}
	}
	return out, nil
}

// inThreadOf gives the numbers of the series that have a mail which refers to a mail of this series or to a comment on one.
func (r *revisions) inThreadOf(series int64) ([]int64, error) {
	of, err := r.load(series)
	if err != nil || len(of) == 0 {
		return nil, err
	}
	members, err := r.members(series)
	if err != nil {
		return nil, err
	}
	links, hashes := map[int64]track.Link{}, map[int64]bool{}
	for _, m := range members {
		if err := r.hashesBelow(&of[0], m, hashes); err != nil {
			return nil, err
		}
	}
	err = r.series(links, track.SameThread, `
		SELECT coalesce(p.series, c.series) FROM json_each(?) j CROSS JOIN ref f
			LEFT JOIN patch p ON p.mail = f.mail LEFT JOIN cover c ON c.mail = f.mail
		WHERE f.hash = j.value AND f.member = 1`, list(keys(hashes)))
	return slices.Sorted(maps.Keys(links)), err
}
