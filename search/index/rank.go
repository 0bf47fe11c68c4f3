package index

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"patchwatch/internal/order"
	"patchwatch/search"
)

// Rank puts what a query has found into the order of how well it fits, by BM25: rare words count more than common
// ones, and short mails more than long ones. A word in the subject counts as much as five elsewhere. What fits alike
// stays as it is. It takes as long as all mails with these words take.
func (x *Index) Rank(ctx context.Context, n search.Node, hits []Hit) error {
	var ranks map[int64]float64 // the best are the smallest
	err := x.reading(ctx, func(tx *sql.Tx) error {
		ranks = make(map[int64]float64, len(hits))
		for _, h := range hits {
			ranks[h.Document] = 0
		}
		b, err := newCompiler(ctx, tx).bound(n)
		if err != nil || b.scope != some {
			return err
		}
		return each(ctx, tx, rankQuery, []any{b.match}, func(rows *sql.Rows) error {
			var id int64
			var rank float64
			err := rows.Scan(&id, &rank)
			if _, found := ranks[id]; found {
				ranks[id] = rank
			}
			return err
		})
	})
	if errors.Is(err, errNone) {
		return nil
	}
	order.By(hits, func(a, b Hit) int { return cmp.Compare(ranks[a.Document], ranks[b.Document]) })
	return err
}

// rankQuery takes a query of FTS5.
var rankQuery = fmt.Sprintf(`SELECT rowid, bm25(words%s) FROM words WHERE words MATCH ?`, weights())

func weights() string {
	var b strings.Builder
	for _, p := range parts {
		weight := 1
		if p == search.PartSubject {
			weight = 5
		}
		fmt.Fprintf(&b, ", %d", weight)
	}
	return b.String()
}
