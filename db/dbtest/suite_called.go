package dbtest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Another copy that comes to stand for a mail changes no number that others may have written down, and the number of
// each copy leads to what stands.
func (u suite) TestNumbersStay(t *testing.T) {
	ctx, s := context.Background(), u.open(t)
	addProject(t, s, frob)
	// The first patch comes by address before it comes by the list, so that the second copy takes its place.
	byAddress := made("p1@x", 0, "[1/2] one")
	byAddress.ListIDs, byAddress.To, byAddress.Content = nil, []string{frob.ListEmail}, "not through the list"
	add(t, s, byAddress, made("p2@x", 1, "[2/2] two", "p1@x"))
	add(t, s, made("p1@x", 0, "[1/2] one"))
	const first, second, chosen = 1, 2, 3
	rows, err := s.PatchRows(ctx, []int64{first, chosen}, track.Scope{})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []int64{first, chosen} {
		if r := rows[id]; r.ID != first || r.Mail != chosen {
			t.Errorf("asked for %d, it is %d, and %d stands for it", id, r.ID, r.Mail)
		}
	}
	for _, id := range []int64{first, second, chosen} {
		series, err := s.SeriesRow(ctx, id, track.Scope{})
		if err != nil || series.ID != first || len(series.Patches) != 2 {
			t.Errorf("the series of %d is %+v, %v", id, series, err)
		}
		if found, err := s.Find(ctx, "", fmt.Sprint(id)); err != nil || len(found) != 1 {
			t.Errorf("%d finds %v, %v", id, found, err)
		}
	}
	// What is decided by either number is decided about the patch.
	if err := s.SetState(ctx, by, []int64{first}, track.StateAccepted); err != nil {
		t.Fatal(err)
	}
	if err := s.SetDelegate(ctx, by, []int64{chosen}, "bob@x.org"); err != nil {
		t.Fatal(err)
	}
	rows, err = s.PatchRows(ctx, []int64{first}, track.Scope{})
	if r := rows[first]; err != nil || r.State != track.StateAccepted || r.Delegate != "bob@x.org" {
		t.Errorf("%+v, %v", r, err)
	}
	if err := s.SetState(ctx, by, []int64{9999}, track.StateAccepted); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("a state of what is not there: %v", err)
	}
}

// Whoever has kept an answer sees by the numbers of changes that it no longer holds: those of the project that has
// changed, and of no other.
func (u suite) TestChangesAreCounted(t *testing.T) {
	ctx, s := context.Background(), u.open(t)
	other := track.Project{LinkName: "other", ListID: "other.lists.example.org"}
	addProject(t, s, frob)
	addProject(t, s, other)
	projects, err := s.Projects(ctx)
	if err != nil || len(projects) != 2 {
		t.Fatal(projects, err)
	}
	ours, others := projects[0].ID, projects[1].ID
	elsewhere := made("o1@x", 0, "elsewhere")
	elsewhere.ListIDs = []string{other.ListID}
	add(t, s, made("p1@x", 0, "[1/2] one"), elsewhere)
	user, err := s.AddUser(ctx, by, track.User{Name: "bob"})
	if err != nil {
		t.Fatal(err)
	}
	renamed := made("p3@x", 9, "three")
	renamed.From.Name = "Ann Example"
	private := frob
	private.Private = true
	for _, test := range []struct {
		what   string
		do     func() error
		of     []int64 // projects that change
		shared bool    // so does what is shown of all
	}{
		{"a mail", func() error { add(t, s, made("p2@x", 1, "[2/2] two", "p1@x")); return nil }, []int64{ours}, false},
		{"the same mail again", func() error { add(t, s, made("p2@x", 1, "[2/2] two", "p1@x")); return nil }, nil, false},
		{"a comment", func() error { add(t, s, made("r1@x", 2, "Re: one", "p1@x")); return nil }, []int64{ours}, false},
		{"a mail by somebody of another name", func() error { add(t, s, renamed); return nil }, []int64{ours}, true},
		{"a state", func() error { return s.SetState(ctx, by, []int64{1}, track.StateRFC) }, []int64{ours}, false},
		{"a check", func() error {
			_, err := s.AddCheck(ctx, by, track.Check{User: user.ID, Context: "build"}, 1)
			return err
		}, []int64{ours}, false},
		{"hiding", func() error { return s.Hide(ctx, by, []int64{1}, true) }, []int64{ours}, false},
		{"a decision that fails", func() error { s.SetState(ctx, by, []int64{1, 9999}, track.StateNew); return nil },
			nil, false},
		{"settings", func() error { setProject(t, s, private); return nil }, nil, true},
		{"an account", func() error { _, err := s.AddUser(ctx, by, track.User{Name: "cyd"}); return err }, nil, true},
		{"a state of one's own",
			func() error { _, err := s.AddOwnState(ctx, by, engine.OwnState{Slug: "queued"}); return err }, nil, true},
		{"a mark", func() error { return s.Mark(ctx, by, []track.Mark{{User: user.ID, Series: 1, Upto: 2}}) }, nil, false},
		{"a session", func() error {
			_, err := s.AddCredential(ctx, by, track.Credential{User: user.ID, Kind: track.SessionCredential}, engine.Sum{1})
			return err
		}, nil, false},
	} {
		before, err := s.Changes(ctx, 0, ours, others)
		if err != nil {
			t.Fatal(err)
		}
		if err := test.do(); err != nil {
			t.Fatalf("%s: %v", test.what, err)
		}
		after, err := s.Changes(ctx, 0, ours, others)
		if err != nil {
			t.Fatal(err)
		}
		if got := after[0] != before[0]; got != test.shared {
			t.Errorf("%s: what is shown of all changes: %v", test.what, got)
		}
		for _, p := range []int64{ours, others} {
			want := len(test.of) > 0 && test.of[0] == p
			if got := after[p] != before[p]; got != want {
				t.Errorf("%s: project %d changes: %v", test.what, p, got)
			}
		}
	}
}
