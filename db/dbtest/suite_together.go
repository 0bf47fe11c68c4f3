package dbtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// committing is an engine that calls before at the end of each transaction, when all is written and nothing is
// committed yet.
type committing struct {
	engine.Engine
	before func() error
}

func (c committing) Write(ctx context.Context, f func(engine.Tx) error) error {
	return c.Engine.Write(ctx, func(tx engine.Tx) error {
		if err := f(tx); err != nil {
			return err
		}
		return c.before()
	})
}

func storeOf(t *testing.T, e engine.Engine) *db.Store {
	t.Helper()
	s, err := db.New(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// hold keeps others from writing until let is called.
func (o Opener) hold(t *testing.T) (let func()) {
	in, out, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	e := o.engine(t)
	go func() {
		done <- e.Write(context.Background(), func(engine.Tx) error {
			close(in)
			<-out
			return nil
		})
	}()
	<-in
	return sync.OnceFunc(func() {
		close(out)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// calls are made at once.
type calls struct {
	all sync.WaitGroup
	mu  sync.Mutex
	got map[string]error // what they returned, by name
}

func (c *calls) call(name string, f func() error) {
	c.all.Go(func() {
		err := noPanic(f)
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.got == nil {
			c.got = map[string]error{}
		}
		c.got[name] = err
	})
}

// noPanic makes an error of a panic.
func noPanic(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panicked: %v", p)
		}
	}()
	return f()
}

func (c *calls) returned() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.got)
}

// singles are n patches.
func singles(n int) (mails []*track.Mail) {
	for i := range n {
		mails = append(mails, made(fmt.Sprintf("%d@x", i), i, fmt.Sprint("single ", i)))
	}
	return mails
}

func (u suite) numbers(t *testing.T, s *db.Store, n int) (ids []int64) {
	t.Helper()
	for i := range n {
		ids = append(ids, number(t, s, fmt.Sprintf("%d@x", i)))
	}
	return ids
}

// Decisions that come at once are what they are one after the other, in the order of the log.
func (u suite) TestDecisionsAtOnce(t *testing.T) {
	ctx := context.Background()
	const people, patches, each = 8, 12, 40
	s := u.open(t)
	add(t, s, singles(patches)...)
	ids := u.numbers(t, s, patches)
	states := []track.State{"new", "accepted", "rejected", "under-review"}
	var all sync.WaitGroup
	var failed atomic.Int64
	for n := range people {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(n), 1))
			actor := track.Actor(fmt.Sprint("person ", n))
			for i := range each {
				some := []int64{ids[r.IntN(patches)]}
				var err error
				switch r.IntN(4) {
				case 0:
					err = s.SetDelegate(ctx, actor, some, fmt.Sprintf("%d@person%d", i, n))
				case 1:
					err = s.SetState(ctx, actor, append(some, 9999), "accepted")
					if !errors.Is(err, engine.ErrNotFound) {
						t.Errorf("a patch that is not there: %v", err)
					}
					failed.Add(1)
					err = nil
				default:
					err = s.SetState(ctx, actor, append(some, ids[r.IntN(patches)]), states[r.IntN(len(states))])
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if failed.Load() == 0 {
		t.Error("nothing failed")
	}
	check(t, s)
	wantReplayed(t, u, s, singles(patches))
	events, err := s.Events(ctx, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := range events[1:] {
		if a, b := events[i], events[i+1]; b.ID <= a.ID || b.Date.Before(a.Date) {
			t.Errorf("%+v comes after %+v", b, a)
		}
	}
}

// wantReplayed wants that the log of a Store, decided line by line in another, gives what it has.
func wantReplayed(t *testing.T, u suite, s *db.Store, mails []*track.Mail) {
	t.Helper()
	ctx := context.Background()
	again := u.open(t)
	add(t, again, mails...)
	log, err := s.Log(ctx, engine.LogQuery{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range slices.Backward(log) {
		ids := []int64{number(t, again, strings.Trim(e.MsgID, "<>"))}
		var err error
		if e.What == "state" {
			err = again.SetState(ctx, e.Actor, ids, track.State(e.After))
		} else {
			err = again.SetDelegate(ctx, e.Actor, ids, e.After)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if got, want := logged(t, again, engine.LogQuery{}), logged(t, s, engine.LogQuery{}); !slices.Equal(got, want) {
		t.Errorf("replayed, the log is\n%s\nand was\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got, want := decisions(t, again), decisions(t, s); !maps.Equal(got, want) {
		t.Errorf("replayed, it is\n%v\nand was\n%v", got, want)
	}
	short := func(s *db.Store) (out []string) {
		events, err := s.Events(ctx, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Category == track.PatchStateChanged || e.Category == track.PatchDelegated {
				out = append(out, fmt.Sprint(e.Actor, e.Category, e.Patch.MsgID, e.Before, e.After))
			}
		}
		return out
	}
	if got, want := short(again), short(s); !slices.Equal(got, want) {
		t.Errorf("replayed, the events are\n%s\nand were\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Decisions that wait share a commit. Each gets its own error or panic, and nobody is answered before the commit.
func (u suite) TestDecisionsShareACommit(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	var commits atomic.Int64
	all := &calls{}
	ready, commit := make(chan struct{}, 9), make(chan struct{})
	armed := false
	e := committing{place.engine(t), func() error {
		if armed {
			commits.Add(1)
			ready <- struct{}{}
			<-commit
		}
		return nil
	}}
	s := storeOf(t, panicky{e})
	const patches = 6
	add(t, s, singles(patches)...)
	ids := u.numbers(t, s, patches)
	armed = true
	let := place.hold(t)
	for i := range patches {
		all.call(fmt.Sprint(i), func() error {
			return s.SetState(ctx, track.Actor(fmt.Sprint("person ", i)), ids[i:i+1], "accepted")
		})
	}
	all.call("none", func() error { return s.SetState(ctx, by, []int64{9999}, "accepted") })
	all.call("half", func() error { return s.SetState(ctx, by, []int64{ids[0], 9999}, "rejected") })
	all.call("panic", func() error { return s.SetDelegate(ctx, by, ids[1:2], "panic@example.org") })
	time.Sleep(soon)
	let()
	<-ready
	time.Sleep(soon)
	if n := all.returned(); n > 0 && commits.Load() == 1 {
		t.Errorf("%d were answered before the commit: %v", n, all.got)
	}
	close(commit)
	all.all.Wait()
	if n := commits.Load(); n > 3 { // the scheduler may have let some wait elsewhere
		t.Errorf("%d commits", n)
	}
	for name, err := range all.got {
		switch name {
		case "none", "half":
			if !errors.Is(err, engine.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		case "panic":
			if err == nil || !strings.Contains(err.Error(), "a fault of ours") ||
				!strings.Contains(err.Error(), "suite_together.go") {
				t.Errorf("%s: %v", name, err)
			}
		default:
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	log := logged(t, s, engine.LogQuery{})
	for i := range patches {
		wantDecided(t, s, "in the end", fmt.Sprintf("%d@x", i), decided{state: "accepted"})
		line := fmt.Sprintf(`person %d state frob.lists.example.org %d@x "new" "accepted"`, i, i)
		if !slices.Contains(log, line) {
			t.Errorf("there is no line %s in\n%s", line, strings.Join(log, "\n"))
		}
	}
	before := commits.Load()
	if err := s.SetState(ctx, by, []int64{9999}, "accepted"); !errors.Is(err, engine.ErrNotFound) ||
		commits.Load() > before {
		t.Errorf("nothing was decided: %v, %d commits", err, commits.Load()-before)
	}
	wantReplayed(t, u, s, singles(patches))
	check(t, s)
}

// panicky is an engine that panics over a certain delegate, after it was written.
type panicky struct{ engine.Engine }

func (p panicky) Write(ctx context.Context, f func(engine.Tx) error) error {
	return p.Engine.Write(ctx, func(tx engine.Tx) error { return f(panickyTx{tx}) })
}

type panickyTx struct{ engine.Tx }

func (p panickyTx) PutDecisions(rows []engine.Decision) error {
	err := p.Tx.PutDecisions(rows)
	for _, d := range rows {
		if d.Delegate != nil && strings.HasPrefix(*d.Delegate, "panic") {
			panic("a fault of ours")
		}
	}
	return err
}

// A commit that fails leaves none of the decisions, and all are told.
func (u suite) TestDecisionsOfACommitThatFails(t *testing.T) {
	place := u.database(t)
	failing := errors.New("the disk is full")
	var fail atomic.Bool
	s := storeOf(t, committing{place.engine(t), func() error {
		if fail.Load() {
			return failing
		}
		return nil
	}})
	const patches = 5
	add(t, s, singles(patches)...)
	ids := u.numbers(t, s, patches)
	before := dump(t, s)
	fail.Store(true)
	let, all := place.hold(t), &calls{}
	for i := range patches {
		all.call(fmt.Sprint(i), func() error { return s.SetState(context.Background(), by, ids[i:i+1], "accepted") })
	}
	time.Sleep(soon)
	let()
	all.all.Wait()
	for name, err := range all.got {
		if err != failing {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := dump(t, s); got != before {
		t.Errorf("it is\n%s\nand was\n%s", got, before)
	}
	fail.Store(false)
	if err := s.SetState(context.Background(), by, ids, "accepted"); err != nil {
		t.Error(err)
	}
	check(t, s)
}
