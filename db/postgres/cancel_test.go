package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/postgres"
)

// Whose context ends before a question is sent leaves a connection on which others ask the same: what was not sent is
// not taken for what the server has prepared.
func TestCancelledBeforeItIsSent(t *testing.T) {
	_, e := storeOnServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	if err := e.View(ctx, func(v engine.View) error {
		if _, err := v.Epoch(); err != nil {
			return err
		}
		cancel()
		return reading(v)
	}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled between two questions: %v", err)
	}
	if err := e.View(t.Context(), reading); err != nil {
		t.Errorf("somebody else reads afterwards: %v", err)
	}
	for range 20 { // whoever comes first of the turn and the context
		if err := e.Write(ctx, func(engine.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("write with a context that has ended: %v", err)
		}
	}
	if err := e.Write(t.Context(), func(tx engine.Tx) error { return tx.PutReading(1) }); err != nil {
		t.Errorf("somebody else writes afterwards: %v", err)
	}
}

// A question that the server refuses, or that is cancelled, is prepared anew the next time. What it was before is given
// up some time: connections are used for months, and the server keeps all that was prepared on one.
func TestRefusedQuestionsAreGivenUp(t *testing.T) {
	_, e := storeOnServer(t)
	for range 1000 {
		if n, err := postgres.Number(t.Context(), e, `SELECT 1 / (SELECT count(*) FROM mail)`); err == nil {
			t.Fatalf("a division by zero gives %d", n)
		}
	}
	kept, err := postgres.Number(t.Context(), e, `SELECT count(*) FROM pg_prepared_statements`)
	if err != nil || kept > 500 {
		t.Errorf("the server keeps %d statements, %v", kept, err)
	}
}

// Who waits for what another host has claimed ends with the context, as all do who wait to write.
func TestWaitForClaimsIsCancelled(t *testing.T) {
	s := share(t)
	first := s.store(s.one, 1, "<first>")
	<-first.reached
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		ended <- s.other.(engine.Shared).WriteBeside(ctx, func(tx engine.Tx, c engine.Claims) error {
			if err := c.Projects([]int64{1}); err != nil {
				return err
			}
			return reading(tx)
		})
	}()
	select {
	case err := <-ended:
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who does not wait any more is told %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Error("it waits on")
	}
	s.ends(first)
	s.ends(s.store(s.other, 1, "<second>"))
	if found := s.after(); len(found) != 2 {
		t.Errorf("stored are %v", found)
	}
}

// COMMIT never ends with the context: nobody would know whether it was done.
func TestCommitIsNotCancelled(t *testing.T) {
	s := share(t)
	ctx, cancel := context.WithCancel(t.Context())
	if err := s.one.(engine.Shared).WriteBeside(ctx, func(_ engine.Tx, c engine.Claims) error {
		defer cancel()
		return c.Projects([]int64{1})
	}); err != nil {
		t.Error(err)
	}
}

func reading(v engine.View) error {
	_, err := v.Reading()
	return err
}
