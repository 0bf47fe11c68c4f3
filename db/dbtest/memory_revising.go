package dbtest

import (
	"slices"
	"time"

	"patchwatch/db/engine"
)

func (v *view) Revising(series []int64, most int) (map[int64][]engine.SeriesRow, error) {
	out := map[int64][]engine.SeriesRow{}
	for _, s := range v.series.all() {
		if s.Revises != 0 && slices.Contains(series, s.Revises) {
			out[s.Revises] = append(out[s.Revises], *s)
		}
	}
	for id, all := range out {
		slices.SortFunc(all, engine.NewestFirst)
		out[id] = first(all, most)
	}
	return out, nil
}

func (v *view) PatchesOf(series []int64) (out []engine.PatchRow, err error) {
	once(series, func(id int64) {
		for _, p := range v.inSeries(id) {
			out = append(out, *p)
		}
	})
	return out, nil
}

func (v *view) Completed(series []int64) (map[int64]time.Time, error) {
	out := map[int64]time.Time{}
	for _, id := range series {
		s := v.series.get(id)
		if s == nil {
			continue
		}
		for _, p := range v.inSeries(id) {
			m := v.mails.get(p.Mail)
			if m != nil && 1 <= p.Number && p.Number <= s.Total && m.Delivered.After(out[id]) {
				out[id] = m.Delivered
			}
		}
	}
	return out, nil
}
