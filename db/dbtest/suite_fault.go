package dbtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// refusing is an engine that takes no mail with a certain URL.
type refusing struct{ engine.Engine }

func (r refusing) Write(ctx context.Context, f func(engine.Tx) error) error {
	return r.Engine.Write(ctx, func(tx engine.Tx) error { return f(refusingTx{tx}) })
}

type refusingTx struct{ engine.Tx }

func (r refusingTx) Insert(mails []*engine.Mail, frames [][]byte) error {
	if slices.ContainsFunc(mails, func(m *engine.Mail) bool { return m.PullURL == "refused" }) {
		return engine.Unfit{Err: errors.New("no such URL may be stored")}
	}
	return r.Tx.Insert(mails, frames)
}

// One mail at fault falls out of its batch alone.
func (u suite) TestOneBadMailInABatch(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(d *db.Delivery)
		want  string
	}{
		{"a row that the engine refuses", func(d *db.Delivery) { d.Mail.PullURL = "refused" }, "no such URL"},
		{"a patch hash that is none", func(d *db.Delivery) { d.Mail.Hash = "xyz" }, "patch hash"},
		{"a panic", func(d *db.Delivery) { d.Mail = nil }, "inside patchwatch"},
	} {
		for at := range 4 {
			t.Run(fmt.Sprintf("%s, mail %d", tt.name, at), func(t *testing.T) {
				s, err := db.New(context.Background(), refusing{u.database(t).engine(t)})
				if err != nil {
					t.Fatal(err)
				}
				mails := []*track.Mail{made("c@x", 0, "[0/2] cover"), made("1@x", 1, "[1/2] one", "c@x"),
					made("2@x", 2, "[2/2] two", "c@x"), made("r@x", 3, "Re: two", "2@x")}
				var batch []db.Delivery
				for _, m := range mails {
					batch = append(batch, asJSON(m))
				}
				tt.spoil(&batch[at])
				added, err := s.Add(context.Background(), batch)
				if err != nil {
					t.Fatal(err)
				}
				for i, a := range added {
					if bad := a.Err != nil; bad != (i == at) {
						t.Errorf("mail %d: %v", i, a.Err)
					}
				}
				if err := added[at].Err; err != nil && !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%v: no word of %q", err, tt.want)
				}
				if got := len(records(t, s, "mail")); got != 3 {
					t.Errorf("%d mails stored", got)
				}
				check(t, s)
			})
		}
	}
}

// What is the environment's fault is no mail's fault: nothing is stored, and it can be tried again.
func (u suite) TestAddWithACancelledContext(t *testing.T) {
	s := u.open(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	added, err := s.Add(ctx, []db.Delivery{asJSON(made("1@x", 0, "one"))})
	if err == nil || added != nil {
		t.Errorf("%v, %v", added, err)
	}
	add(t, s, made("1@x", 0, "one"))
}

// What fails when other rows than those of mails are written is no fault of the mail that happens to come then: nothing
// is stored, and all is when it is tried again. So it is whichever call fails.
func (u suite) TestEngineFails(t *testing.T) {
	ctx := context.Background()
	e, fault := Faulty(u.database(t).engine(t))
	s, err := db.New(ctx, e)
	if err != nil {
		t.Fatal(err)
	}
	failure := errors.New("the disk is full")
	var batch []db.Delivery
	for _, m := range thread() {
		batch = append(batch, asJSON(m))
	}
	for n := 1; ; n++ {
		fault.Next(n, failure)
		added, err := s.Add(ctx, batch)
		failed := fault.Failed()
		fault.Next(0, nil)
		if failed == "" {
			if err != nil {
				t.Error(err)
			}
			t.Logf("%d calls", n-1)
			break
		}
		if !errors.Is(err, failure) {
			t.Errorf("%s failed: %+v, %v", failed, added, err)
		}
		if st, err := s.Status(ctx); err != nil || st.Mails > 0 {
			t.Fatalf("%s failed: %d mails are stored, %v", failed, st.Mails, err)
		}
	}
	check(t, s)
}

// Another goroutine, or another process, is in a transaction that takes its time: whoever waits for it ends with the
// context.
func (u suite) TestWaitForTheTurnIsCancelled(t *testing.T) {
	place := u.database(t)
	e, other := place.engine(t), place.store(t)
	s, err := db.New(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	add(t, s, made("1@x", 0, "one"))
	in, out, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- e.Write(context.Background(), func(engine.Tx) error {
			close(in)
			<-out
			return nil
		})
	}()
	<-in
	for name, store := range map[string]*db.Store{"the same": s, "another": other} {
		wantCancelled(t, name, func(ctx context.Context) error {
			return store.SetState(ctx, by, []int64{1}, "accepted")
		})
		if _, err := store.Patches(context.Background(), track.Filter{}); err != nil { // readers don't wait
			t.Error(err)
		}
	}
	close(out)
	if err := <-done; err != nil {
		t.Error(err)
	}
	check(t, s)
}

// soon is long enough to see that something waits.
const soon = 200 * time.Millisecond

// wantCancelled calls something that has to wait, and stops wanting it.
func wantCancelled(t *testing.T, name string, f func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	select {
	case err := <-done:
		t.Errorf("%s did not wait: %v", name, err)
		return
	case <-time.After(soon):
	}
	cancel()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	case <-time.After(10 * time.Second): // what can't be cancelled never ends
		t.Fatalf("%s still waits", name)
	}
}

func (u suite) TestClosedDatabase(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	s := place.store(t)
	add(t, s, thread()...)
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for name, f := range map[string]func() error{
		"Patches":    func() error { _, err := s.Patches(ctx, track.Filter{}); return err },
		"SeriesList": func() error { _, err := s.SeriesList(ctx, track.Filter{}); return err },
		"Raw":        func() error { _, err := s.Raw(ctx, 1); return err },
		"Status":     func() error { _, err := s.Status(ctx); return err },
		"Dump":       func() error { return s.Dump(ctx, io.Discard) },
		"SetState":   func() error { return s.SetState(ctx, by, []int64{1}, "accepted") },
		"Add": func() error {
			_, err := s.Add(ctx, []db.Delivery{asJSON(made("late@x", 0, "late"))})
			return err
		},
	} {
		if err := f(); !errors.Is(err, engine.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := len(records(t, place.store(t), "mail")); got != len(thread()) {
		t.Errorf("opened again, it has %d mails", got)
	}
}

// A panic while a batch is stored or assembled is the fault of the one mail that brings it about each time: the others
// are stored, and its reason says where.
func (u suite) TestPanicInABatch(t *testing.T) {
	for _, step := range db.Steps()[:2] { // after the commit there is nothing that could
		s := u.open(t)
		times := 0
		s.OnStep(func(at string) {
			if at != step {
				return
			}
			if times++; times == 1 || times == 3 || times == 4 { // the batch, the half with the second mail, and that alone
				panic("a fault of ours")
			}
		})
		batch := []db.Delivery{asJSON(made("1@x", 0, "one")), asJSON(made("2@x", 0, "two")), asJSON(made("3@x", 0, "three"))}
		added, err := s.Add(context.Background(), batch)
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range added {
			if (a.Err != nil) != (i == 1) {
				t.Errorf("%s: mail %d: %v", step, i+1, a.Err)
			}
		}
		reason := fmt.Sprint(added[1].Err)
		if !strings.Contains(reason, "a fault of ours") || !strings.Contains(reason, "suite_fault.go") {
			t.Errorf("%s: the reason does not say where: %s", step, reason)
		}
		if got := len(records(t, s, "mail")); got != 2 {
			t.Errorf("%s: %d mails are stored", step, got)
		}
		check(t, s)
	}
}

// Checks read for long. Any number of them at once must end, and let others read meanwhile.
func (u suite) TestManyChecksAtOnce(t *testing.T) {
	s := u.open(t)
	const mails = 600 // more than are checked at once
	add(t, s, Archive(mails)...)
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Minute)
	defer stop()
	var checks, others sync.WaitGroup
	for range 8 {
		checks.Go(func() {
			c, err := s.Check(ctx, nil)
			if err != nil || c.Mails != mails || len(c.Faults) > 0 {
				t.Errorf("check: %v, %d mails, %d faults", err, c.Mails, len(c.Faults))
			}
		})
	}
	ended := make(chan struct{})
	read := make([]int, 4)
	for i := range read {
		others.Go(func() {
			for ctx.Err() == nil {
				if _, err := s.Patches(ctx, track.Filter{Limit: 10}); err != nil {
					t.Error("beside them:", err)
					return
				}
				read[i]++
				select {
				case <-ended:
					return
				case <-time.After(time.Millisecond):
				}
			}
		})
	}
	checks.Wait()
	close(ended)
	others.Wait()
	t.Logf("read beside them: %d times", read)
	if slices.Min(read) < 3 {
		t.Errorf("somebody could read %d times", slices.Min(read))
	}
}
