package webtest

import (
	"context"

	"patchwatch/db/engine"
	"patchwatch/track"
)

func (s *Fake) CommentRow(ctx context.Context, id int64, _ bool, sc track.Scope) (track.CommentRow, error) {
	rows, err := s.CommentRows(ctx, []int64{id}, sc)
	if row, there := rows[id]; err != nil || there {
		return row, err
	}
	return track.CommentRow{}, engine.ErrNotFound
}

func (s *Fake) SeriesNumbers(_ context.Context, ids []int64) (map[int64]int64, error) {
	out := map[int64]int64{}
	for _, r := range s.SeriesAll {
		out[r.ID] = r.ID
	}
	for _, r := range s.PatchList {
		out[r.ID] = r.Series.ID
	}
	for _, r := range s.CoverList {
		out[r.ID] = r.Series.ID
	}
	return out, s.ask()
}
