package db

import (
	"context"
	"maps"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Trailers gives the trailers of patches, by the numbers of any copies: their own, and those that replies to them and
// to the covers of their series give. Hidden mails give none. It takes four calls, however many patches there are.
func (s *Store) Trailers(ctx context.Context, patches []int64) (out map[int64]track.PatchTrailers, err error) {
	err = s.view(ctx, func(v engine.View) error {
		stands, err := v.Stands(patches)
		if err != nil {
			return err
		}
		of, err := trailersOf(v, engine.Distinct(slices.Collect(maps.Values(stands))))
		out = make(map[int64]track.PatchTrailers, len(patches))
		for id, mail := range stands {
			out[id] = of[mail]
		}
		return err
	})
	return out, err
}

func trailersOf(v engine.View, patches []int64) (map[int64]track.PatchTrailers, error) {
	covers, err := v.Covers(patches)
	if err != nil {
		return nil, err
	}
	parents := slices.Concat(patches, engine.Distinct(slices.Collect(maps.Values(covers))))
	replies, err := v.Replies(parents, false, false)
	if err != nil {
		return nil, err
	}
	mails := slices.Clone(patches)
	for _, of := range replies {
		mails = append(mails, of...)
	}
	texts, err := v.More(mails)
	if err != nil {
		return nil, err
	}
	of := make(map[int64][]track.Trailer, len(texts))
	for id, text := range texts {
		m, err := engine.ParseMore(text)
		if err != nil {
			return nil, err
		}
		of[id] = m.Trailers
	}
	given := make(map[int64][]track.Trailer, len(parents))
	for _, parent := range parents {
		for _, reply := range replies[parent] {
			given[parent] = append(given[parent], of[reply]...)
		}
	}
	out := make(map[int64]track.PatchTrailers, len(patches))
	for _, p := range patches {
		out[p] = track.PatchTrailers{Own: of[p], Given: track.GivenTrailers(of[p], given[p], given[covers[p]])}
	}
	return out, nil
}
