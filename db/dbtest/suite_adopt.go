package dbtest

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// elsewhere is a Patchwork server that things are taken over from.
func elsewhere(t *testing.T, s *db.Store) db.AdoptFrom {
	t.Helper()
	src, err := s.Source(context.Background(), by, "https://patchwork.example.org")
	if err != nil {
		t.Fatal(err)
	}
	return db.AdoptFrom{Source: src.ID, Project: projectOf(t, s, "frob").ID}
}

// adoptPatches takes patches over and gives what was left, in one text.
func adoptPatches(t *testing.T, s *db.Store, from db.AdoptFrom, patches ...track.AdoptedPatch) string {
	t.Helper()
	out, err := s.AdoptPatches(context.Background(), by, from, patches)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(out.Left, "; ")
}

// shownOf is what is shown of a patch, by any of its numbers.
func shownOf(t *testing.T, s *db.Store, number int64) string {
	t.Helper()
	rows, err := s.PatchRows(context.Background(), []int64{number}, track.Scope{})
	if err != nil {
		t.Fatal(err)
	}
	r, there := rows[number]
	if !there {
		return "nothing"
	}
	return strings.TrimSpace(fmt.Sprint(r.MsgID, " ", r.State, " ", r.Delegate, " ", r.Archived, " ", r.CommitRef, " ",
		r.Checked))
}

var carol = &track.AdoptedUser{Number: 41, Name: "carol", FirstName: "Carol", Email: "carol@example.org"}

// Decisions that come before the mail are found by it, as if it had been there. Its numbers lead to it, and those of
// mail are above them.
func (u suite) TestAdoptBeforeMail(t *testing.T) {
	adoptAndImport(t, u, func(adopt, mail func()) { adopt(); mail() })
}

func (u suite) TestAdoptAfterMail(t *testing.T) {
	adoptAndImport(t, u, func(adopt, mail func()) { mail(); adopt() })
}

func adoptAndImport(t *testing.T, u suite, do func(adopt, mail func())) {
	ctx := context.Background()
	s := u.open(t)
	addProject(t, s, frob)
	from := elsewhere(t, s)
	at := epoch.Add(time.Hour)
	do(func() {
		left := adoptPatches(t, s, from,
			track.AdoptedPatch{Number: 501, MsgID: "<1@x>", State: "accepted", CommitRef: "c0ffee", Related: []int64{502},
				StateBy: track.AdoptedDecision{By: carol, At: at}},
			track.AdoptedPatch{Number: 502, MsgID: "<2@x>", State: "queued", Delegate: carol, Archived: true,
				Related: []int64{501}},
			track.AdoptedPatch{Number: 503, MsgID: "<s@x>", State: "new"})
		if left != "" {
			t.Errorf("left: %s", left)
		}
		if _, out, err := s.AdoptRelations(ctx, by, from, 0, 100); err != nil || out.Taken["related"] != 2 {
			t.Errorf("%+v, %v", out, err)
		}
		adoptRest(t, s, from)
	}, func() { add(t, s, thread()...) })
	for n, want := range map[int64]string{501: "<1@x> accepted  false c0ffee success",
		502: "<2@x> queued carol@example.org true  pending", 503: "<s@x> new  false  pending"} {
		if got := shownOf(t, s, n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
	wantRelated(t, s, "taken over", map[string]string{"1@x": "2@x", "2@x": "1@x", "s@x": ""})
	wantRest(t, s)
	if err := s.Rebuild(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if got := shownOf(t, s, 501); got != "<1@x> accepted  false c0ffee success" {
		t.Errorf("after a rebuild: %s", got)
	}
	lines, err := s.LogOf(ctx, []engine.LogQuery{{Project: "frob", MsgID: "<1@x>"}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if l.What == "state" && (l.Actor != "carol" || !l.Time.Equal(at)) {
			t.Errorf("the log has %+v", l)
		}
	}
	more := made("later@x", 90, "later")
	add(t, s, more)
	if n := number(t, s, "later@x"); n <= 503 {
		t.Errorf("mail that came later has the number %d", n)
	}
}

// adoptRest takes over all but patches.
func adoptRest(t *testing.T, s *db.Store, from db.AdoptFrom) {
	t.Helper()
	ctx, yes := context.Background(), true
	for kind, n := range map[track.AliasKind]track.AdoptedNumber{
		track.AliasCover:        {Number: 77, MsgID: "<c@x>"},
		track.AliasSeries:       {Number: 88, MsgID: "<c@x>"},
		track.AliasPatchComment: {Number: 99, MsgID: "<r1@x>", Addressed: &yes},
	} {
		if out, err := s.AdoptNumbers(ctx, by, from, kind, []track.AdoptedNumber{n}); err != nil || out.Left != nil {
			t.Fatalf("%v, %v", out, err)
		}
	}
	check := track.AdoptedCheck{Number: 66, User: carol, Date: epoch, State: track.CheckSuccess, Context: "build"}
	for range 2 { // again it is known
		if out, err := s.AdoptChecks(ctx, by, from, "<1@x>", []track.AdoptedCheck{check}); err != nil || out.Left != nil {
			t.Fatalf("%v, %v", out, err)
		}
	}
	b := track.AdoptedBundle{Number: 55, Owner: carol, Name: "next", Patches: []string{"<2@x>", "<1@x>"}}
	if out, err := s.AdoptBundles(ctx, by, from, []track.AdoptedBundle{b}); err != nil || out.Left != nil {
		t.Fatalf("%v, %v", out, err)
	}
	if err := s.AdoptPeople(ctx, by, from, []track.AdoptedPerson{{Number: 700, Email: "Ann@example.org"}}); err != nil {
		t.Fatal(err)
	}
}

func wantRest(t *testing.T, s *db.Store) {
	t.Helper()
	ctx := context.Background()
	covers, err := s.CoverRows(ctx, []int64{77}, track.Scope{})
	if err != nil || covers[77].MsgID != "<c@x>" {
		t.Errorf("cover 77 is %+v, %v", covers[77], err)
	}
	series, err := s.SeriesRow(ctx, 88, track.Scope{})
	if err != nil || len(series.Patches) != 2 {
		t.Errorf("series 88 is %+v, %v", series, err)
	}
	comments, err := s.CommentRows(ctx, []int64{99}, track.Scope{})
	if c := comments[99]; err != nil || c.MsgID != "<r1@x>" || c.Addressed == nil || !*c.Addressed {
		t.Errorf("comment 99 is %+v, %v", c, err)
	}
	check, err := s.CheckResult(ctx, 66)
	if err != nil || check.MsgID != "<1@x>" || check.User != 41 || !check.Date.Equal(epoch) {
		t.Errorf("check 66 is %+v, %v", check, err)
	}
	b, err := s.Bundle(ctx, 55)
	if err != nil || b.Owner != 41 || !reflect.DeepEqual(b.Patches, []string{"<2@x>", "<1@x>"}) {
		t.Errorf("bundle 55 is %+v, %v", b, err)
	}
	if err := s.EachAdopted(ctx, 1, func(a engine.Adopted, m *db.Missing) error {
		if m != nil {
			t.Errorf("%+v is missing", *m)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// What changed there is taken, what was decided here stays, and of both the later.
func (u suite) TestAdoptAgain(t *testing.T) {
	ctx := context.Background()
	_, s, _, _ := u.withThread(t)
	from := elsewhere(t, s)
	one := number(t, s, "1@x")
	p := track.AdoptedPatch{Number: 501, MsgID: "<1@x>", State: "under-review"}
	now := time.Now()
	for i, c := range []struct {
		here  track.State // decided here before; empty: nothing is
		there track.State
		at    time.Time // when it was decided there; zero: not known
		want  track.State
		left  bool
	}{
		{"", "under-review", time.Time{}, "under-review", false},
		{"", "accepted", time.Time{}, "accepted", false},         // changed there only
		{"rejected", "accepted", time.Time{}, "rejected", false}, // changed here only
		{"", "rfc", time.Time{}, "rejected", true},               // in both, not known when
		{"", "deferred", now.Add(-time.Hour), "rejected", true},  // before
		{"", "superseded", now.Add(time.Hour), "superseded", false},
		{"", "new", time.Time{}, "new", false}, // what was taken is not a decision of here
	} {
		if c.here != "" {
			if err := s.SetState(ctx, "ann", []int64{one}, c.here); err != nil {
				t.Fatal(err)
			}
		}
		p.State, p.StateBy.At = c.there, c.at
		left := adoptPatches(t, s, from, p)
		if got := shownOf(t, s, one); !strings.HasPrefix(got, "<1@x> "+string(c.want)+" ") || (left != "") != c.left {
			t.Errorf("step %d: it is %s; left: %q", i, got, left)
		}
	}
}

// What can't be taken over is said, and harms nothing else.
func (u suite) TestAdoptNonsense(t *testing.T) {
	ctx := context.Background()
	_, s, ann, _ := u.withThread(t)
	from := elsewhere(t, s)
	if left := adoptPatches(t, s, from, track.AdoptedPatch{Number: 1 << 40, MsgID: "<1@x>", State: "accepted"},
		track.AdoptedPatch{Number: -1, MsgID: "<1@x>"}, track.AdoptedPatch{Number: 3},
		track.AdoptedPatch{Number: 4, MsgID: "<2@x>", State: "No State!"},
		track.AdoptedPatch{Number: 5, MsgID: "<2@x>", State: "accepted"},
		track.AdoptedPatch{Number: 6, MsgID: "<s@x>", State: "accepted", Delegate: &track.AdoptedUser{Number: 8,
			Name: "a b"}},
	); strings.Count(left, ";") != 5 {
		t.Errorf("left: %s", left)
	}
	if got := shownOf(t, s, 6); got != "<s@x> accepted  false  pending" {
		t.Errorf("the last one is %s", got)
	}
	own := &track.AdoptedUser{Number: 3, Name: "ANN", Email: "new@example.org"}
	if out, err := s.AdoptUsers(ctx, by, from, nil, []track.AdoptedUser{*own}); err != nil || len(out.Left) != 1 {
		t.Errorf("a server makes a maintainer of one of ours: %+v, %v", out, err)
	}
	if is := userNumbered(t, s, ann.ID); len(is.Emails) != 1 || len(is.Maintains) != 0 {
		t.Errorf("Ann is %+v", is)
	}
	checks := []track.AdoptedCheck{{Number: 1, User: own, Context: "a b"}, {Number: 2, Context: "x"},
		{Number: 3, User: own, Context: "x", State: 7}}
	if out, err := s.AdoptChecks(ctx, by, from, "<1@x>", checks); err != nil || len(out.Left) != 3 {
		t.Errorf("%+v, %v", out, err)
	}
	bundles := []track.AdoptedBundle{{Number: 1, Owner: own, Name: "a/b"}, {Number: 2, Name: "x"}}
	if out, err := s.AdoptBundles(ctx, by, from, bundles); err != nil || len(out.Left) != 2 {
		t.Errorf("%+v, %v", out, err)
	}
	if n := number(t, s, "1@x"); shownOf(t, s, n) != "<1@x> new  false  pending" {
		t.Errorf("the first one is %s", shownOf(t, s, n))
	}
}

func userNumbered(t *testing.T, s *db.Store, id int64) track.User {
	t.Helper()
	all, err := s.Users(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range all {
		if u.ID == id {
			return u
		}
	}
	t.Fatalf("there is no user %d", id)
	return track.User{}
}

// A bundle that was changed here is not overwritten, and one that was removed here does not come back.
func (u suite) TestAdoptBundleAgain(t *testing.T) {
	ctx := context.Background()
	_, s, _, _ := u.withThread(t)
	from := elsewhere(t, s)
	b := track.AdoptedBundle{Number: 55, Owner: carol, Name: "next", Patches: []string{"<2@x>"}}
	take := func(left int) track.Bundle {
		t.Helper()
		out, err := s.AdoptBundles(ctx, by, from, []track.AdoptedBundle{b})
		if err != nil || len(out.Left) != left {
			t.Fatalf("%+v, %v", out, err)
		}
		is, _ := s.Bundle(ctx, 55)
		return is
	}
	take(0)
	b.Public = true
	is := take(0)
	if !is.Public {
		t.Errorf("it is %+v", is)
	}
	is.Patches = []string{"<1@x>"}
	if err := s.SetBundle(ctx, "carol", is); err != nil {
		t.Fatal(err)
	}
	if is = take(0); !reflect.DeepEqual(is.Patches, []string{"<1@x>"}) {
		t.Errorf("without news it is %+v", is)
	}
	b.Name = "later"
	if is = take(1); is.Name != "next" {
		t.Errorf("it is %+v", is)
	}
	if err := s.RemoveBundle(ctx, "carol", is.ID); err != nil {
		t.Fatal(err)
	}
	b.Public = false
	take(0)
	if all := bundlesOf(t, s, 0); len(all) != 0 {
		t.Errorf("it is back: %+v", all)
	}
}
