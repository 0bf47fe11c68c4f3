package site

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// farStore is a store whose every question is a journey; which ones were asked is noted.
type farStore struct {
	epoch   string
	changes map[int64]int64
	asked   string
}

func (s *farStore) Projects(context.Context) ([]track.Project, error) {
	return []track.Project{{ID: 1}}, nil
}
func (s *farStore) RemovedProjects(context.Context) ([]int64, error)     { return nil, nil }
func (s *farStore) Users(context.Context) ([]track.User, error)          { return nil, nil }
func (s *farStore) OwnStates(context.Context) ([]engine.OwnState, error) { return nil, nil }

func (s *farStore) Moment(context.Context, ...int64) (string, map[int64]int64, error) {
	s.asked += "moment "
	return s.epoch, s.changes, nil
}

func (s *farStore) Ahead(
	ctx context.Context, projects []int64, told func(string, map[int64]int64) error,
) (context.Context, bool) {
	return engine.WithAhead(ctx, projects, told), true
}

// ask is one question, which takes along what is ahead of it.
func (s *farStore) ask(ctx context.Context) error {
	a := engine.TakeAhead(ctx)
	if a == nil {
		s.asked += "question "
		return nil
	}
	defer a.GiveBack()
	s.asked += "both "
	changes := map[int64]int64{}
	for p, n := range s.changes {
		changes[p] = n
	}
	return a.Tell(s.epoch, changes)
}

// keeperOfFar knows the world.
func keeperOfFar(t *testing.T) (*Keeper, *farStore) {
	t.Helper()
	s := &farStore{epoch: "first", changes: map[int64]int64{0: 1, 1: 1}}
	k := NewKeeper(s, 1<<20)
	if _, err := k.World(t.Context()); err != nil {
		t.Fatal(err)
	}
	return k, s
}

func TestMomentGoesAheadOfTheFirstQuestion(t *testing.T) {
	t.Parallel()
	k, s := keeperOfFar(t)
	errMissing := errors.New("there is none")
	made := 0
	want := func(key, asked string, questions int, failure error) {
		t.Helper()
		s.asked = ""
		a, err := k.Answer(t.Context(), Ask{Key: key, Stored: true}, func(ctx context.Context, w *World) (*Answer, error) {
			made++
			for range questions {
				if err := s.ask(ctx); err != nil {
					return nil, err
				}
			}
			return &Answer{Body: []byte(fmt.Sprint(w.Epoch, w.changed, made)), About: []int64{1}}, failure
		})
		if s.asked != asked || !errors.Is(err, failure) {
			t.Errorf("%s: asked %q, %v; wanted are %q, %v", key, s.asked, err, asked, failure)
		}
		if err == nil && (a.epoch != s.epoch || a.holds[0] != s.changes[0] || a.holds[1] != s.changes[1]) {
			t.Errorf("%s: an answer of %s %v", key, a.epoch, a.holds)
		}
	}
	want("a", "both question ", 2, nil)
	want("a", "moment ", 2, nil) // it is kept
	s.changes[1]++
	want("a", "moment moment question question ", 2, nil)
	want("a", "moment ", 2, nil)
	s.changes[0]++ // projects have changed: nothing else is asked in the old world
	want("b", "both moment moment moment question question ", 2, nil)
	s.epoch = "second"
	want("c", "both moment moment moment question ", 1, nil)
	want("d", "moment ", 0, nil) // no question takes it along
	want("e", "both ", 1, errMissing)
	want("e", "both ", 1, errMissing) // errors are not kept
	if made != 10 {
		t.Errorf("answers were made %d times", made)
	}
}

// What is asked beside the first question may be older than the moment, so such an answer is made once more.
func TestNothingIsAskedBesideTheMoment(t *testing.T) {
	t.Parallel()
	k, s := keeperOfFar(t)
	s.asked = ""
	made := 0
	_, err := k.Answer(t.Context(), Ask{Key: "a", Stored: true}, func(ctx context.Context, _ *World) (*Answer, error) {
		made++
		a := engine.TakeAhead(ctx)
		if err := s.ask(ctx); err != nil {
			return nil, err
		}
		if a != nil {
			defer a.GiveBack()
			return &Answer{}, a.Tell(s.epoch, s.changes)
		}
		return &Answer{}, nil
	})
	if err != nil || made != 2 || s.asked != "question moment question " {
		t.Errorf("made %d times, asked %q, %v", made, s.asked, err)
	}
}
