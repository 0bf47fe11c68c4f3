package dbtest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// How far somebody has looked is that user's own, stays over a rebuild, and is in no log.
func (u suite) TestMarks(t *testing.T) {
	ctx := context.Background()
	place, s, ann, bob := u.withThread(t)
	set := func(user, series, upto int64) {
		t.Helper()
		if err := s.Mark(ctx, "ann", []track.Mark{{User: user, Series: series, Upto: upto}}); err != nil {
			t.Fatal(err)
		}
	}
	want := func(what string, user int64, series track.In[int64], most int, want ...track.Mark) {
		t.Helper()
		got, err := place.store(t).Marks(ctx, user, series, most)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v; want %v", what, got, err, want)
		}
	}
	entries := func() int {
		t.Helper()
		all, err := s.Log(ctx, engine.LogQuery{Most: 1000})
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	before, err := s.Changes(ctx, 0, 1, -ann.ID, -bob.ID)
	if err != nil {
		t.Fatal(err)
	}
	log := entries()
	set(ann.ID, 1, 4)
	set(ann.ID, 7, 9)
	set(ann.ID, 1, 5)
	set(bob.ID, 1, 2)
	after, err := s.Changes(ctx, 0, 1, -ann.ID, -bob.ID)
	if err != nil || after[-ann.ID] != before[-ann.ID]+3 || after[-bob.ID] != before[-bob.ID]+1 || after[0] != before[0] ||
		after[1] != before[1] {
		t.Errorf("changes were %v, and are %v, %v", before, after, err)
	}
	if n := entries(); n != log {
		t.Errorf("the log has %d entries, and had %d", n, log)
	}
	if err := s.Rebuild(ctx, nil); err != nil {
		t.Fatal(err)
	}
	one, seven := track.Mark{User: ann.ID, Series: 1, Upto: 5}, track.Mark{User: ann.ID, Series: 7, Upto: 9}
	want("all of ann", ann.ID, nil, 9, seven, one)
	want("the newest of ann", ann.ID, nil, 1, seven)
	want("one of ann", ann.ID, track.In[int64]{1, 2, 1}, 9, one)
	want("none of ann", ann.ID, track.In[int64]{}, 9)
	want("all of bob", bob.ID, nil, 9, track.Mark{User: bob.ID, Series: 1, Upto: 2})
	set(ann.ID, 7, 0)
	want("what is left", ann.ID, nil, 9, one)
	if err := s.Mark(ctx, "ann", []track.Mark{{User: 99, Series: 1, Upto: 1}}); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("of no user: %v", err)
	}
	if s.Mark(ctx, "ann", []track.Mark{{User: ann.ID, Series: 2, Upto: 3}, {User: ann.ID, Series: 1, Upto: -1}}) == nil {
		t.Error("a mark below 0 is taken")
	}
	want("after what was refused", ann.ID, nil, 9, one)
}
