package db

import (
	"context"

	"patchwatch/db/engine"
	"patchwatch/db/internal/versions"
	"patchwatch/track"
)

// SentAgain lists, by date, the patches that were sent alone to replace patches of a series: later, in its thread, by
// its submitter, with one of its numbers and the same or a later version.
func (s *Store) SentAgain(ctx context.Context, series int64) (out []track.PatchView, err error) {
	err = s.view(ctx, func(v engine.View) error {
		again, err := replacing(s.finder(v), series)
		if err != nil {
			return err
		}
		for _, a := range again {
			found, err := patches(v, track.Filter{Series: a.ID, Archived: true, Hidden: true})
			if err != nil {
				return err
			}
			for _, p := range found {
				if 0 < p.Number && p.Number <= a.Total {
					out = append(out, p)
				}
			}
		}
		return nil
	})
	return out, err
}

// replacing are the incomplete series that may replace patches of this one.
func replacing(f *versions.Finder, series int64) (out []track.SeriesView, err error) {
	own, err := seriesViews(f, track.Filter{Series: series})
	if err != nil || len(own) == 0 {
		return nil, err
	}
	ids, err := f.InThreadOf(series)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		found, err := seriesViews(f, track.Filter{Series: id, Incomplete: true})
		if err != nil {
			return nil, err
		}
		for _, s := range found {
			if s.ID != series && s.Submitter.Email == own[0].Submitter.Email && s.Total == own[0].Total &&
				s.Version >= own[0].Version && !s.Date.Before(own[0].Date) {
				out = append(out, s)
			}
		}
	}
	return out, nil
}
