package main

import (
	"context"
	"fmt"
	"strings"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/track"
)

// tellGaps says on standard error which patches of these series are missing, and which were sent again, so that the
// mbox has an older one.
func (a *app) tellGaps(ctx context.Context, s *db.Store, series []int64) error {
	for _, id := range series {
		found, err := s.SeriesList(ctx, track.Filter{Series: id})
		if err != nil || len(found) == 0 {
			return err
		}
		patches, err := s.Patches(ctx, track.Filter{Series: id, Archived: true})
		if err != nil {
			return err
		}
		if lack := lacking(found[0], patches); len(lack) > 0 {
			fmt.Fprintf(a.err, "%s is incomplete: of %d patches, %s missing\n", seriesID(id), found[0].Total, numbersAre(lack))
		}
		again, err := s.SentAgain(ctx, id)
		if err != nil {
			return err
		}
		for _, p := range again {
			fmt.Fprintf(a.err, "%s: patch %d of %d was sent again as %d, %q; this file has the earlier one\n",
				seriesID(id), p.Number, p.Total, p.ID, term.Printable(p.Name))
		}
	}
	return nil
}

// numbersAre gives "1 is", "1 and 3 are", "1, 2, ... are".
func numbersAre(numbers []string) string {
	n := len(numbers)
	switch {
	case n == 1:
		return numbers[0] + " is"
	case numbers[n-1] == "...":
		return strings.Join(numbers, ", ") + " are"
	}
	return strings.Join(numbers[:n-1], ", ") + " and " + numbers[n-1] + " are"
}

// seriesNamed are the series that ids name as a whole, by their number or by their cover.
func seriesNamed(ctx context.Context, s *db.Store, project string, ids []string) ([]int64, error) {
	var out []int64
	for _, id := range ids {
		if n, ok := seriesNumber(id); ok {
			out = append(out, n)
			continue
		}
		m, err := findMail(ctx, s, project, id)
		if err != nil {
			return nil, err
		}
		if m.Kind == track.RoleCover && m.Series != 0 {
			out = append(out, m.Series)
		}
	}
	return out, nil
}
