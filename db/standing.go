package db

import (
	"context"

	"patchwatch/db/engine"
	"patchwatch/db/internal/versions"
	"patchwatch/track"
)

// What Standing says: the patches of a series as it now stands, and what was sent again of it.
type (
	Standing = versions.Standing
	Stands   = versions.Stands
)

// Standing gives, for series by number, how each now stands: with the patches that were sent again alone, in reply to
// it, in the place of those that they replace (track.Standing). Those that are not stored have no answer.
func (s *Store) Standing(ctx context.Context, series []int64) (map[int64]Standing, error) {
	return viewed(ctx, s, func(v engine.View) (map[int64]Standing, error) { return s.finder(v).Standing(series) })
}

// MembersNow is Members of a series as it now stands.
func (s *Store) MembersNow(ctx context.Context, series int64) ([]track.MailView, error) {
	return viewed(ctx, s, func(v engine.View) ([]track.MailView, error) {
		members, err := v.Members([]int64{series})
		if err != nil {
			return nil, err
		}
		standing, err := s.finder(v).Standing([]int64{series})
		if err != nil {
			return nil, err
		}
		var ids []int64
		for _, m := range members[series] {
			if m.Cover {
				ids = append(ids, m.Mail)
			}
		}
		for _, p := range standing[series].Patches {
			ids = append(ids, p.Mail)
		}
		return v.MailViews(ids)
	})
}

// SeriesRowNow is SeriesRow of a series as it now stands: so are its patches, and whether all of them are there.
func (s *Store) SeriesRowNow(ctx context.Context, id int64, scope track.Scope) (track.SeriesRow, error) {
	row, err := s.SeriesRow(ctx, id, scope)
	if err != nil {
		return row, err
	}
	err = s.view(ctx, func(v engine.View) error {
		row, err = rowNow(s.finder(v), row, scope)
		return err
	})
	return row, err
}

func rowNow(f *versions.Finder, row track.SeriesRow, scope track.Scope) (track.SeriesRow, error) {
	standing, err := f.Standing([]int64{row.ID})
	if err != nil || len(standing[row.ID].Parts) == 0 {
		return row, err
	}
	return row, nowStands(f.View, &row, standing[row.ID].Patches, scope)
}

func nowStands(v engine.View, row *track.SeriesRow, patches []Stands, scope track.Scope) error {
	ids := make([]int64, len(patches))
	for i, p := range patches {
		ids[i] = p.Mail
	}
	rows, err := v.PatchRows(ids, scope)
	if err != nil {
		return err
	}
	row.Patches = nil
	numbers := map[int]bool{}
	for _, p := range patches {
		numbers[p.Number] = p.Number <= row.Total
		if r, seen := rows[p.Mail]; seen {
			row.Patches = append(row.Patches, r.MailBrief)
		}
	}
	row.Received, row.Complete = len(patches), true
	for n := 1; n <= row.Total && row.Complete; n++ {
		row.Complete = numbers[n]
	}
	return nil
}

// withParts notes which series are parts of others that were sent again.
func withParts(f *versions.Finder, views []track.SeriesView) error {
	var incomplete []int64
	for i := range views {
		if !views[i].Complete && views[i].Cover == "" {
			incomplete = append(incomplete, views[i].ID)
		}
	}
	if len(incomplete) == 0 {
		return nil
	}
	partOf, err := f.PartOf(incomplete)
	for i := range views {
		views[i].PartOf = partOf[views[i].ID]
	}
	return err
}
