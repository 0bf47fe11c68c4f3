package dbtest

import (
	"context"
	"strings"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/track"
)

// Each of these once went wrong.

func wantParent(t *testing.T, s *db.Store, reply, parent string) {
	t.Helper()
	if got := strings.Trim(records(t, s, "comment")[reply].Parent, "<>"); got != parent {
		t.Errorf("%s is a comment on %q, want %q", reply, got, parent)
	}
}

// A new reply that leads nowhere yet is skipped, with all below it; not so when the mail that it leads through, stored
// long ago, is led somewhere by a patch of the same batch.
func (u suite) TestReplyBelowAReplyThatLeadsSomewhereSinceThisBatch(t *testing.T) {
	for range 20 { // of which about half took the wrong turn
		s := u.open(t)
		add(t, s, made("r1@x", 1, "Re: one", "p@x"), made("r3@x", 3, "Re: one", "r2@x"))
		add(t, s, made("r2@x", 2, "Re: one", "r1@x"), made("p@x", 0, "one"))
		for _, r := range []string{"r1@x", "r2@x", "r3@x"} {
			wantParent(t, s, r, "p@x")
		}
	}
}

// Which projects there are already must not decide where a mail goes.
func (u suite) TestOnSightTheFirstListIDCounts(t *testing.T) {
	two := made("2@x", 0, "two")
	two.ListIDs = []string{"widget.lists.example.org", listID}
	for _, mails := range [][]*track.Mail{{made("1@x", 0, "one"), two}, {two, made("1@x", 0, "one")}} {
		s := u.open(t)
		add(t, s, mails[0])
		add(t, s, mails[1])
		if got := records(t, s, "mail")["2@x"].Project; got != "widget.lists.example.org" {
			t.Errorf("in %q", got)
		}
	}
}

func (u suite) TestOnSightNoMailByAddress(t *testing.T) {
	bare := made("2@x", 0, "two")
	bare.ListIDs, bare.To = nil, []string{"frob@lists.example.org"}
	for _, mails := range [][]*track.Mail{{made("1@x", 0, "one"), bare}, {bare, made("1@x", 0, "one")}} {
		s := u.open(t)
		add(t, s, mails[0])
		add(t, s, mails[1])
		if got := records(t, s, "mail")["2@x"].Kind; got != "unrouted" {
			t.Errorf("it is %q", got)
		}
	}
}

func (u suite) TestRemovedProjectIsNotMadeOnSight(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	add(t, s, thread()...)
	if _, err := s.RemoveProject(ctx, by, listID, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	add(t, s, made("late@x", 9, "late"))
	for id, m := range records(t, s, "mail") {
		if m.Kind != "unrouted" {
			t.Errorf("%s is %s in %s", id, m.Kind, m.Project)
		}
	}
	check(t, s)
}

func (u suite) TestNobodyAsDelegateSurvivesRebuild(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	add(t, s, made("1@x", 0, "one"))
	for _, who := range []string{"Bob@example.org", ""} {
		if err := s.SetDelegate(ctx, by, []int64{1}, who); err != nil {
			t.Fatal(err)
		}
		check(t, s)
	}
	if got := records(t, s, "patch")["1@x"].Delegate; got != nil {
		t.Errorf("delegate %q", *got)
	}
}

// A patch's place in canonical order is another when it turns out to have been delivered earlier.
func (u suite) TestDeliveredEarlier(t *testing.T) {
	undated := func(minute int) *track.Mail {
		m := made("2@x", 0, "[2/2] two")
		m.Date, m.Delivered = time.Time{}, epoch.Add(time.Duration(minute)*time.Minute)
		return m
	}
	s := u.open(t)
	add(t, s, made("1@x", 0, "[1/2] one"), undated(100))
	if got := records(t, s, "patch")["2@x"].Series; got != "<2@x>" {
		t.Errorf("in the series %s", got)
	}
	add(t, s, undated(10))
	if got := records(t, s, "patch")["2@x"].Series; got != "<1@x>" {
		t.Errorf("in the series %s", got)
	}
	check(t, s)
}

// Of two patches with one number a late one must not be given what the other has.
func (u suite) TestUnthreadedInAnyOrder(t *testing.T) {
	mails := []*track.Mail{made("a@x", 0, "[1/2] one"), made("b@x", 9, "[1/2] one"), made("2@x", 10, "[2/2] two")}
	for _, order := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
		s := u.open(t)
		for _, i := range order {
			add(t, s, mails[i])
		}
		got := records(t, s, "patch")
		if got["2@x"].Series != "<2@x>" || got["b@x"].Series != "<2@x>" || got["a@x"].Series != "<a@x>" {
			t.Errorf("in the order %v: %+v", order, got)
		}
		check(t, s)
	}
}
