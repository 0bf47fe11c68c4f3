package dbtest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/track"
)

// TestTrackedForSearch: those who search learn what has become of mails, and of which mails they may know.
func (u suite) TestTrackedForSearch(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	forged := made("p@1", 9, "[1/2] forged", "c@1")
	forged.Delivered = forged.Delivered.Add(time.Hour)
	add(t, s, made("c@1", 0, "[0/2] part"), with(made("p@1", 1, "[1/2] one", "c@1"), "ann"), made("p@2", 2, "[2/2] two",
		"c@1"),
		with(made("r@1", 4, "Re: one", "p@1"), "rev"), made("t@1", 5, "talk"), forged, made("r@2", 6, "Re: two", "p@2"))
	if err := s.SetState(ctx, by, []int64{number(t, s, "p@1")}, "accepted"); err != nil {
		t.Fatal(err)
	}
	if err := s.Hide(ctx, by, []int64{number(t, s, "p@2")}, true); err != nil {
		t.Fatal(err)
	}
	all := []int64{1, 2, 3, 4, 5, 6, 7, 99}
	is, err := s.Tracked(ctx, all, db.TrackedQuery{Trailers: true, Checks: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(is)); !slices.Equal(got, []int64{1, 2, 4, 5}) {
		t.Errorf("%v may be found", got)
	}
	p := is[2]
	if p.Role != track.RolePatch || p.State != "accepted" || p.Series != 1 || !p.Complete || len(p.Trailers) != 2 {
		t.Errorf("the patch is %+v", p)
	}
	if r := is[4]; r.Role != track.RoleComment || r.Series != 1 || r.Version != 0 || len(r.Trailers) != 1 {
		t.Errorf("the reply is %+v", r)
	}
	whole, err := s.Tracked(ctx, all, db.TrackedQuery{Scope: track.Scope{Whole: true}, Copies: true})
	if err != nil || len(whole) != 7 || whole[6].Chosen || !whole[3].Hidden || !whole[7].Hidden {
		t.Errorf("in all there are %+v, %v", whole, err)
	}
	private, err := s.Tracked(ctx, all, db.TrackedQuery{Scope: track.Scope{Without: []int64{is[1].Tracked.Project}}})
	if err != nil || len(private) != 0 {
		t.Errorf("of a private project there are %+v, %v", private, err)
	}
	having, err := s.Having(ctx, db.Having{Series: 1}, 10)
	if slices.Sort(having); err != nil || !slices.Equal(having, []int64{1, 2, 3, 4, 7}) {
		t.Errorf("the series has %v, %v", having, err)
	}
}

// TestRestated: a mail is noted if its date or its list changes, and no other is.
func (u suite) TestRestated(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	dated, undated, elsewhere := made("1@x", 0, "dated"), made("2@x", 1, "undated"), made("3@x", 2, "of a list")
	undated.Date, elsewhere.ListIDs = time.Time{}, nil
	add(t, s, dated, undated, elsewhere)
	noted := func(want ...int64) {
		t.Helper()
		notes, err := s.Restated(ctx, 0, 10)
		var got []int64
		for i, n := range notes {
			if got = append(got, n.Mail); i > 0 && n.Note <= notes[i-1].Note {
				t.Errorf("not in order: %v", notes)
			}
		}
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("noted are %v, not %v: %v", got, want, err)
		}
	}
	noted()
	earlier := func(m *track.Mail) *track.Mail {
		e := *m
		e.Delivered = m.Delivered.Add(-time.Minute)
		return &e
	}
	add(t, s, earlier(dated))
	noted()
	add(t, s, earlier(undated))
	noted(2)
	imported := *elsewhere
	imported.ImportedAs = "other.example.org"
	add(t, s, &imported)
	noted(2, 3)
	add(t, s, earlier(earlier(undated)))
	noted(3, 2)
	if err := s.Rebuild(ctx, nil); err != nil {
		t.Fatal(err)
	}
	noted(3, 2)
}

// TestSavedQueries: each person has queries of their own, and the log says so.
func (u suite) TestSavedQueries(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	for _, q := range []struct{ by, name, query string }{
		{"ann", "b", "s:one"}, {"ann", "a", "s:two"}, {"bob", "a", "s:three"}, {"ann", "a", "s:four"}, {"ann", "a", "s:four"},
	} {
		if err := s.SaveQuery(ctx, track.Actor(q.by), q.name, q.query); err != nil {
			t.Fatal(err)
		}
	}
	is, err := s.SavedQueries(ctx, "ann")
	if err != nil || len(is) != 2 || is[0].Name != "a" || is[0].Query != "s:four" || is[1].Query != "s:one" {
		t.Errorf("ann has %+v, %v", is, err)
	}
	if err := s.SaveQuery(ctx, "ann", "a", ""); err != nil {
		t.Fatal(err)
	}
	if is, err = s.SavedQueries(ctx, "ann"); err != nil || len(is) != 1 {
		t.Errorf("ann still has %+v, %v", is, err)
	}
	log, err := s.Log(ctx, db.LogQuery{})
	if err != nil || len(log) != 5 || log[0].What != "saved-query" || log[0].Before != "a: s:four" || log[0].After != "" {
		t.Errorf("the log has %+v, %v", log, err)
	}
}
