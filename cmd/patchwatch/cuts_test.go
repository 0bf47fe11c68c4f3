package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/engines"
	"patchwatch/db"
	"patchwatch/db/postgres/pgtest"
	"patchwatch/db/sqlite"
	"patchwatch/ingest"
	"patchwatch/track"
)

// TestCutAtEveryMessage cuts the connection to the server at the n-th message of either side, for n from 1 until a
// batch is stored without a cut, also between COMMIT and its answer, when nobody knows whether it was done. Whoever is
// cut off tries again: in the end nothing is lost, twice, or told twice. PATCHWATCH_LONG has it cut at every message,
// otherwise at one of some.
func TestCutAtEveryMessage(t *testing.T) {
	if raceEnabled {
		t.Skip("the same as without the race detector")
	}
	most := 24
	if os.Getenv("PATCHWATCH_LONG") != "" {
		most = 1
	}
	server := pgtest.New(t)
	network := server.Proxy(t)
	s, err := engines.Open(t.Context(), network.Name("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	serial, err := sqlite.Open(t.Context(), newWorkplace(t).path("serial.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer serial.Close()
	cuts, committed := 0, 0
	for n := 1; ; n += 1 + rand.IntN(most) {
		batch := smallSeries(t, s, n)
		network.CutAfter(n)
		added, err := s.Add(t.Context(), batch)
		whole := network.Cuts()
		network.CutAfter(0)
		if err != nil {
			cuts++
			if !errors.Is(err, db.ErrAway) {
				t.Errorf("cut at message %d: %v", n, err)
			}
			if added, err = s.Add(t.Context(), batch); err != nil {
				t.Fatalf("after a cut at message %d: %v", n, err)
			}
			if added[0].Known {
				committed++
			}
		}
		for i := range added {
			if added[i].Err != nil {
				t.Fatalf("cut at message %d, mail %d: %v", n, i, added[i].Err)
			}
		}
		if _, err := serial.Add(t.Context(), smallSeries(t, serial, n)); err != nil {
			t.Fatal(err)
		}
		if whole {
			break
		}
	}
	t.Logf("%d cuts, %d of them after COMMIT was done", cuts, committed)
	if committed == 0 || committed == cuts {
		t.Error("some cuts should be before COMMIT is done, and some after")
	}
	after, err := engines.OpenReadOnly(t.Context(), server.Name("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer after.Close()
	sameDumps(t, after, serial)
	if told, want := toldOf(t, after), toldOf(t, serial); told != want {
		t.Errorf("told is: %s", firstDifference(told, want))
	}
}

// smallSeries is a series with a cover and a reply, as deliveries to a store.
func smallSeries(t *testing.T, s *db.Store, n int) (batch []db.Delivery) {
	t.Helper()
	for i, subject := range []string{"[PATCH 0/2] frob", "[PATCH 1/2] one", "[PATCH 2/2] two", "Re: [PATCH 2/2] two"} {
		raw := fmt.Sprintf("From: Ann <ann%d@example.org>\nDate: Sat, 31 Jan 2026 10:00:0%d +0000\nMessage-ID: <%d.%d@x>\n"+
			"References: <%d.0@x> <%d.2@x>\nList-Id: <list%d.example.org>\nSubject: %s of %d\n\nText\n",
			n, i, n, i, n, n, n%3, subject, n)
		if i == 1 || i == 2 {
			raw += fmt.Sprintf("---\ndiff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-%d\n+%d\n", n, i)
		}
		m, err := ingest.Parse([]byte(raw))
		if err != nil {
			t.Fatal(err)
		}
		m.Delivered = time.Date(2026, 2, 1, 0, 0, i, 0, time.UTC)
		batch = append(batch, s.Prepare(m, []byte(raw)))
	}
	return batch
}

func sameDumps(t *testing.T, is, want *db.Store) {
	t.Helper()
	a, err := is.DumpLines(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := want.DumpLines(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	only := func(where string) func([]byte) error {
		return func(line []byte) error { t.Errorf("only in the %s: %s", where, line); return nil }
	}
	if _, err := db.DiffLines(a, b, only("database"), only("serial import")); err != nil {
		t.Error(err)
	}
}

// toldOf are all events, without their numbers and times.
func toldOf(t *testing.T, s *db.Store) string {
	t.Helper()
	events, err := s.Events(context.Background(), 0, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	var told strings.Builder
	for i, e := range events {
		if e.ID != int64(i+1) || i > 0 && e.Date.Before(events[i-1].Date) {
			t.Errorf("event %d of %v is the one at place %d", e.ID, e.Date, i+1)
		}
		fmt.Fprintln(&told, e.Category, e.Project, e.Patch.MsgID, e.Cover.MsgID, e.Comment.MsgID, seriesTold(e))
	}
	return told.String()
}

func seriesTold(e track.Event) string { return e.Series.Name }

// TestWatchersAreCutOff: watchers whose connections are cut again and again take in all mail, by themselves.
func TestWatchersAreCutOff(t *testing.T) {
	if raceEnabled {
		t.Skip("the same as without the race detector")
	}
	t.Parallel()
	most := 8
	if os.Getenv("PATCHWATCH_LONG") != "" {
		most = 80
	}
	server := pgtest.New(t)
	network := server.Proxy(t)
	w := newWorkplace(t)
	mails := multiply(samples(t), 4)
	w.deliver("md", nil)
	var watchers []*process
	for range 2 {
		watchers = append(watchers, w.startAt(network.Name("postgres"), "watch", "md"))
	}
	for i, m := range mails {
		if i%(len(mails)/most) == 0 {
			network.CutAfter(1 + rand.IntN(1500))
		}
		if err := deliverOne(w.path("md"), m, i); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
	network.CutAfter(0)
	w.waitUntilEmpty("md")
	for _, p := range watchers {
		p.signal(syscall.SIGTERM)
		p.waitExit(exitDone)
		p.wants("the database server can't be reached")
	}
	w.checkNothingLostIn(server.Name("postgres"), "md", mails)
}

// startAt starts a command on a database of a server, with a cache of its own for search.
func (w *workplace) startAt(database string, args ...string) *process {
	w.t.Helper()
	c := w.command(append([]string{"--db", database}, args...)...)
	c.Env = append(c.Env, "XDG_CACHE_HOME="+w.t.TempDir())
	return w.startCommand(c)
}
