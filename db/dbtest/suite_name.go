package dbtest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// nameOf is the name of the series that a mail is in.
func nameOf(t *testing.T, s *db.Store, id string) string {
	t.Helper()
	v := seriesOf(t, s, id)
	return v.Name
}

func seriesOf(t *testing.T, s *db.Store, id string) track.SeriesView {
	t.Helper()
	found, err := s.Find(context.Background(), "", id)
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %d found, %v", id, len(found), err)
	}
	all, err := s.SeriesList(context.Background(), track.Filter{Series: found[0].Series})
	if err != nil || len(all) != 1 {
		t.Fatalf("series of %s: %d found, %v", id, len(all), err)
	}
	return all[0]
}

func giveName(t *testing.T, s *db.Store, id, name string) {
	t.Helper()
	if err := s.SetSeriesName(context.Background(), by, seriesOf(t, s, id).ID, name); err != nil {
		t.Fatal(err)
	}
	check(t, s)
}

func wantName(t *testing.T, s *db.Store, when, id, want string) {
	t.Helper()
	if got := nameOf(t, s, id); got != want {
		t.Errorf("%s: the series of %s is named %q, want %q", when, id, got, want)
	}
	check(t, s)
}

// A name that a person gave stays whatever comes: the mails that the name would have been taken from, a rebuild, a
// reparse.
func (u suite) TestSeriesNameSurvives(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	add(t, s, made("2@x", 2, "[2/2] two", "c@x"))
	giveName(t, s, "2@x", "frobs, finally")
	add(t, s, made("1@x", 1, "[1/2] one", "c@x"))
	wantName(t, s, "patch 1", "1@x", "frobs, finally")
	add(t, s, made("c@x", 0, "[0/2] cover"))
	wantName(t, s, "the cover", "c@x", "frobs, finally")
	if err := s.Rebuild(ctx, nil); err != nil {
		t.Fatal(err)
	}
	wantName(t, s, "rebuild", "1@x", "frobs, finally")
	if _, _, err := s.Reread(ctx, func(raw []byte) (*track.Mail, error) {
		m, err := readJSON(raw)
		m.Subject.Version = 3
		return m, err
	}, nil); err != nil {
		t.Fatal(err)
	}
	wantName(t, s, "reparse", "2@x", "frobs, finally")
	giveName(t, s, "2@x", "")
	wantName(t, s, "taken back", "2@x", "cover")
}

// A series whose first patch has not come goes by the name of the one that is there. Where another copy of that turns out
// to be the original, lists by name know, though nothing else of the series has changed.
func (u suite) TestSeriesInOrderOfNewNames(t *testing.T) {
	s := u.open(t)
	want := func(when string, names ...string) {
		t.Helper()
		page, err := s.SeriesPage(t.Context(), track.SeriesQuery{
			Paging: track.Paging{Limit: 5, Order: []track.Order{{By: "name"}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range page.Rows {
			got = append(got, row.Name)
		}
		if !slices.Equal(got, names) {
			t.Errorf("%s: %q, wanted are %q", when, got, names)
		}
	}
	first, other := made("1@x", 0, "[2/3] a"), made("2@x", 60*24, "[2/3] b")
	other.From.Email = "bob@example.org"
	add(t, s, first, other)
	want("at first", "[2/3] a", "[2/3] b")
	original := made("1@x", 0, "[2/3] c")
	original.Delivered = first.Delivered.Add(-time.Second)
	add(t, s, original)
	want("with the original", "[2/3] b", "[2/3] c")
}

// Late mail makes two series of one, and one of two. A name stays with the mail that led the series when it was given.
func (u suite) TestSeriesNameWhenSeriesChange(t *testing.T) {
	s := u.open(t)
	// Two halves that only their lost cover will bring together.
	add(t, s, made("1@x", 0, "[1/3] one", "a@x"), made("2@x", 40, "[2/3] two", "b@x"))
	giveName(t, s, "1@x", "first half")
	giveName(t, s, "2@x", "second half")
	add(t, s, made("3@x", 41, "[3/3] three", "b@x", "a@x"))
	wantName(t, s, "joined", "2@x", "first half")
	giveName(t, s, "3@x", "the whole")
	wantName(t, s, "named as a whole", "1@x", "the whole")
	giveName(t, s, "2@x", "")
	wantName(t, s, "taken back as a whole", "1@x", "[1/3] one")

	// What was taken for the second patch of a series turns out to be that of another sending.
	add(t, s, made("c@y", 100, "[0/2] cover"), made("2@y", 100, "[2/2] two", "c@y"))
	giveName(t, s, "2@y", "mine")
	add(t, s, made("2@z", 99, "[2/2] two", "c@y"), made("1@y", 100, "[1/2] one", "c@y"))
	wantName(t, s, "split", "c@y", "mine")
}

func (u suite) TestNoSeriesToName(t *testing.T) {
	s := u.open(t)
	if err := s.SetSeriesName(context.Background(), by, 7, "x"); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("a series that isn't there: %v", err)
	}
}
