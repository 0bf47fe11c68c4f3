package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/postgres"
	"patchwatch/track"
)

// sharing is a database of two projects, and two processes that have it open.
type sharing struct {
	*testing.T
	one, other engine.Engine
}

func share(t *testing.T) sharing {
	t.Helper()
	return shareBy(t, func(name string) (one, other string) { return name, name })
}

// shareBy has them open the database by names of their own.
func shareBy(t *testing.T, names func(name string) (one, other string)) sharing {
	t.Helper()
	name, err := databases(t).For(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	opened := func(name string) engine.Engine {
		e, err := postgres.OpenEngine(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { e.Close() })
		return e
	}
	one, other := names(name)
	s := sharing{t, opened(one), opened(other)}
	if err := s.one.Write(t.Context(), func(tx engine.Tx) error {
		for _, name := range []string{"frob", "widget"} {
			if err := tx.PutProject(&engine.Project{Project: track.Project{LinkName: name}}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return s
}

// stored is a mail that a transaction has stored and not committed: until leave is closed.
type stored struct {
	reached chan struct{} // closed once it is stored
	leave   chan struct{}
	err     chan error
}

// store stores a mail of a project beside others, and tells of it.
func (s sharing) store(e engine.Engine, project int64, msgid string) stored {
	h := stored{make(chan struct{}), make(chan struct{}), make(chan error, 1)}
	go func() {
		h.err <- e.(engine.Shared).WriteBeside(s.Context(), func(tx engine.Tx, c engine.Claims) error {
			if err := c.Projects([]int64{project}); err != nil {
				return err
			}
			m := &engine.Mail{MsgID: msgid, Project: project, Chosen: true, ContentSHA: []byte("sum")}
			if err := tx.Insert([]*engine.Mail{m}, [][]byte{[]byte("frame")}); err != nil {
				return err
			}
			close(h.reached)
			<-h.leave
			return tx.AddEvents([]engine.Event{{Date: time.Now(), Category: track.PatchCreated, Project: project, Mail: m.ID}})
		})
	}()
	return h
}

// after lists the mails that a reader finds who has seen none.
func (s sharing) after() (found []string) {
	s.Helper()
	if err := s.one.View(s.Context(), func(v engine.View) error {
		keys, err := v.After(0, 10)
		for _, k := range keys {
			found = append(found, k.MsgID)
		}
		return err
	}); err != nil {
		s.Fatal(err)
	}
	return found
}

func (s sharing) ends(h stored) {
	s.Helper()
	close(h.leave)
	if err := <-h.err; err != nil {
		s.Fatal(err)
	}
}

// waits tells whether a channel has nothing to say for a while.
func waits[T any](c <-chan T) bool {
	select {
	case <-c:
		return false
	case <-time.After(300 * time.Millisecond):
		return true
	}
}

// Two lists are stored side by side, and who reads mails in the order of their numbers passes none by: what was
// committed first is seen only when nothing below it can come any more.
func TestTwoListsSideBySide(t *testing.T) {
	s := share(t)
	low := s.store(s.one, 1, "<low>")
	<-low.reached
	high := s.store(s.other, 2, "<high>")
	<-high.reached
	s.ends(high)
	if found := s.after(); len(found) > 0 {
		t.Errorf("while <low> is not committed, a reader finds %v", found)
	}
	s.ends(low)
	if found := fmt.Sprint(s.after()); found != "[<low> <high>]" {
		t.Errorf("afterwards it finds %s", found)
	}
	var events []engine.Event
	if err := s.one.View(t.Context(), func(v engine.View) (err error) {
		events, err = v.Events(engine.EventQuery{})
		return err
	}); err != nil || len(events) != 2 || events[0].Project != 2 || events[1].ID != events[0].ID+1 {
		t.Errorf("events have their numbers in the order of commits: %+v, %v", events, err)
	}
}

// One list is stored by one process at a time.
func TestOneListInTurn(t *testing.T) {
	s := share(t)
	first := s.store(s.one, 1, "<first>")
	<-first.reached
	second := s.store(s.other, 1, "<second>")
	if !waits(second.reached) {
		t.Error("two store mail of one list at once")
	}
	s.ends(first)
	<-second.reached
	s.ends(second)
}

// Who decides about projects is alone, and whoever has begun ends first.
func TestAloneWaitsForAll(t *testing.T) {
	s := share(t)
	storing := s.store(s.one, 1, "<a>")
	<-storing.reached
	alone := make(chan error, 1)
	go func() { alone <- s.other.Write(t.Context(), func(tx engine.Tx) error { return tx.PutReading(3) }) }()
	if !waits(alone) {
		s.ends(storing)
		t.Fatal("somebody wrote alone while another one stored mail")
	}
	s.ends(storing)
	if err := <-alone; err != nil {
		t.Error(err)
	}
}

// The wait for a list ends with the context, and nothing is left of it.
func TestWaitForAListEnds(t *testing.T) {
	s := share(t)
	storing := s.store(s.one, 1, "<a>")
	<-storing.reached
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := s.other.Write(ctx, func(engine.Tx) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the wait ends with %v", err)
	}
	s.ends(storing)
	if err := s.other.Write(t.Context(), func(tx engine.Tx) error { return tx.PutReading(3) }); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// Two that name each other's people do not wait for each other: people are claimed sorted, and after projects.
func TestPeopleOfTwoLists(t *testing.T) {
	s := share(t)
	done := make(chan error, 2)
	for project, e := range map[int64]engine.Engine{1: s.one, 2: s.other} {
		go func() {
			var err error
			for i := 0; i < 20 && err == nil; i++ {
				err = e.(engine.Shared).WriteBeside(t.Context(), func(tx engine.Tx, c engine.Claims) error {
					people := []string{"ann@example.org", "bob@example.org", fmt.Sprint(project, "-", i, "@example.org")}
					d := &engine.Derived{}
					for _, email := range people {
						d.People = append(d.People, engine.PersonRow{Email: email, Name: fmt.Sprint(project, i)})
					}
					return errors.Join(c.Projects([]int64{project}), c.People(people), tx.Put(d))
				})
			}
			done <- err
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	numbers := map[int64]bool{}
	if err := s.one.View(t.Context(), func(v engine.View) error {
		return v.EachPerson(func(p engine.PersonRow) error {
			numbers[p.ID] = true
			return nil
		})
	}); err != nil || len(numbers) != 42 {
		t.Errorf("%d people have numbers of their own, of 42; %v", len(numbers), err)
	}
}

// Two processes tell of two lists at once, one by a clock that is late. Who reads events meanwhile never finds one at
// or below the number up to which it has read, nor a date before one that it has seen.
func TestEventsAscend(t *testing.T) {
	s := share(t)
	const each = 60
	told := make(chan error, 2)
	for project, e := range map[int64]engine.Engine{1: s.one, 2: s.other} {
		go func() {
			var err error
			for i := 0; i < each && err == nil; i++ {
				err = e.(engine.Shared).WriteBeside(t.Context(), func(tx engine.Tx, c engine.Claims) error {
					date := time.Now().Add(-time.Duration(project) * time.Hour)
					event := engine.Event{Date: date, Category: track.PatchCreated, Project: project}
					if err := errors.Join(c.Projects([]int64{project}), tx.AddEvents([]engine.Event{event, event})); err != nil {
						return err
					}
					time.Sleep(time.Duration(i%3) * time.Millisecond) // before COMMIT
					return nil
				})
			}
			told <- err
		}()
	}
	seen, last := 0, engine.Event{}
	for running := 2; ; {
		select {
		case err := <-told:
			if running--; err != nil {
				t.Error(err)
			}
		default:
		}
		var events []engine.Event
		if err := s.one.View(t.Context(), func(v engine.View) (err error) {
			events, err = v.Events(engine.EventQuery{Above: last.ID})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.ID != last.ID+1 || e.Date.Before(last.Date) {
				t.Errorf("event %d of %v comes after event %d of %v", e.ID, e.Date, last.ID, last.Date)
			}
			last = e
		}
		if seen += len(events); len(events) == 0 && running == 0 {
			break
		}
	}
	if seen != 4*each {
		t.Errorf("%d of %d events were seen", seen, 4*each)
	}
}
