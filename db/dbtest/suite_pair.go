package dbtest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

func (m mender) link(one, other string) {
	m.Helper()
	m.must(m.s.LinkSeries(context.Background(), "ann", seriesOf(m.T, m.s, one).ID, seriesOf(m.T, m.s, other).ID))
}

func (m mender) unlink(one, other string) {
	m.Helper()
	m.must(m.s.UnlinkSeries(context.Background(), "ann", seriesOf(m.T, m.s, one).ID, seriesOf(m.T, m.s, other).ID))
}

func (m mender) wantRevisions(when string, want ...string) {
	m.Helper()
	got := revisionsOf(m.T, m.s)
	if slices.Sort(got); !slices.Equal(got, want) {
		m.Errorf("%s: %v, want %v", when, got, want)
	}
	check(m.T, m.s)
}

// What a person said about two series counts, whatever the rules say and whatever comes later.
func (u suite) TestPairs(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	m := mender{t, s}
	add(t, s, versioned("a1", 0, 1, "[x] one"), versioned("b1", day, 1, "[x] other"),
		versioned("b2", 2*day, 2, "[v2] other"))
	m.wantRevisions("at first", "b2<b1")
	m.link("b2", "a1")
	m.wantRevisions("linked, though the rules have another", "b2<a1")
	v, err := s.Versions(ctx, seriesOf(t, s, "a1").ID)
	if err != nil || len(v) != 2 || v[1].Link != track.LinkedByHand {
		t.Errorf("versions: %+v, %v", v, err)
	}
	m.unlink("a1", "b2")
	m.wantRevisions("unlinked", "b2<b1")
	m.unlink("b1", "b2")
	m.wantRevisions("unlinked from both")
	add(t, s, ofChange("x", versioned("b3", 3*day, 3, "[v3] other")), versioned("a0", -day, 1, "[x] other"))
	m.wantRevisions("late mail", "b2<a0", "b3<b2")
	m.link("b3", "a1")
	m.wantRevisions("linked, though there is a nearer version", "b2<a0", "b3<a1")
	m.reset("b3")
	m.wantRevisions("reset", "b2<a0", "b3<b2")
	m.must(s.Rebuild(ctx, nil))
	_, _, err = s.Reread(ctx, readJSON, nil)
	m.must(err)
	m.wantRevisions("rebuilt and reread", "b2<a0", "b3<b2")
	m.link("a1", "b1")
	m.wantRevisions("of one version: the newer is the older one sent again", "b1<a1", "b2<a0", "b3<b2")
	m.reset("b1 b2")
	m.wantRevisions("reset", "b2<b1", "b3<b2")
}

// A pair is about the series that its mails are in at any time. Where two pairs say both of two series, the two are not
// versions; the next decision about them stands alone.
func (u suite) TestPairsOfMovedMails(t *testing.T) {
	s := u.open(t)
	m := mender{t, s}
	add(t, s, versioned("1", 0, 1, "[x] one"), versioned("p", day, 1, "[2/2] apart"), versioned("v", 2*day, 2, "[v2] new"))
	m.link("1", "v")
	m.unlink("p", "v")
	m.wantRevisions("two pairs", "v<1")
	m.move("p", "1")
	m.wantRevisions("of the same series")
	m.link("p", "v")
	m.wantRevisions("linked anew", "v<1")
	m.split("p")
	m.wantRevisions("the pair of the mail that led them", "v<1")
}

func (u suite) TestPairsAreLogged(t *testing.T) {
	s := u.open(t)
	m := mender{t, s}
	add(t, s, versioned("1@x", 0, 1, "[x] one"), versioned("2@x", day, 2, "[v2] other"))
	before := changesOf(t, s)
	m.link("2@x", "1@x")
	if changesOf(t, s) == before {
		t.Error("nothing has changed for those who keep answers")
	}
	m.link("1@x", "2@x") // again
	m.unlink("1@x", "2@x")
	m.reset("1@x")
	want := []string{
		`ann versions frob.lists.example.org 1@x "unlinked from <2@x>" ""`,
		`ann versions frob.lists.example.org 1@x "linked to <2@x>" "unlinked from <2@x>"`,
		`ann versions frob.lists.example.org 1@x "" "linked to <2@x>"`,
	}
	if got := logged(t, s, engine.LogQuery{MsgID: "<1@x>"}); !slices.Equal(got, want) {
		t.Errorf("the log has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	m.wantRevisions("at last")
}

func (u suite) TestPairsRefuse(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	other := made("1@o", 0, "of another project")
	other.ListIDs = []string{"widget.lists.example.org"}
	add(t, s, made("1@x", 0, "one"), other)
	for _, c := range []struct {
		one, other int64
		kind       error
		want       string
	}{
		{1, 1, engine.ErrConflict, "s1 is one series, and not two"},
		{1, 2, engine.ErrConflict, "s1 and s2 are of different projects"},
		{1, 99, engine.ErrNotFound, "there is no series s99"},
		{98, 1, engine.ErrNotFound, "there is no series s98"},
	} {
		for _, err := range []error{s.LinkSeries(ctx, by, c.one, c.other), s.UnlinkSeries(ctx, by, c.one, c.other)} {
			if !errors.Is(err, c.kind) || err.Error() != c.want {
				t.Errorf("%d and %d: %v, want %s", c.one, c.other, err, c.want)
			}
		}
	}
}

// changesOf gives how often what is shown has changed.
func changesOf(t *testing.T, s *db.Store) int64 {
	t.Helper()
	all, err := s.Changes(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return all[1]
}
