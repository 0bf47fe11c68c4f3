package dbtest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// backdated adds two events and two lines of the log, an hour apart.
func backdated(t *testing.T, place Opener, day time.Time) {
	t.Helper()
	place.write(t, func(tx engine.Tx) error {
		if err := tx.AddEvents([]engine.Event{{Date: day, Category: track.PatchCreated, Project: 1},
			{Date: day.Add(time.Hour), Category: track.PatchCreated, Project: 1}}); err != nil {
			return err
		}
		return tx.AddLog([]engine.LogEntry{
			{Time: day, Actor: "ann", What: "state"}, {Time: day.Add(time.Hour), Actor: "ann", What: "state"},
		})
	})
}

func eventNumbers(t *testing.T, s *db.Store) (ids []int64) {
	t.Helper()
	all, err := s.Events(context.Background(), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		ids = append(ids, e.ID)
	}
	return ids
}

// What is older than a time goes, but for the newest event. What stands stays, and numbers are not given again.
func (u suite) TestPrune(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	s := place.store(t)
	for day := range 4 {
		backdated(t, place, epoch.AddDate(0, 0, day)) // two events and two lines each
	}
	for _, c := range []struct {
		events, log time.Time
		gone        [2]int64
		first       int64
		lines       int // before that of the pruning itself
	}{
		{time.Time{}, time.Time{}, [2]int64{}, 1, 8},
		{epoch, epoch, [2]int64{}, 1, 9},
		{epoch.Add(time.Minute), time.Time{}, [2]int64{1, 0}, 2, 10},
		{epoch.AddDate(0, 0, 1), epoch.AddDate(0, 0, 2), [2]int64{1, 4}, 3, 7},
		{epoch.AddDate(0, 0, 2).Add(time.Hour), time.Time{}, [2]int64{3, 0}, 6, 8},
		{time.Now().AddDate(1, 0, 0), time.Time{}, [2]int64{2, 0}, 8, 9},
		{time.Now().AddDate(1, 0, 0), time.Now().AddDate(1, 0, 0), [2]int64{0, 10}, 8, 0},
	} {
		gone, err := s.Prune(ctx, "ann", c.events, c.log)
		if err != nil || gone != c.gone {
			t.Errorf("before %v, %v: %v are gone, %v, want %v", c.events, c.log, gone, err, c.gone)
		}
		var want []int64
		for id := c.first; id <= 8; id++ {
			want = append(want, id)
		}
		if got := eventNumbers(t, s); !slices.Equal(got, want) {
			t.Errorf("before %v: left are the events %v, want %v", c.events, got, want)
		}
		if got := logged(t, s, engine.LogQuery{}); len(got) != c.lines+1 || !strings.HasPrefix(got[0], "ann prune") {
			t.Errorf("before %v: the log has %d lines, want %d:\n%s", c.log, len(got), c.lines+1, strings.Join(got, "\n"))
		}
	}
	entries, err := s.Log(ctx, engine.LogQuery{})
	if err != nil || entries[0].ID != 15 {
		t.Errorf("a number was given again: %+v, %v", entries, err)
	}
	again := place.store(t)
	addProject(t, again, frob)
	add(t, again, made("s@x", 1, "single"))
	if got := eventNumbers(t, again); len(got) != 5 || got[1] != 9 {
		t.Errorf("what came then has the numbers %v", got)
	}
}

// A database that nothing has happened in is pruned too.
func (u suite) TestPruneNothing(t *testing.T) {
	s := u.open(t)
	if gone, err := s.Prune(context.Background(), by, time.Now(), time.Now()); err != nil || gone != [2]int64{} {
		t.Error(gone, err)
	}
}

// An epoch has a name, which lasts.
func (u suite) TestEpoch(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	s := place.store(t)
	name, err := s.Epoch(ctx)
	if err != nil || name == "" {
		t.Fatal(name, err)
	}
	add(t, s, thread()...)
	if again, err := place.store(t).Epoch(ctx); err != nil || again != name {
		t.Errorf("it was %s and is %s, %v", name, again, err)
	}
	place.write(t, func(tx engine.Tx) error { return tx.PutEpoch("another") })
	if now, err := s.Epoch(ctx); err != nil || now != "another" {
		t.Error(now, err)
	}
}
