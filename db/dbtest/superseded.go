package dbtest

import (
	"context"
	"fmt"
	"time"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// wantSuperseded wants every patch to show as superseded where it should, worked out in the plainest way of what is
// stored. While a change of projects is not finished that need not be so.
func wantSuperseded(t tester, after string, s *db.Store, e engine.Engine) {
	t.Helper()
	list, err := s.SeriesList(context.Background(), track.Filter{Archived: true, Hidden: true})
	if err != nil {
		t.Fatal(err)
	}
	var ids []int64
	for _, l := range list {
		ids = append(ids, l.ID)
	}
	standing, err := s.Standing(context.Background(), ids)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Look(context.Background(), func(v engine.View) error {
		works, err := v.Works()
		if err != nil || len(works) > 0 {
			return err
		}
		w := &supersedings{View: v, revises: map[int64]int64{}, rows: map[int64]engine.SeriesRow{},
			completed: map[int64]time.Time{}, delivered: map[int64]time.Time{}, projects: map[int64]engine.Project{}}
		for _, l := range list {
			w.revises[l.ID] = l.Revises
		}
		w.replaced(standing)
		return w.look()
	}); err != nil {
		t.Fatalf("%s: %v", after, err)
	}
}

// replaced notes what was sent again alone.
func (w *supersedings) replaced(standing map[int64]db.Standing) {
	w.whole = map[int64]int64{}
	w.instead = map[string]db.Stands{}
	for id, s := range standing {
		if s.PartOf != 0 {
			w.revises[id], w.whole[id] = s.PartOf, s.PartOf
			continue
		}
		for _, p := range s.Patches {
			for _, of := range append(s.Parts, id) {
				if of != p.Series {
					w.instead[fmt.Sprint(of, p.Number)] = p
				}
			}
		}
	}
}

type supersedings struct {
	engine.View
	whole     map[int64]int64      // of a part
	instead   map[string]db.Stands // by series and number
	delivered map[int64]time.Time  // patches, by mail
	revises   map[int64]int64      // as lists say
	rows      map[int64]engine.SeriesRow
	completed map[int64]time.Time
	projects  map[int64]engine.Project
	own       []engine.OwnState
}

func (w *supersedings) look() (err error) {
	if w.own, err = w.OwnStates(); err != nil {
		return err
	}
	projects, err := w.Projects()
	for _, p := range projects {
		w.projects[p.ID] = p
	}
	if err != nil {
		return err
	}
	delivered := map[int64][]engine.DerivedMail{}
	var patches []engine.DerivedMail
	if err := w.EachMail(func(m *engine.DerivedMail) error {
		if m.Patch != nil {
			patches = append(patches, *m)
			w.delivered[m.ID] = m.Delivered
			delivered[m.Patch.Series] = append(delivered[m.Patch.Series], *m)
		}
		return nil
	}); err != nil {
		return err
	}
	if err := w.EachSeries(func(s *engine.SeriesRow, _ []engine.Member) error {
		w.rows[s.ID] = *s
		for _, m := range delivered[s.ID] {
			if m.Patch.Number >= 1 && m.Patch.Number <= s.Total && m.Delivered.After(w.completed[s.ID]) {
				w.completed[s.ID] = m.Delivered
			}
		}
		want := w.revises[s.ID]
		if !w.wants(s.Project) {
			want = 0
		}
		if s.Revises != want {
			return fmt.Errorf("its row says that series %d revises %d, and lists say %d", s.ID, s.Revises, want)
		}
		return nil
	}); err != nil {
		return err
	}
	for i := range patches {
		if err := w.compare(&patches[i]); err != nil {
			return err
		}
	}
	return nil
}

func (w *supersedings) wants(project int64) bool {
	return w.projects[project].Supersede && !w.projects[project].Removed
}

func (w *supersedings) compare(m *engine.DerivedMail) error {
	name := engine.NameOf(&m.Mail)
	decisions, err := w.Decisions([]engine.Name{name})
	if err != nil {
		return err
	}
	d, p := decisions[name], w.projects[m.Project]
	state := p.FirstState(m.State)
	if p.Removed {
		state = track.StateNew
	}
	if d.State != nil {
		state = track.State(*d.State)
	}
	by := int64(0)
	for id, s := range w.rows {
		if w.wants(m.Project) && m.Patch.Series != 0 && w.open(state) && w.isDoneWith(m.Patch.Series, id) &&
			s.Complete && s.Received > 0 && !s.Hidden && (d.StateAt.IsZero() || d.StateAt.Before(w.completed[id])) &&
			(by == 0 || engine.NewestFirst(s, w.rows[by]) < 0) {
			by = id
		}
	}
	again := w.instead[fmt.Sprint(m.Patch.Series, m.Patch.Number)]
	if by == 0 && w.wants(m.Project) && m.Patch.Series != 0 && w.open(state) &&
		(d.StateAt.IsZero() || d.StateAt.Before(w.delivered[again.Mail])) {
		by = again.Series
	}
	if by != 0 {
		state = track.StateSuperseded
	}
	if m.Patch.State != state || m.Patch.Superseded != by {
		return fmt.Errorf("%s of series %d shows as %s by %d, want %s by %d", m.MsgID, m.Patch.Series, m.Patch.State,
			m.Patch.Superseded, state, by)
	}
	return nil
}

// isDoneWith tells whether one series is newer than another, or than the whole of which that is a part.
func (w *supersedings) isDoneWith(old, newer int64) bool {
	return w.isBefore(old, newer) ||
		w.whole[old] != 0 && w.isBefore(w.whole[old], newer) && engine.NewestFirst(w.rows[newer], w.rows[old]) < 0
}

func (w *supersedings) isBefore(old, newer int64) bool {
	for id := w.revises[newer]; id != 0; id = w.revises[id] {
		if id == old {
			return true
		}
	}
	return false
}

func (w *supersedings) open(state track.State) bool {
	for _, o := range w.own {
		if o.Slug == state {
			return o.Open
		}
	}
	switch state {
	case "new", "under-review", "changes-requested", "rfc":
		return true
	}
	return false
}
