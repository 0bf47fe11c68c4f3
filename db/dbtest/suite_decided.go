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

func patchRow(t *testing.T, s *db.Store, id string) track.PatchRow {
	t.Helper()
	mail := number(t, s, id)
	rows, err := s.PatchRows(context.Background(), []int64{mail}, track.Scope{Whole: true})
	if err != nil || len(rows) != 1 {
		t.Fatalf("%s: %+v, %v", id, rows, err)
	}
	return rows[mail]
}

// Several fields are decided at once, of all patches or of none, and each that changes is logged and told where
// Patchwork tells it. What is not named stays.
func (u suite) TestDecide(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	addProject(t, s, frob)
	pull := made("p@x", 9, "a pull request")
	pull.PullURL = "git://x/theirs"
	add(t, s, append(thread(), pull)...)
	two := []int64{number(t, s, "1@x"), number(t, s, "s@x"), number(t, s, "1@x")}
	e := &told{T: t, s: s, since: lastEvent(t, s)}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.Decide(ctx, "ann", two, track.Decided{
		State: ptr(track.StateAccepted), Delegate: ptr("maint@example.org"), Archived: ptr(true), CommitRef: ptr("c0ffee"),
		PullURL: ptr("git://x/y"),
	}))
	for _, id := range []string{"1@x", "s@x"} {
		if r := patchRow(t, s, id); r.State != "accepted" || r.Delegate != "maint@example.org" || !r.Archived ||
			r.CommitRef != "c0ffee" || r.PullURL != "git://x/y" {
			t.Errorf("%+v", r)
		}
	}
	e.want("all at once", "patch-state-changed 1@x by ann: new, accepted",
		"patch-delegated 1@x by ann: , maint@example.org",
		"patch-state-changed s@x by ann: new, accepted", "patch-delegated s@x by ann: , maint@example.org")
	must(s.Decide(ctx, "bob", two[1:2], track.Decided{CommitRef: ptr(""), PullURL: ptr("")}))
	must(s.Decide(ctx, "bob", two[1:2], track.Decided{}))
	must(s.Decide(ctx, "bob", two[1:2], track.Decided{State: ptr(track.StateAccepted)}))
	must(s.Decide(ctx, "bob", nil, track.Decided{State: ptr(track.StateAccepted)}))
	e.want("nothing of Patchwork's")
	if r := patchRow(t, s, "s@x"); r.State != "accepted" || r.Delegate != "maint@example.org" ||
		r.CommitRef != "" || r.PullURL != "" {
		t.Errorf("%+v", r)
	}
	single := number(t, s, "p@x")
	must(s.Decide(ctx, "bob", []int64{single}, track.Decided{PullURL: ptr("git://x/ours")}))
	if r := patchRow(t, s, "p@x"); r.PullURL != "git://x/ours" {
		t.Errorf("%+v", r)
	}
	must(s.Decide(ctx, "bob", []int64{single}, track.Decided{PullURL: ptr("")}))
	if r := patchRow(t, s, "p@x"); r.PullURL != "git://x/theirs" {
		t.Errorf("the mail's own is to show again: %+v", r)
	}
	must(s.Rebuild(ctx, nil))
	if r := patchRow(t, s, "1@x"); r.State != "accepted" || r.Delegate != "maint@example.org" || !r.Archived ||
		r.CommitRef != "c0ffee" || r.PullURL != "git://x/y" {
		t.Errorf("rebuilt: %+v", r)
	}
	want := []string{
		`bob pull-url frob s@x "git://x/y" ""`, `bob commit-ref frob s@x "c0ffee" ""`, `ann pull-url frob s@x "" "git://x/y"`,
		`ann commit-ref frob s@x "" "c0ffee"`, `ann archived frob s@x "no" "yes"`,
		`ann delegate frob s@x "" "maint@example.org"`,
		`ann state frob s@x "new" "accepted"`,
	}
	if got := logged(t, s, engine.LogQuery{MsgID: "<s@x>"}); !slices.Equal(got, want) {
		t.Errorf("the log has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	check(t, s)
	err := s.Decide(ctx, by, []int64{single, number(t, s, "c@x")}, track.Decided{CommitRef: ptr("1")})
	if r := patchRow(t, s, "p@x"); !errors.Is(err, engine.ErrNotFound) || r.CommitRef != "" {
		t.Errorf("half of it was decided: %+v, %v", r, err)
	}
}

// Everything that takes a number takes that of any copy, also after another one took its place.
func (u suite) TestAnyCopysNumber(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	s := place.store(t)
	addProject(t, s, frob)
	ann := addUser(t, s, "ann")
	late, lateReply := made("1@x", 1, "one"), made("r@x", 2, "Re: one", "1@x")
	late.Delivered, lateReply.Delivered = epoch.AddDate(0, 1, 0), epoch.AddDate(0, 1, 0)
	add(t, s, late, lateReply, made("o@x", 3, "other"))
	first, reply, other := number(t, s, "1@x"), number(t, s, "r@x"), number(t, s, "o@x")
	early, earlyReply := made("1@x", 1, "one, the original"), made("r@x", 2, "Re: one, the original", "1@x")
	add(t, s, early, earlyReply)
	now, replyNow := mailOf(t, s, "1@x"), mailOf(t, s, "r@x")
	if now == first || replyNow == reply {
		t.Fatal("no other copy took the place")
	}
	forged := made("1@x", 1, "one, forged")
	forged.Delivered = epoch.AddDate(1, 0, 0)
	add(t, s, forged) // another variant
	for i, id := range []int64{first, now, now + 2} {
		ref := strings.Repeat("a", i+1)
		_, err := s.AddCheck(ctx, by, track.Check{User: ann.ID, Context: ref}, id)
		if err := errors.Join(err, s.Decide(ctx, by, []int64{id}, track.Decided{CommitRef: &ref}),
			s.Hide(ctx, by, []int64{id}, i%2 == 0)); err != nil {
			t.Fatal(err)
		}
		r := patchRow(t, s, "1@x")
		if r.ID != first || r.Mail != now || r.CommitRef != ref || r.Hidden != (i%2 == 0) {
			t.Errorf("by %d: %+v", id, r)
		}
		if all, err := s.Checks(ctx, []int64{id}); err != nil || len(all[id]) != i+1 {
			t.Errorf("by %d: %+v, %v", id, all, err)
		}
		if err := s.Relate(ctx, by, id, []int64{other}, track.Decided{}); err != nil {
			t.Error(err)
		}
		if r := patchRow(t, s, "o@x"); len(r.Related) != 0 && r.Related[0].ID != first || r.Hidden {
			t.Errorf("by %d: %+v", id, r)
		}
		if err := s.Relate(ctx, by, id, nil, track.Decided{}); err != nil {
			t.Error(err)
		}
	}
	for _, id := range []int64{reply, replyNow} {
		if err := s.SetAddressed(ctx, by, id, ptr(id == reply)); err != nil {
			t.Fatal(err)
		}
		rows, err := s.CommentRows(ctx, []int64{id}, track.Scope{})
		if err != nil || rows[id].ID != reply || rows[id].Addressed == nil || *rows[id].Addressed != (id == reply) {
			t.Errorf("by %d: %+v, %v", id, rows, err)
		}
	}
}
