package sqlite

import (
	"context"
	"errors"
	"testing"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// A page that takes long ends soon after nobody wants it any more, and its connection is good for others.
func TestSlowPagesAreCancelled(t *testing.T) {
	e, _, _ := openFilled(t)
	manyPeople(t, e, 200_000)
	private := track.Scope{Without: []int64{2}}
	for name, f := range map[string]track.PersonQuery{
		"all but private":     {Scope: private, Paging: track.Paging{Limit: 1}},
		"looked for by words": {Scope: private, Paging: track.Paging{Limit: 1}, Words: []string{"n", "o"}},
		"in another order":    {Paging: track.Paging{Limit: 200_000, Order: []track.Order{{By: "name", Desc: true}}}},
	} {
		ask := func(ctx context.Context) (took time.Duration, err error) {
			began := time.Now()
			err = e.View(ctx, func(v engine.View) error {
				_, err := v.PersonPage(f, -1)
				return err
			})
			return time.Since(began), err
		}
		whole, err := ask(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		least := whole
		for range 2 * readerConns {
			soon, stop := context.WithTimeout(t.Context(), whole/20)
			took, err := ask(soon)
			stop()
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: it ended after %v: %v", name, took, err)
			}
			least = min(least, took)
		}
		if least > whole/3 {
			t.Errorf("%s: it takes %v, and %v when nobody wants it", name, whole, least)
		}
	}
	if err := e.View(t.Context(), func(v engine.View) error {
		page, err := v.PersonPage(track.PersonQuery{Paging: track.Paging{Limit: 1}}, -1)
		if len(page.Rows) != 1 {
			t.Errorf("afterwards there are %d people", len(page.Rows))
		}
		return err
	}); err != nil {
		t.Error("afterwards:", err)
	}
}

// manyPeople puts people into the database who are named by no mail.
func manyPeople(t *testing.T, e *database, n int) {
	t.Helper()
	for _, insert := range []string{
		`INSERT INTO address (email) SELECT 'p' || i || '@x.org' FROM n`,
		`INSERT INTO person (email, name) SELECT 'p' || i || '@x.org', 'Person ' || i * 7919 % 100000 FROM n`,
	} {
		if err := e.writer.exec(`WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) `+insert, n); err != nil {
			t.Fatal(err)
		}
	}
}
