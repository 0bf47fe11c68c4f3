package db

import (
	"patchwatch/db/engine"
	"patchwatch/track"
)

// Numbers in questions come from people and programs: of a series, any number by which it is known, and of patches and
// covers one that a Patchwork server gave. Here they become ours. One that leads nowhere stays as it is, and finds
// nothing.

// askedSeries are series by number (SeriesNumbers).
func askedSeries(v engine.View, asked track.In[int64]) (track.In[int64], error) {
	return meant(asked, func(ids []int64) (map[int64]int64, error) { return seriesNumbers(v, ids) })
}

func askedPatches(v engine.View, asked track.In[int64]) (track.In[int64], error) {
	return meant(asked, func(ids []int64) (map[int64]int64, error) {
		return numbersOf(v, ids, v.PatchRows, func(r *track.PatchRow) int64 { return r.ID }, track.AliasPatch)
	})
}

func askedCovers(v engine.View, asked track.In[int64]) (track.In[int64], error) {
	return meant(asked, func(ids []int64) (map[int64]int64, error) {
		return numbersOf(v, ids, v.CoverRows, func(r *track.CoverRow) int64 { return r.ID }, track.AliasCover)
	})
}

// askedEvents reads the numbers in a question for events.
func askedEvents(v engine.View, q track.EventsQuery) (_ track.EventsQuery, err error) {
	if q.Series, err = askedSeries(v, q.Series); err != nil {
		return q, err
	}
	if q.Patches, err = askedPatches(v, q.Patches); err != nil {
		return q, err
	}
	q.Covers, err = askedCovers(v, q.Covers)
	return q, err
}

// numbersOf gives our numbers of the rows that are called so.
func numbersOf[R any](
	v engine.View, ids []int64, rows func([]int64, track.Scope) (map[int64]R, error), number func(*R) int64,
	kind track.AliasKind,
) (map[int64]int64, error) {
	found, err := called(v, ids, func(ids []int64) (map[int64]R, error) { return rows(ids, track.Scope{Whole: true}) }, kind)
	out := make(map[int64]int64, len(found))
	for id, row := range found {
		out[id] = number(&row)
	}
	return out, err
}

// meant replaces numbers by those that they mean. Nothing asked for, or no condition at all, stays so.
func meant(asked track.In[int64], means func([]int64) (map[int64]int64, error)) (track.In[int64], error) {
	if len(asked) == 0 {
		return asked, nil
	}
	ours, err := means(asked)
	out := make(track.In[int64], len(asked))
	for i, id := range asked {
		if out[i] = id; ours[id] != 0 {
			out[i] = ours[id]
		}
	}
	return out, err
}
