package dbtest

import (
	"context"
	"testing"

	"patchwatch/track"
)

// What is hidden stays so, whatever becomes of its rows, and a series is hidden while all of its mails are.
func (u suite) TestHiddenStays(t *testing.T) {
	ctx := context.Background()
	place := u.database(t)
	s, e := place.store(t), place.engine(t)
	late := made("2@x", 2, "[2/2] two", "c@x")
	late.Delivered = epoch.AddDate(0, 1, 0)
	add(t, s, late, made("r@x", 3, "Re: two", "2@x"))
	if err := s.Hide(ctx, by, []int64{1, 2}, true); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name   string
		do     func() error
		series bool // is hidden
	}{
		{"nothing yet", func() error { return nil }, true},
		{"the rest of its series", func() error {
			add(t, s, made("c@x", 0, "[0/2] cover"), made("1@x", 1, "[1/2] one", "c@x"))
			return nil
		}, false},
		{"that is hidden too", func() error { return s.Hide(ctx, by, []int64{3, 4}, true) }, true},
		{"a copy that takes its place", func() error { add(t, s, made("2@x", 2, "[2/2] twwo", "c@x")); return nil }, true},
		{"rebuild", func() error { return s.Rebuild(ctx, nil) }, true},
		{"a reread that finds everything changed", func() error {
			_, _, err := s.Reread(ctx, func(raw []byte) (*track.Mail, error) {
				m, err := readJSON(raw)
				m.Content += " read better"
				return m, err
			}, nil)
			return err
		}, true},
		{"its project is removed and added again", func() error {
			addProject(t, s, frob)
			removeProject(t, s, "frob")
			addProject(t, s, frob)
			return nil
		}, true},
		{"the cover is shown again", func() error { return s.Hide(ctx, by, []int64{3}, false) }, false},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		wantDecidedShown(t, step.name, e)
		for _, id := range []int64{1, 2} {
			if hidden, err := s.Hidden(ctx, id); err != nil || !hidden {
				t.Errorf("%s: %d is hidden: %v, %v", step.name, id, hidden, err)
			}
		}
		if row, err := s.SeriesRow(ctx, 1, track.Scope{Whole: true}); err != nil || row.Hidden != step.series {
			t.Errorf("%s: the series is %+v, %v", step.name, row, err)
		}
		check(t, s)
	}
}
