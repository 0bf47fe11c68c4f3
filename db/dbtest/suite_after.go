package dbtest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"patchwatch/db"
	"patchwatch/track"
)

// after reads all that a query asks for, a few at a time, as somebody does who is told of it.
func after(t *testing.T, s *db.Store, q track.EventsQuery, atOnce int) (ids []int64, upTo int64) {
	t.Helper()
	for q.Limit = atOnce; ; q.Above = upTo {
		rows, now, err := s.EventsAfter(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		if now < q.Above || len(rows) > atOnce {
			t.Fatalf("%d events up to %d after %d", len(rows), now, q.Above)
		}
		for _, r := range rows {
			ids = append(ids, r.ID)
		}
		if upTo = now; len(rows) < atOnce {
			return ids, upTo
		}
	}
}

// Whoever reads on from where they are gets all that a page has, in the order of commits, however many at a time. They
// need not look at what they are not told of again.
func (u suite) TestEventsAfter(t *testing.T) {
	ctx := context.Background()
	s := u.openConfigured(t, true)
	add(t, s, thread()...)
	add(t, s, made("n@x", 10, "new"), made("o@x", 11, "other"))
	page, err := s.EventPage(ctx, track.EventsQuery{Paging: wholePage})
	if err != nil || page.Total < 10 {
		t.Fatal(page.Total, err)
	}
	last, err := s.LastEvent(ctx)
	if err != nil || last != page.Rows[0].ID {
		t.Fatalf("the last event is %d, %v, want %d", last, err, page.Rows[0].ID)
	}
	frob := page.Rows[0].Project
	at := slices.IndexFunc(page.Rows, func(r track.EventRow) bool { return r.Category == track.PatchCreated })
	if err := s.Hide(ctx, by, []int64{page.Rows[at].Patch.ID}, true); err != nil {
		t.Fatal(err)
	}
	if last, err = s.LastEvent(ctx); err != nil {
		t.Fatal(err)
	}
	for what, q := range map[string]track.EventsQuery{
		"all": {}, "of a project": {Projects: track.In[int64]{frob}}, "of none": {Projects: track.In[int64]{99}},
		"of two kinds":    {Categories: track.In[track.Category]{track.PatchCreated, track.SeriesCreated}},
		"of a rare kind":  {Categories: track.In[track.Category]{track.CheckCreated}},
		"without project": {Scope: track.Scope{Without: []int64{frob}}},
		"from the middle": {Above: last / 2}, "from beyond": {Above: last + 100},
	} {
		q.Paging = wholePage
		page, err := s.EventPage(ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		var want []int64
		for _, r := range slices.Backward(page.Rows) {
			want = append(want, r.ID)
		}
		for _, atOnce := range []int{1, 2, 3, 1000} {
			got, upTo := after(t, s, q, atOnce)
			if !slices.Equal(got, want) || upTo != max(last, q.Above) {
				t.Errorf("%s, %d at once: %v up to %d, want %v up to %d", what, atOnce, got, upTo, want, last)
			}
		}
	}
	if got := fmt.Sprint(after(t, u.open(t), track.EventsQuery{}, 5)); got != "[] 0" {
		t.Errorf("where nothing has happened: %s", got)
	}
}
