package webtest

import (
	"cmp"
	"context"
	"slices"

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

// series are the series that are meant by numbers: their own, or those of their mails.
func (s *Fake) series(asked track.In[int64]) track.In[int64] {
	of := map[int64]int64{}
	for _, r := range s.PatchList {
		of[r.ID] = r.Series.ID
	}
	for _, r := range s.CoverList {
		of[r.ID] = r.Series.ID
	}
	for _, r := range s.SeriesAll {
		of[r.ID] = r.ID
	}
	out := slices.Clone(asked)
	for i, id := range asked {
		out[i] = cmp.Or(of[id], id)
	}
	return out
}
