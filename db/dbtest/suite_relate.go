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

// wantRelated tells what each patch is related to, by Message-IDs without <>.
func wantRelated(t *testing.T, s *db.Store, when string, want map[string]string) {
	t.Helper()
	for id, others := range want {
		mail := number(t, s, id)
		rows, err := s.PatchRows(context.Background(), []int64{mail}, track.Scope{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range rows[mail].Related {
			got = append(got, strings.Trim(r.MsgID, "<>"))
		}
		if strings.Join(got, " ") != others {
			t.Errorf("%s: %s is related to %v, want %q", when, id, got, others)
		}
	}
}

// Patches that are related are so to each other, and all that this changes is told and logged.
func (u suite) TestRelated(t *testing.T) {
	ctx := context.Background()
	s := u.openConfigured(t, true)
	other := made("w@x", 9, "widget")
	other.ListIDs = []string{"widget.lists.example.org"}
	add(t, s, append(thread(), other)...)
	one, two, single, elsewhere := number(t, s, "1@x"), number(t, s, "2@x"), number(t, s, "s@x"), number(t, s, "w@x")
	e := &told{T: t, s: s, since: lastEvent(t, s)}
	relate := func(when string, patch int64, to []int64, want map[string]string) {
		t.Helper()
		if err := s.Relate(ctx, "ann", patch, to, track.Decided{}); err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		wantRelated(t, s, when, want)
	}
	relate("to itself", one, []int64{one}, map[string]string{"1@x": ""})
	relate("to nothing", one, nil, map[string]string{"1@x": ""})
	e.want("nothing")
	relate("two", one, []int64{two}, map[string]string{"1@x": "2@x", "2@x": "1@x", "s@x": "", "w@x": ""})
	e.want("two", "patch-relation-changed 1@x by ann: , ", "patch-relation-changed 2@x by ann: , ")
	relate("the same again", two, []int64{one}, map[string]string{"1@x": "2@x", "2@x": "1@x"})
	e.want("the same again")
	relate("one more, of another project", elsewhere, []int64{two, two}, map[string]string{
		"1@x": "2@x w@x", "2@x": "1@x w@x", "w@x": "1@x 2@x",
	})
	e.want("one more", "patch-relation-changed w@x by ann: , ")
	if err := s.Rebuild(ctx, nil); err != nil {
		t.Fatal(err)
	}
	wantRelated(t, s, "rebuilt", map[string]string{"1@x": "2@x w@x"})
	relate("one taken out", two, nil, map[string]string{"1@x": "w@x", "2@x": "", "w@x": "1@x"})
	e.want("one taken out", "patch-relation-changed 2@x by ann: , ")
	relate("one of two taken out", one, nil, map[string]string{"1@x": "", "2@x": "", "w@x": ""})
	e.want("one of two taken out", "patch-relation-changed 1@x by ann: , ", "patch-relation-changed w@x by ann: , ")
	relate("anew", single, []int64{one}, map[string]string{"1@x": "s@x", "w@x": ""})
	want := []string{
		`ann related frob 1@x "" "<s@x>"`, `ann related frob s@x "" "<1@x>"`,
		`ann related frob 1@x "<w@x>" ""`, `ann related widget w@x "<1@x>" ""`, `ann related frob 2@x "<1@x> <w@x>" ""`,
		`ann related widget w@x "" "<1@x> <2@x>"`, `ann related frob 1@x "" "<2@x>"`, `ann related frob 2@x "" "<1@x>"`,
	}
	got := logged(t, s, engine.LogQuery{})[:len(want)]
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the log has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func (u suite) TestRelateRefusals(t *testing.T) {
	ctx := context.Background()
	s := u.open(t)
	addProject(t, s, frob)
	add(t, s, append(thread(), made("o@x", 20, "other"), made("p@x", 21, "another"))...)
	ids := map[string]int64{"none": 99}
	for _, id := range []string{"1@x", "2@x", "s@x", "o@x", "p@x", "r1@x", "c@x"} {
		ids[id] = number(t, s, id)
	}
	for _, two := range [][2]string{{"1@x", "2@x"}, {"s@x", "o@x"}} {
		if err := s.Relate(ctx, by, ids[two[0]], []int64{ids[two[1]]}, track.Decided{}); err != nil {
			t.Fatal(err)
		}
	}
	since, lines := lastEvent(t, s), len(logged(t, s, engine.LogQuery{}))
	for _, c := range []struct {
		what, patch string
		to          []string
		want        error
	}{
		{"two relations", "1@x", []string{"p@x", "s@x"}, engine.ErrConflict},
		{"a patch to two relations", "p@x", []string{"2@x", "o@x"}, engine.ErrConflict},
		{"a reply", "p@x", []string{"r1@x"}, engine.ErrNotFound},
		{"to a cover", "c@x", []string{"p@x"}, engine.ErrNotFound},
		{"what is not there", "p@x", []string{"1@x", "none"}, engine.ErrNotFound},
	} {
		var to []int64
		for _, id := range c.to {
			to = append(to, ids[id])
		}
		also := track.Decided{State: ptr(track.StateAccepted), Archived: ptr(true)}
		if err := s.Relate(ctx, by, ids[c.patch], to, also); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	wantRelated(t, s, "after refusals", map[string]string{"1@x": "2@x", "s@x": "o@x", "p@x": ""})
	patches, err := s.Patches(ctx, track.Filter{Archived: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range patches {
		if p.State != track.StateNew || p.Archived {
			t.Errorf("what was to be decided with a refused relation is: %s, %v", p.State, p.Archived)
		}
	}
	if lastEvent(t, s) != since || len(logged(t, s, engine.LogQuery{})) != lines {
		t.Error("what was refused was told")
	}
}
