package sqlite

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// What tests of whole databases need of a Store.

const nobody = track.ActorUnknown

func openStore(t *testing.T) *db.Store {
	t.Helper()
	s, err := Open(ctx, filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func dump(t *testing.T, s *db.Store) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Dump(ctx, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func check(t *testing.T, s *db.Store) {
	t.Helper()
	c, err := s.Check(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range c.Faults {
		t.Errorf("check: %s; %s", f.What, f.Do)
	}
}

func wantSame(t *testing.T, s *db.Store, when, want string) {
	t.Helper()
	if got := dump(t, s); got != want {
		only, missing := difference(got, want)
		t.Errorf("%s:\nonly so:\n%s\nnot so:\n%s", when, only, missing)
	}
	check(t, s)
}

// difference is the lines of two texts that are in one only.
func difference(a, b string) (onlyA, onlyB string) {
	la, lb := strings.SplitAfter(a, "\n"), strings.SplitAfter(b, "\n")
	return strings.Join(without(la, lb), ""), strings.Join(without(lb, la), "")
}

func without(lines, others []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return slices.Contains(others, l) })
}

func found(t *testing.T, s *db.Store, id string) track.MailView {
	t.Helper()
	found, err := s.Find(ctx, "", id)
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %d found, %v", id, len(found), err)
	}
	return found[0]
}

func wantState(t *testing.T, s *db.Store, when, id, state string) {
	t.Helper()
	patches, err := s.Patches(ctx, track.Filter{Archived: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range patches {
		if p.MsgID == "<"+id+">" && string(p.State) != state {
			t.Errorf("%s: %s is %s, want %s", when, id, p.State, state)
		}
	}
}

// wantLogged wants a line of the log for each decision.
func wantLogged(t *testing.T, s *db.Store, decided int) {
	t.Helper()
	log, err := s.Log(ctx, engine.LogQuery{})
	if err != nil || len(log) < decided {
		t.Errorf("%d lines of log for %d decisions, %v", len(log), decided, err)
	}
}

// wantTold wants an event of each thing that is there, in the order in which they happened.
func wantTold(t *testing.T, s *db.Store) {
	t.Helper()
	events, err := s.Events(ctx, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	count := map[track.Category]int{}
	for i, e := range events {
		count[e.Category]++
		if i > 0 && (e.ID <= events[i-1].ID || e.Date.Before(events[i-1].Date)) {
			t.Errorf("%+v after %+v", e, events[i-1])
		}
	}
	st, err := s.Status(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if count[track.PatchCreated] != st.Patches || count[track.CoverCreated] != st.Covers ||
		count[track.SeriesCreated] != st.Series ||
		count[track.PatchCommentCreated]+count[track.CoverCommentCreated] != st.Comments {
		t.Errorf("%v events of %+v", count, st)
	}
}
