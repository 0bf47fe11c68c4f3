package dbtest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// withThread is a database with a project, a thread in it and two accounts.
func (u suite) withThread(t *testing.T) (place Opener, s *db.Store, ann, bob track.User) {
	t.Helper()
	place = u.database(t)
	s = place.store(t)
	addProject(t, s, frob)
	add(t, s, thread()...)
	return place, s, addUser(t, s, "ann", "ann@example.org"), addUser(t, s, "bob")
}

func bundlesOf(t *testing.T, s *db.Store, owner int64) []track.Bundle {
	t.Helper()
	all, err := s.Bundles(context.Background(), owner)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A bundle has its patches in the order that its owner gave them, whatever becomes of their rows.
func (u suite) TestBundle(t *testing.T) {
	ctx := context.Background()
	place, s, ann, bob := u.withThread(t)
	project := projectOf(t, s, "frob").ID
	made, err := s.AddBundle(ctx, "ann", track.Bundle{
		Owner: ann.ID, Project: project, Name: "for next", Patches: []string{"<s@x>", "<2@x>", "<1@x>", "<2@x>"},
	})
	if err != nil || made.ID == 0 {
		t.Fatal(made, err)
	}
	want := []string{"<s@x>", "<2@x>", "<1@x>"}
	is, err := place.store(t).Bundle(ctx, made.ID)
	if err != nil || !slices.Equal(is.Patches, want) || is.Owner != ann.ID || is.Project != project ||
		is.Name != "for next" || is.Public {
		t.Errorf("%+v, %v", is, err)
	}
	other, err := s.AddBundle(ctx, "bob", track.Bundle{
		Owner: bob.ID, Project: project, Name: "for next", Public: true, Patches: want[:1],
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Rebuild(ctx, nil); err != nil {
		t.Fatal(err)
	}
	if got := bundlesOf(t, s, 0); len(got) != 2 || !slices.Equal(got[0].Patches, want) || !got[1].Public {
		t.Errorf("all are %+v", got)
	}
	if got := bundlesOf(t, s, bob.ID); len(got) != 1 || got[0].ID != other.ID {
		t.Errorf("Bob's are %+v", got)
	}
	is.Name, is.Public, is.Patches = "for later", true, []string{"<1@x>", "<s@x>"}
	if err := s.SetBundle(ctx, "ann", is); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Bundle(ctx, made.ID); err != nil || !slices.Equal(got.Patches, is.Patches) ||
		got.Name != "for later" || !got.Public {
		t.Errorf("changed, it is %+v, %v", got, err)
	}
	if err := s.RemoveBundle(ctx, "ann", made.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Bundle(ctx, made.ID); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("removed: %v", err)
	}
	if got := bundlesOf(t, s, 0); len(got) != 1 || got[0].ID != other.ID || len(got[0].Patches) != 1 {
		t.Errorf("left are %+v", got)
	}
	wantLog := []string{
		`ann bundle frob  "for later (public): <1@x> <s@x>" ""`,
		`ann bundle frob  "for next (private): <s@x> <2@x> <1@x>" "for later (public): <1@x> <s@x>"`,
		`bob bundle frob  "" "for next (public): <s@x>"`, `ann bundle frob  "" "for next (private): <s@x> <2@x> <1@x>"`,
	}
	if got := logged(t, s, engine.LogQuery{})[:4]; !slices.Equal(got, wantLog) {
		t.Errorf("the log has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(wantLog, "\n"))
	}
}

func (u suite) TestBundleRefusals(t *testing.T) {
	ctx := context.Background()
	_, s, ann, bob := u.withThread(t)
	project := projectOf(t, s, "frob").ID
	one := track.Bundle{Owner: ann.ID, Project: project, Name: "one", Patches: []string{"<s@x>"}}
	first, err := s.AddBundle(ctx, by, one)
	if err != nil {
		t.Fatal(err)
	}
	two := one
	two.Name = "two"
	second, err := s.AddBundle(ctx, by, two)
	if err != nil {
		t.Fatal(err)
	}
	lines := len(logged(t, s, engine.LogQuery{}))
	for what, change := range map[string]func(b *track.Bundle) (want error){
		"a name that is taken": func(b *track.Bundle) error { b.Name = "one"; return engine.ErrConflict },
		"no name":              func(b *track.Bundle) error { b.Name = " "; return nil },
		"a slash in it":        func(b *track.Bundle) error { b.Name = "a/b"; return nil },
		"a long name":          func(b *track.Bundle) error { b.Name = strings.Repeat("ä", 51); return nil },
		"no owner":             func(b *track.Bundle) error { b.Owner = 0; return nil },
		"no such mail": func(b *track.Bundle) error {
			b.Patches = append(b.Patches, "<none@x>")
			return engine.ErrNotFound
		},
		"another project":       func(b *track.Bundle) error { b.Project = 99; return engine.ErrNotFound },
		"nothing of no project": func(b *track.Bundle) error { b.Project, b.Patches = 99, nil; return engine.ErrNotFound },
		"a reply":               func(b *track.Bundle) error { b.Patches = []string{"<r1@x>"}; return engine.ErrNotFound },
	} {
		b := second
		b.Patches = slices.Clone(b.Patches)
		want := change(&b)
		if err := s.SetBundle(ctx, by, b); err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("set with %s: %v", what, err)
		}
		if b.Name == second.Name {
			b.Name = "three"
		}
		if _, err := s.AddBundle(ctx, by, b); err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("added with %s: %v", what, err)
		}
	}
	second.ID = 99
	if err := s.SetBundle(ctx, by, second); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("one that is not there: %v", err)
	}
	if err := s.RemoveBundle(ctx, by, 99); !errors.Is(err, engine.ErrNotFound) {
		t.Errorf("one that is not there: %v", err)
	}
	bobs := one
	bobs.Owner = bob.ID
	if _, err := s.AddBundle(ctx, by, bobs); err != nil {
		t.Errorf("another's of the same name: %v", err)
	}
	if got := bundlesOf(t, s, ann.ID); len(got) != 2 || got[0].ID != first.ID || got[1].Name != "two" ||
		!slices.Equal(got[1].Patches, two.Patches) {
		t.Errorf("%+v", got)
	}
	if got := logged(t, s, engine.LogQuery{}); len(got) != lines+1 {
		t.Errorf("what was refused is in the log:\n%s", strings.Join(got, "\n"))
	}
}
