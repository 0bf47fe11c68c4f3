package dbtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/track"
)

// Whoever stops wanting a decision that still waits gets the context's error, and it is not made; others who wait are
// not harmed. Once it is being made, the answer is what became of it.
func (u suite) TestCancelledDecisions(t *testing.T) {
	place := u.database(t)
	running, stop := context.WithCancel(context.Background())
	defer stop()
	var armed atomic.Bool
	e := hooked{place.engine(t), func(method string) error {
		if armed.Load() && method == "PutDecisions" {
			stop()
		}
		return nil
	}, func(string, any) {}}
	s := storeOf(t, e)
	const patches = 6
	add(t, s, singles(patches)...)
	ids := u.numbers(t, s, patches)
	let, all := place.hold(t), &calls{}
	waiting, cancel := context.WithCancel(context.Background())
	for i := range patches {
		ctx := context.Background()
		if i%2 == 0 { // the first of them may be the one who has the turn
			ctx = waiting
		}
		all.call(fmt.Sprint(i), func() error { return s.SetState(ctx, by, ids[i:i+1], "accepted") })
		time.Sleep(soon / 10)
	}
	cancel()
	for deadline := time.Now().Add(10 * time.Second); all.returned() < patches/2 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	if n := all.returned(); n != patches/2 {
		t.Errorf("%d were answered while all wait: %v", n, all.got)
	}
	let()
	all.all.Wait()
	for i := range patches {
		err, want := all.got[fmt.Sprint(i)], decided{state: "accepted"}
		if i%2 == 0 {
			want.state = "new"
		}
		if cancelled := errors.Is(err, context.Canceled); cancelled != (i%2 == 0) || !cancelled && err != nil {
			t.Errorf("decision %d: %v", i, err)
		}
		wantDecided(t, s, "in the end", fmt.Sprintf("%d@x", i), want)
	}
	armed.Store(true)
	if err := s.SetState(running, by, ids[:1], "rejected"); err != nil || running.Err() == nil {
		t.Errorf("cancelled while it was made: %v", err)
	}
	wantDecided(t, s, "cancelled while it was made", "0@x", decided{state: "rejected"})
	check(t, s)
}

// Neither a stream of decisions keeps mail from being stored, nor mail decisions.
func (u suite) TestDecisionsAndMailTakeTurns(t *testing.T) {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	s := u.open(t)
	const patches = 4
	add(t, s, singles(patches)...)
	ids := u.numbers(t, s, patches)
	var decisions, mails atomic.Int64
	var all sync.WaitGroup
	enough := func() bool { return decisions.Load() > 400 && mails.Load() > 40 || ctx.Err() != nil }
	for n := range 4 {
		all.Go(func() {
			for i := 0; !enough(); i++ {
				if err := s.SetState(ctx, by, ids[n:n+1], []track.State{"accepted", "rejected"}[i%2]); err != nil {
					t.Error(err)
					return
				}
				decisions.Add(1)
			}
		})
		all.Go(func() {
			for i := 0; !enough(); i++ {
				mail := made(fmt.Sprintf("%d.%d@y", n, i), i, fmt.Sprint("more ", i))
				if _, err := s.Add(ctx, []db.Delivery{asJSON(mail)}); err != nil {
					t.Error(err)
					return
				}
				mails.Add(1)
			}
		})
	}
	all.Wait()
	t.Logf("%d decisions, %d mails", decisions.Load(), mails.Load())
	if ctx.Err() != nil {
		t.Errorf("%d decisions, %d mails within a minute", decisions.Load(), mails.Load())
	}
	check(t, s)
}

// What is known of the projects outlives decisions that do not change them, and no others, be they kept or undone.
func (u suite) TestProjectsKnownAfterDecisions(t *testing.T) {
	ctx := context.Background()
	var refuse atomic.Bool
	counted, counter := Counting(u.database(t).engine(t))
	s := storeOf(t, hooked{counted, func(method string) error {
		if refuse.Load() && method == "AddLog" {
			return errPart
		}
		return nil
	}, func(string, any) {}})
	addProject(t, s, frob)
	add(t, s, singles(2)...)
	reads := func(when string, want int, f func()) {
		t.Helper()
		counter.Take()
		f()
		if calls, _ := counter.Take(); calls["Projects"] != want {
			t.Errorf("%s: the projects were read %d times, want %d", when, calls["Projects"], want)
		}
	}
	id := number(t, s, "0@x")
	reads("a state, and mail", 0, func() {
		if err := s.SetState(ctx, by, []int64{id}, "accepted"); err != nil {
			t.Error(err)
		}
		if err := s.SetState(ctx, by, []int64{99}, "accepted"); err == nil {
			t.Error("a patch that is not there was accepted")
		}
		add(t, s, made("2@x", 0, "two"))
	})
	widget := track.Project{LinkName: "widget", ListID: "widget.example.org"}
	toWidget := made("w@x", 0, "to widget")
	toWidget.ListIDs = []string{widget.ListID}
	refuse.Store(true)
	if _, err := s.AddProject(ctx, by, widget, readJSON, nil); !errors.Is(err, errPart) {
		t.Errorf("the project was added: %v", err)
	}
	refuse.Store(false)
	if got := add(t, s, toWidget); got[0].Project == widget.LinkName {
		t.Errorf("routed to a project that was undone: %+v", got)
	}
	addProject(t, s, widget)
	late := made("late@x", 0, "late")
	late.ListIDs = toWidget.ListIDs
	if got := add(t, s, late); got[0].Project != widget.LinkName {
		t.Errorf("not routed to the new project: %+v", got)
	}
	check(t, s)
}
