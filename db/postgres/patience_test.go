package postgres_test

import (
	"errors"
	"path"
	"strings"
	"testing"
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/postgres"
	"patchwatch/db/postgres/pgtest"
)

// wantAway wants an error that says why, and that is held against no mail.
func wantAway(t *testing.T, err error, says string) {
	t.Helper()
	if !errors.Is(err, engine.ErrAway) || !strings.Contains(err.Error(), says) {
		t.Errorf("the error is %v; wanted is %q", err, says)
	}
}

// A host that is frozen while it stores mail keeps nobody from the same list for ever: the server undoes what it has
// begun. When it goes on it is told so, and can do it again.
func TestFrozenHostLetsGo(t *testing.T) {
	s := shareBy(t, func(name string) (string, string) { return name + "&idle_in_transaction_session_timeout=500", name })
	frozen := s.store(s.one, 1, "<frozen>")
	<-frozen.reached
	second := s.store(s.other, 1, "<second>")
	if !waits(second.reached) {
		t.Error("two store mail of one list at once")
	}
	<-second.reached
	s.ends(second)
	close(frozen.leave)
	wantAway(t, <-frozen.err, "the database server ")
	s.ends(s.store(s.one, 1, "<frozen>"))
	if found := s.after(); len(found) != 2 || found[0] != "<second>" || found[1] != "<frozen>" {
		t.Errorf("stored are %v", found)
	}
}

// Who waits for others for long hears why, and can try again.
func TestLongWaitForOthers(t *testing.T) {
	s := shareBy(t, func(name string) (string, string) { return name, name + "&lock_timeout=300" })
	first := s.store(s.one, 1, "<first>")
	<-first.reached
	wantAway(t, s.other.Write(t.Context(), func(engine.Tx) error { return nil }), "another process")
	second := s.store(s.other, 1, "<second>")
	wantAway(t, <-second.err, "another process")
	s.ends(first)
	s.ends(s.store(s.other, 1, "<second>"))
}

// A server that says nothing is given up, though its machine is there; one that works for long is waited for.
func TestServerThatSaysNothing(t *testing.T) {
	var network *pgtest.Proxy
	s := shareBy(t, func(name string) (string, string) {
		network = databases(t).Proxy(t)
		database, _, _ := strings.Cut(path.Base(strings.TrimPrefix(name, "postgres://")), "?")
		return name, network.Name(database) + "&connect_timeout=1"
	})

	postgres.AskAfter(s.other, 200*time.Millisecond)
	working := s.store(s.one, 1, "<working>")
	<-working.reached
	waiting := s.store(s.other, 1, "<waiting>")
	time.Sleep(1500 * time.Millisecond) // it is asked for several times
	s.ends(working)
	s.ends(waiting)

	network.Delay(300 * time.Millisecond)
	if err := s.other.Write(t.Context(), func(tx engine.Tx) error { return tx.PutReading(1) }); err != nil {
		t.Errorf("where answers are slow: %v", err)
	}
	network.Delay(0)

	began := time.Now()
	wantAway(t, s.other.View(t.Context(), func(v engine.View) error {
		network.Hold()
		_, err := v.Reading()
		return err
	}), "not answered")
	network.Resume()
	wantAway(t, s.other.Write(t.Context(), func(tx engine.Tx) error {
		network.Hold()
		return tx.PutReading(2)
	}), "not answered")
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("it was found out after %v", took)
	}
	network.Resume()
	if err := s.other.Write(t.Context(), func(tx engine.Tx) error { return tx.PutReading(3) }); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
