package dbtest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

func hooksOf(t *testing.T, s *db.Store) []track.HookWaiting {
	t.Helper()
	all, err := s.HooksWaiting(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func addHook(t *testing.T, s *db.Store, h track.Hook, since *int64) track.Hook {
	t.Helper()
	h, err := s.AddHook(context.Background(), by, h, since)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// lease is one that anybody takes here: until some seconds after epoch.
func lease(holder string, until int) engine.Lease {
	return engine.Lease{Name: "hooks", Holder: holder, Until: epoch.Add(time.Duration(until) * time.Second)}
}

func epochOf(t *testing.T, s *db.Store) string {
	t.Helper()
	name, err := s.Epoch(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func nobodyIsDead(string) bool { return false }

// A hook is sent what happens after it was made, or what came after the event of some number, of what it wants. Its
// secret is in no log.
func (u suite) TestHook(t *testing.T) {
	ctx := context.Background()
	place, s, _, _ := u.withThread(t)
	project := projectOf(t, s, "frob").ID
	want := track.Hook{URL: "https://x/", Project: project, Secret: "sesame", AllowPrivate: true, Made: epoch,
		Categories: []track.Category{track.PatchCreated, track.SeriesCompleted}}
	all := addHook(t, s, track.Hook{URL: "https://all/", Made: epoch}, new(int64))
	some := addHook(t, s, want, nil)
	beyond := addHook(t, s, track.Hook{URL: "https://beyond/", Made: epoch}, ptr(int64(1_000_000)))
	last, err := s.LastEvent(ctx)
	if err != nil || last == 0 || some.Sent != last || beyond.Sent != last || all.Sent != 0 {
		t.Fatalf("they begin behind %d, %d, %d of %d, %v", all.Sent, some.Sent, beyond.Sent, last, err)
	}
	add(t, s, made("n@x", 20, "new"), made("rn@x", 21, "Re: new", "n@x"))
	got := hooksOf(t, place.store(t))
	want.ID, want.Sent = some.ID, last
	page, err := s.EventPage(ctx, track.EventsQuery{Paging: wholePage})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || got[0].Waiting != page.Total || got[1].Waiting != 2 || got[2].Waiting != page.Total-int(last) ||
		got[1].URL != want.URL || got[1].Secret != "sesame" || !got[1].AllowPrivate || !got[1].Made.Equal(epoch) ||
		!slices.Equal(got[1].Categories, want.Categories) || got[1].Oldest.IsZero() {
		t.Errorf("%+v", got)
	}
	if err := s.RemoveHook(ctx, "ann", some.ID); err != nil {
		t.Fatal(err)
	}
	if got := hooksOf(t, s); len(got) != 2 || got[1].ID != beyond.ID {
		t.Errorf("left are %+v", got)
	}
	if err := s.RemoveHook(ctx, by, some.ID); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
	again := addHook(t, s, want, nil)
	if again.ID <= beyond.ID {
		t.Errorf("the number %d is given again", again.ID)
	}
	log := strings.Join(logged(t, s, engine.LogQuery{Most: 5}), "\n")
	if strings.Contains(log, "sesame") || !strings.Contains(log, `ann hook frob  "2 https://x/ patch-created`) {
		t.Errorf("the log has\n%s", log)
	}
}

func (u suite) TestHookRefusals(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	for what, h := range map[string]track.Hook{"no URL": {}, "no project": {URL: "https://x/", Project: 99}} {
		if _, err := s.AddHook(ctx, by, h, nil); err == nil {
			t.Errorf("%s is no fault", what)
		}
	}
	for range 64 {
		addHook(t, s, track.Hook{URL: "https://x/", Made: epoch}, nil)
	}
	if _, err := s.AddHook(ctx, by, track.Hook{URL: "https://x/"}, nil); err == nil {
		t.Error("there is no end of hooks")
	}
	if err := s.RetryHook(ctx, by, 99, false); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("none to try again: %v", err)
	}
	if err := s.RetryHook(ctx, by, 1, true); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("nothing to skip: %v", err)
	}
}

// A hook without a project is not told of private ones, nor any hook of what is hidden or of a project that is no more.
func (u suite) TestHookSees(t *testing.T) {
	ctx := context.Background()
	_, s, _, _ := u.withThread(t)
	frob := projectOf(t, s, "frob")
	none, its := addHook(t, s, track.Hook{URL: "https://x/", Made: epoch}, new(int64)),
		addHook(t, s, track.Hook{URL: "https://x/", Project: frob.ID, Made: epoch}, new(int64))
	before := hooksOf(t, s)
	if before[0].Waiting != before[1].Waiting || before[0].Waiting == 0 || its.ID == none.ID {
		t.Fatalf("%+v", before)
	}
	frob.Private = true
	if _, err := s.SetProject(ctx, by, frob, readJSON, nil); err != nil {
		t.Fatal(err)
	}
	if got := hooksOf(t, s); got[0].Waiting != 0 || got[1].Waiting != before[1].Waiting {
		t.Errorf("of a private project %d and %d wait", got[0].Waiting, got[1].Waiting)
	}
	patches, err := s.PatchPage(ctx, track.PatchQuery{Paging: wholePage})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Hide(ctx, by, []int64{patches.Rows[0].ID}, true); err != nil {
		t.Fatal(err)
	}
	if got := hooksOf(t, s); got[1].Waiting >= before[1].Waiting {
		t.Errorf("of what is hidden as many wait as before: %d", got[1].Waiting)
	}
}

// Who holds the lease says how far hooks are. Another one can't, nor somebody who had it.
func (u suite) TestHookProgress(t *testing.T) {
	ctx := context.Background()
	place, s, _, _ := u.withThread(t)
	other := place.store(t)
	h := addHook(t, s, track.Hook{URL: "https://x/", Made: epoch}, new(int64))
	failed := track.HookProgress{Sent: 3, Failures: 2, FailingSince: epoch.Add(time.Millisecond),
		NextTry: epoch.Add(time.Hour), Fault: "it answered 500\xff", GivenUp: epoch.Add(72 * time.Hour)}
	noted := map[int64]track.HookProgress{h.ID: failed}
	if err := s.NoteHooks(ctx, lease("a", 9), epochOf(t, s), noted); !errors.Is(err, db.ErrLease) {
		t.Errorf("without a lease: %v", err)
	}
	if err := s.TakeLease(ctx, lease("a", 9), epoch, nobodyIsDead); err != nil {
		t.Fatal(err)
	}
	now := epochOf(t, s)
	if err := s.NoteHooks(ctx, lease("a", 20), now+"x", noted); !errors.Is(err, db.ErrLease) {
		t.Errorf("of another database: %v", err)
	}
	if err := s.NoteHooks(ctx, lease("a", 20), now, map[int64]track.HookProgress{h.ID: failed, 99: failed}); err != nil {
		t.Fatal(err)
	}
	failed.Fault = "it answered 500?"
	if got := hooksOf(t, other)[0]; got.HookProgress != failed {
		t.Errorf("noted is %+v, want %+v", got.HookProgress, failed)
	}
	further := map[int64]track.HookProgress{h.ID: {Sent: 9}}
	if err := other.NoteHooks(ctx, lease("b", 30), now, further); !errors.Is(err, db.ErrLease) {
		t.Errorf("by another: %v", err)
	}
	if err := other.RetryHook(ctx, by, h.ID, true); err != nil {
		t.Fatal(err)
	}
	if got := hooksOf(t, s)[0].HookProgress; got != (track.HookProgress{Sent: 4}) {
		t.Errorf("tried again, without one event: %+v", got)
	}
	if err := s.NoteHooks(ctx, lease("a", 40), now, map[int64]track.HookProgress{h.ID: failed}); err != nil {
		t.Fatal(err)
	}
	if got := hooksOf(t, s)[0].HookProgress; got != (track.HookProgress{Sent: 4}) {
		t.Errorf("what was skipped is to be sent again: %+v", got)
	}
}

// Of several processes one has a lease, until it ends, gives it back, or is dead.
func (u suite) TestLease(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	s, other := place.store(t), place.store(t)
	at := func(seconds int) time.Time { return epoch.Add(time.Duration(seconds) * time.Second) }
	for i, c := range []struct {
		holder     string
		now, until int
		dead       string
		taken      bool
	}{
		{"a", 0, 10, "", true}, {"b", 1, 11, "", false}, {"a", 5, 15, "", true}, {"b", 11, 21, "", false},
		{"b", 15, 25, "", true}, {"a", 16, 26, "x", false}, {"a", 16, 26, "b", true}, {"b", -1000, -990, "", true},
	} {
		by := []*db.Store{s, other}[i%2]
		err := by.TakeLease(ctx, lease(c.holder, c.until), at(c.now), func(holder string) bool { return holder == c.dead })
		if c.taken != (err == nil) || err != nil && !errors.Is(err, db.ErrLease) {
			t.Errorf("%d. %s at %d: %v", i, c.holder, c.now, err)
		}
	}
	for _, holder := range []string{"a", "b"} { // b has it
		if err := s.LeaveLease(ctx, "hooks", holder); err != nil {
			t.Fatal(err)
		}
		err := other.TakeLease(ctx, lease("c", -980), at(-995), nobodyIsDead)
		if (err == nil) != (holder == "b") {
			t.Errorf("when %s left it: %v", holder, err)
		}
	}
}

// What waits for a hook is not forgotten, unless it was given up.
func (u suite) TestPruneLeavesWhatWaits(t *testing.T) {
	ctx := context.Background()
	place, s, _, _ := u.withThread(t)
	ids := eventNumbers(t, s)
	h := addHook(t, s, track.Hook{URL: "https://x/", Made: epoch}, &ids[len(ids)/2])
	future := time.Now().AddDate(1, 0, 0)
	add(t, s, made("n@x", 20, "new"))
	backdated(t, place, time.Now().AddDate(0, 0, 1))
	if _, err := s.Prune(ctx, by, future, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if got := eventNumbers(t, s); !slices.Contains(got, ids[len(ids)/2+1]) {
		t.Errorf("left are %d, of %d", got, ids)
	}
	waiting := hooksOf(t, s)[0].Waiting
	if err := s.TakeLease(ctx, lease("a", 9), epoch, nobodyIsDead); err != nil {
		t.Fatal(err)
	}
	up := map[int64]track.HookProgress{h.ID: {Sent: h.Sent, GivenUp: epoch}}
	if err := s.NoteHooks(ctx, lease("a", 9), epochOf(t, s), up); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Prune(ctx, by, future, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if got := eventNumbers(t, s); len(got) != 1 || waiting < 3 {
		t.Errorf("given up, %d wait, and left are %d", waiting, got)
	}
}
