package dbtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

func addUntold(t *testing.T, s *db.Store, mails ...*track.Mail) {
	t.Helper()
	var batch []db.Delivery
	for _, m := range mails {
		batch = append(batch, asJSON(m))
	}
	added, err := s.AddUntold(context.Background(), batch)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range added {
		if a.Err != nil {
			t.Fatalf("%s: %v", mails[i].MsgID, a.Err)
		}
	}
}

// Mail that nobody is to hear of is stored like any other, and what comes after it is told.
func (u suite) TestAddUntold(t *testing.T) {
	ctx := context.Background()
	loud, untold := u.open(t), u.open(t)
	e := &told{T: t, s: untold}
	mails := thread()
	add(t, loud, mails[1:]...)
	addUntold(t, untold, mails[1:]...)
	wantSame(t, untold, "untold", dump(t, loud))
	if err := untold.Rebuild(ctx, nil); err != nil {
		t.Fatal(err)
	}
	e.want("untold")
	add(t, untold, mails...)
	e.want("the cover, told", "cover-created c@x")
	add(t, untold, made("r3@x", 9, "Re: one", "1@x"), made("3@x", 9, "[3/2] three", "c@x"))
	e.want("more of it", "patch-created 3@x", "patch-completed 3@x", "series-completed", "patch-comment-created 1@x r3@x")
	addUntold(t, untold, made("n@x", 10, "new"))
	add(t, untold, made("rn@x", 10, "Re: new", "n@x"))
	e.want("a reply to what was not told", "patch-comment-created n@x rn@x")
}

// All that is stored is told once, in the order and with the dates of deliveries, whatever came into the database
// first.
func (u suite) TestStoredMailIsTold(t *testing.T) {
	place := u.database(t)
	s := place.store(t)
	late, again, ignored := made("l1@x", 20, "[1/2] late"), made("s@x", 5, "single"), made("i@x", 9, "Re: single", "s@x")
	late.Delivered = epoch.Add(40*time.Minute + time.Second)
	again.Content, again.Delivered = "another copy", epoch.Add(50*time.Minute)
	ignored.Ignore = true
	mails := append(thread(), late, made("l2@x", 21, "[2/2] later", "l1@x"), made("h1@x", 60, "[1/3] of three"),
		made("h3@x", 61, "[3/3] of three", "h1@x"), again, ignored, made("rc@x", 62, "Re: cover", "c@x"))
	slices.Reverse(mails)
	addUntold(t, s, mails...)
	place.write(t, func(tx engine.Tx) error { return db.TellStored(tx, t.TempDir()) })
	events, err := s.Events(context.Background(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i, e := range events {
		if i > 0 && e.ID <= events[i-1].ID {
			t.Errorf("%+v after %+v", e, events[i-1])
		}
		if e.Actor != "" {
			t.Errorf("by %s: %+v", e.Actor, e)
		}
		line := fmt.Sprint(e.Date.Sub(epoch)-time.Second, " ", e.Category)
		for _, m := range []track.MailRef{e.Cover, e.Patch, e.Comment} {
			if m.ID != 0 {
				line += " " + strings.Trim(m.MsgID, "<>")
			}
		}
		got = append(got, line)
	}
	want := strings.Split(strings.TrimSpace(`
0s series-created
0s cover-created c@x
1m0s patch-created 1@x
1m0s patch-completed 1@x
2m0s patch-created 2@x
2m0s patch-completed 2@x
2m0s series-completed
3m0s patch-comment-created 1@x r1@x
4m0s patch-comment-created 1@x r2@x
5m0s series-created
5m0s patch-created s@x
5m0s patch-completed s@x
5m0s series-completed
8m0s patch-comment-created s@x rs@x
21m0s series-created
21m0s patch-created l2@x
40m0s patch-created l1@x
40m0s patch-completed l2@x
40m0s patch-completed l1@x
40m0s series-completed
1h0m0s series-created
1h0m0s patch-created h1@x
1h0m0s patch-completed h1@x
1h1m0s patch-created h3@x
1h2m0s cover-comment-created c@x rc@x`), "\n")
	if !slices.Equal(got, want) {
		only, missing := difference(strings.Join(got, "\n")+"\n", strings.Join(want, "\n")+"\n")
		t.Errorf("%s\nonly so:\n%s\nnot so:\n%s", strings.Join(got, "\n"), only, missing)
	}
	add(t, s, made("next@x", 0, "next"))
	more, err := s.Events(context.Background(), events[len(events)-1].ID, 0)
	if err != nil || len(more) != 4 || more[0].Date.Before(events[len(events)-1].Date) {
		t.Errorf("what comes next: %+v, %v", more, err)
	}
}

// What is read from stored mail anew is told like what comes: that a mail is a patch after all, or one of another
// project. What was there stays untold, also where another copy of it stands now.
func (u suite) TestRereadTells(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	addProject(t, s, frob)
	early, talk := made("1@x", 1, "one"), made("t@x", 2, "Re: one", "1@x")
	early.Delivered = epoch
	late := made("1@x", 1, "one, later")
	late.Delivered = epoch.AddDate(0, 1, 0)
	add(t, s, early, late, talk, made("c@x", 3, "[0/1] cover"))
	e := &told{T: t, s: s, since: lastEvent(t, s)}
	better := func(raw []byte) (*track.Mail, error) {
		m, err := readJSON(raw)
		if m.MsgID == talk.MsgID {
			m.Reply, m.Diff = false, "a diff"
		}
		if m.Subject.Rest == early.Subject.Rest && m.MsgID == early.MsgID {
			m.ListIDs, m.To = nil, []string{"frob@lists.example.org"} // so that the other copy stands
		}
		return m, err
	}
	reread := func() {
		t.Helper()
		if _, _, err := s.Reread(ctx, better, nil); err != nil {
			t.Fatal(err)
		}
	}
	reread()
	if mailOf(t, s, "1@x") == number(t, s, "1@x") {
		t.Fatal("no other copy took the place")
	}
	e.want("better read", "series-created", "patch-created t@x", "patch-completed t@x", "series-completed")
	covers := track.Project{LinkName: "covers", ListID: listID, SubjectMatch: "cover"}
	if err := s.BeginProject(ctx, by, covers); err != nil {
		t.Fatal(err)
	}
	reread()
	e.want("in another project", "series-created", "cover-created c@x")
	check(t, s)
}

// A patch that shows another state or delegate because another copy stands for it now is told to.
func (u suite) TestCopyThatAsksForMoreIsTold(t *testing.T) {
	s := u.open(t)
	p := frob
	p.MailStates, p.MailDelegates = true, true
	addProject(t, s, p)
	late, early := made("1@x", 1, "one"), made("1@x", 1, "one, asking")
	late.Delivered = epoch.AddDate(0, 1, 0)
	early.State, early.Delegate = "Accepted", "maint@example.org"
	add(t, s, late)
	e := &told{T: t, s: s, since: lastEvent(t, s)}
	add(t, s, early)
	if r := patchRow(t, s, "1@x"); r.State != "accepted" || r.Delegate != "maint@example.org" {
		t.Fatalf("%+v", r)
	}
	e.want("another copy", "patch-state-changed 1@x", "patch-delegated 1@x")
}
