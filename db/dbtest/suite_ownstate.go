package dbtest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// A state of one's own has a slug and a number that are nobody else's, and is found by either.
func (u suite) TestOwnStates(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	s := place.store(t)
	must := func(o engine.OwnState, number int) {
		t.Helper()
		got, err := s.AddOwnState(ctx, "ann", o)
		if err != nil || got.Number != number || got.Slug != o.Slug || got.Open != o.Open {
			t.Fatalf("%+v became %+v, %v", o, got, err)
		}
	}
	must(engine.OwnState{Slug: "queued", Number: 13, Open: true}, 13)
	must(engine.OwnState{Slug: "needs-ack"}, 11)
	must(engine.OwnState{Slug: "third", Open: true}, 12)
	must(engine.OwnState{Slug: "fourth"}, 14)
	must(engine.OwnState{Slug: "queued"}, 13) // changed
	must(engine.OwnState{Slug: "fourth", Number: 40}, 40)
	for what, c := range map[string]struct {
		state engine.OwnState
		want  error
	}{
		"a number that is taken":  {engine.OwnState{Slug: "new-one", Number: 13}, engine.ErrConflict},
		"a number of Patchwork's": {engine.OwnState{Slug: "new-one", Number: 10}, engine.ErrConflict},
		"one of Patchwork's":      {engine.OwnState{Slug: "under-review", Number: 50}, engine.ErrConflict},
		"a negative number":       {engine.OwnState{Slug: "new-one", Number: -1}, nil},
		"a huge number":           {engine.OwnState{Slug: "new-one", Number: 1 << 40}, nil},
		"no slug":                 {engine.OwnState{}, nil},
		"capitals":                {engine.OwnState{Slug: "Mine"}, nil},
		"a space":                 {engine.OwnState{Slug: "my own"}, nil},
		"a line":                  {engine.OwnState{Slug: "mine\n"}, nil},
		"digits, as a number":     {engine.OwnState{Slug: "17"}, nil},
		"a long one":              {engine.OwnState{Slug: track.State(strings.Repeat("a", 101))}, nil},
	} {
		if got, err := s.AddOwnState(ctx, by, c.state); err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
	all, err := place.store(t).OwnStates(ctx)
	want := []engine.OwnState{{Slug: "needs-ack", Number: 11}, {Slug: "third", Number: 12, Open: true},
		{Slug: "queued", Number: 13}, {Slug: "fourth", Number: 40}}
	if err != nil || !slices.Equal(all, want) {
		t.Errorf("there are %+v, %v", all, err)
	}
	for name, want := range map[string]track.State{
		"queued": "queued", " Queued ": "queued", "13": "queued", "Needs Ack": "needs-ack", "new": "new",
		"Under Review": "under-review",
		"1":            "new", "2": "under-review", "3": "accepted", "4": "rejected", "5": "rfc", "6": "not-applicable",
		"7": "changes-requested",
		"8": "awaiting-upstream", "9": "superseded", "10": "deferred", "14": "", "0": "", "-1": "", "": "", "nonsense": "",
	} {
		got, ok, err := s.ParseState(ctx, name)
		if err != nil || got != want || ok != (want != "") {
			t.Errorf("%q is %q, %v, %v, want %q", name, got, ok, err, want)
		}
	}
	wantLog := []string{
		`ann project-state   "fourth (14)" "fourth (40)"`, `ann project-state   "queued (13, open)" "queued (13)"`,
		`ann project-state   "" "fourth (14)"`, `ann project-state   "" "third (12, open)"`,
		`ann project-state   "" "needs-ack (11)"`,
		`ann project-state   "" "queued (13, open)"`,
	}
	if got := logged(t, s, engine.LogQuery{}); !slices.Equal(got, wantLog) {
		t.Errorf("the log has\n%s", strings.Join(got, "\n"))
	}
}

// A patch may be in such a state, and stays there.
func (u suite) TestPatchInOwnState(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	addProject(t, s, frob)
	add(t, s, thread()...)
	if _, err := s.AddOwnState(ctx, by, engine.OwnState{Slug: "queued"}); err != nil {
		t.Fatal(err)
	}
	e := &told{T: t, s: s, since: lastEvent(t, s)}
	if err := errors.Join(s.SetState(ctx, "ann", []int64{number(t, s, "s@x")}, "queued"),
		s.Rebuild(ctx, nil)); err != nil {
		t.Fatal(err)
	}
	e.want("queued", "patch-state-changed s@x by ann: new, queued")
	wantDecided(t, s, "rebuilt", "s@x", decided{state: "queued"})
	if found, err := s.Patches(ctx, track.Filter{States: []track.State{"queued"}}); err != nil || len(found) != 1 {
		t.Errorf("%+v, %v", found, err)
	}
	check(t, s)
}
