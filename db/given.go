package db

import (
	"context"
	"database/sql"

	"patchwatch/track"
)

// Trailers gives the trailers of patches, by the numbers of their mails: their own, and those that replies to them and to the
// covers of their series give. It takes four queries, however many patches there are.
func (s *Store) Trailers(ctx context.Context, patches []int64) (map[int64]track.PatchTrailers, error) {
	r, err := s.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer r.done()
	out, err := trailersOf(ctx, r, patches)
	return out, explain(err)
}

func trailersOf(ctx context.Context, r *reader, patches []int64) (map[int64]track.PatchTrailers, error) {
	ids := list(patches)
	own, err := trailersBy(ctx, r, `
		SELECT m.id, m.more FROM json_each(?) j CROSS JOIN mail m WHERE m.id = j.value AND m.more IS NOT NULL`, ids)
	if err != nil {
		return nil, err
	}
	const replies = ` JOIN reply r ON r.parent = j.value JOIN mail m ON m.id = r.mail
		WHERE NOT r.ignored AND m.more IS NOT NULL ORDER BY r.parent, m.date, m.delivered, m.msgid`
	onPatch, err := trailersBy(ctx, r, `SELECT r.parent, m.more FROM json_each(?) j CROSS`+replies, ids)
	if err != nil {
		return nil, err
	}
	covers, err := coversOf(ctx, r, ids)
	if err != nil {
		return nil, err
	}
	onCover, err := trailersBy(ctx, r, `SELECT r.parent, m.more FROM (SELECT DISTINCT value FROM json_each(?)) j CROSS`+replies, list(values(covers)))
	if err != nil {
		return nil, err
	}
	out := make(map[int64]track.PatchTrailers, len(patches))
	for _, p := range patches {
		out[p] = track.PatchTrailers{Own: own[p], Given: track.GivenTrailers(own[p], onPatch[p], onCover[covers[p]])}
	}
	return out, nil
}

// coversOf are the covers of the series that patches are in, by patch.
func coversOf(ctx context.Context, r *reader, patches string) (map[int64]int64, error) {
	rows, err := r.QueryContext(ctx, `
		SELECT p.mail, s.cover FROM json_each(?) j CROSS JOIN patch p ON p.mail = j.value JOIN series s ON s.id = p.series
		WHERE s.cover IS NOT NULL`, patches)
	if err != nil {
		return nil, err
	}
	out := map[int64]int64{}
	return out, eachRow(rows, func(scan func(...any) error) error {
		var patch, cover int64
		err := scan(&patch, &cover)
		out[patch] = cover
		return err
	})
}

// trailersBy collects the trailers in the rows of a query, by their first column.
func trailersBy(ctx context.Context, r *reader, query, ids string) (map[int64][]track.Trailer, error) {
	rows, err := r.QueryContext(ctx, query, ids)
	if err != nil {
		return nil, err
	}
	out := map[int64][]track.Trailer{}
	return out, eachRow(rows, func(scan func(...any) error) error {
		var of int64
		var text sql.NullString
		if err := scan(&of, &text); err != nil {
			return err
		}
		m, err := parseMore(text)
		if len(m.Trailers) > 0 {
			out[of] = append(out[of], m.Trailers...)
		}
		return err
	})
}

func values[K comparable, V any](m map[K]V) []V {
	out := make([]V, 0, len(m))
	for _, v := range m {
		out = append(out, v)
	}
	return out
}
