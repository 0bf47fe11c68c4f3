package dbtest

import (
	"context"
	"testing"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// A transaction counts once for each project of which it changes what is shown, however much that is.
func (u suite) TestTransactionCountsOnce(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	s, e := place.store(t), place.engine(t)
	widget := track.Project{LinkName: "widget", ListID: "widget.lists.example.org"}
	addProject(t, s, frob)
	addProject(t, s, widget)
	other := made("w@x", 0, "of widget")
	other.ListIDs = []string{widget.ListID}
	add(t, s, other)
	count := func() (n [3]int64) {
		t.Helper()
		if err := e.View(ctx, func(v engine.View) error {
			all, err := v.Changes([]int64{0, 1, 2})
			n = [3]int64{all[0], all[1], all[2]}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return n
	}
	batch := Archive(30)
	renamed := made("new@x", 1000, "by another name")
	renamed.From.Name = "Ann B."
	unrouted := made("u@x", 0, "of no project")
	unrouted.ListIDs = []string{"other.example.org"}
	better := made("1@x", 0, "one")
	better.Content, better.Delivered = "of other bytes", better.Delivered.Add(-time.Second)
	before := count()
	for _, step := range []struct {
		what string
		do   func() error
		want [3]int64 // more than before: of all, of frob, of widget
	}{
		{"a patch", func() error { add(t, s, made("1@x", 0, "one")); return nil }, [3]int64{0, 1, 0}},
		{"the same again", func() error { add(t, s, made("1@x", 0, "one")); return nil }, [3]int64{}},
		{"mail of no project", func() error { add(t, s, unrouted); return nil }, [3]int64{}},
		{"many at once", func() error { add(t, s, batch...); return nil }, [3]int64{0, 1, 0}},
		{"another name", func() error { add(t, s, renamed); return nil }, [3]int64{1, 1, 0}},
		{"a decision", func() error { return s.SetState(ctx, by, []int64{1}, "accepted") }, [3]int64{0, 0, 1}},
		{"a copy that takes another's place", func() error { add(t, s, better); return nil }, [3]int64{0, 1, 0}},
		{"a setting", func() error {
			widget.Name = "Widget"
			_, err := s.SetProject(ctx, by, widget, readJSON, nil)
			return err
		}, [3]int64{1, 0, 0}},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		now := count()
		if got := [3]int64{now[0] - before[0], now[1] - before[1], now[2] - before[2]}; got != step.want {
			t.Errorf("%s: %v changes, want %v", step.what, got, step.want)
		}
		before = now
	}
}
