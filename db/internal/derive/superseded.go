package derive

import (
	"slices"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// show has the patches of these series show what they should, and tells of those that change.
func (r *retirement) show(series []int64) error {
	if len(series) == 0 {
		return nil
	}
	newer, err := r.newer(series)
	if err != nil {
		return err
	}
	for _, id := range series {
		newer[id] = slices.DeleteFunc(newer[id], func(s engine.SeriesRow) bool { return !retires(&s) })
		slices.SortFunc(newer[id], engine.NewestFirst)
	}
	is, err := r.PatchesOf(series)
	if err != nil {
		return err
	}
	is = slices.DeleteFunc(is, func(p engine.PatchRow) bool {
		return p.Project != r.settings.ID || p.Superseded == 0 && len(newer[p.Series]) == 0
	})
	if len(is) == 0 {
		return nil
	}
	return r.showPatches(is, newer)
}

// retires tells whether the versions before a series are done with.
func retires(s *engine.SeriesRow) bool { return s.Complete && s.Received > 0 && !s.Hidden }

// showPatches works on patches that show as superseded or may have to.
func (r *retirement) showPatches(is []engine.PatchRow, newer map[int64][]engine.SeriesRow) error {
	ids := make([]int64, len(is))
	for i := range is {
		ids[i] = is[i].Mail
	}
	facts, err := r.Mails(ids)
	if err != nil {
		return err
	}
	var names []engine.Name
	for _, id := range ids {
		if facts[id] != nil {
			names = append(names, engine.NameOf(facts[id]))
		}
	}
	decided, err := r.Decisions(names)
	if err != nil {
		return err
	}
	c, err := r.newCloser(decided, is, newer)
	if err != nil {
		return err
	}
	var out engine.Derived
	for _, row := range is {
		m := facts[row.Mail]
		if m == nil {
			continue
		}
		before := row
		d := decided[engine.NameOf(m)]
		state := r.settings.StateOf(m.State, d.State)
		row.Superseded = c.closes(state, d, newer[row.Series])
		if row.State = state; row.Superseded != 0 {
			row.State = track.StateSuperseded
		}
		if row.Equal(&before) {
			continue
		}
		out.Patches = append(out.Patches, row)
		r.tellRetired(&before, &row)
	}
	if len(out.Patches) == 0 {
		return nil
	}
	return r.Put(out.Sorted())
}

// tellRetired tells that a patch shows as superseded, or no longer.
func (w *Writing) tellRetired(before, now *engine.PatchRow) {
	if before.State == now.State {
		return
	}
	w.Tell(engine.Event{
		Category: track.PatchStateChanged, Project: now.Project, Mail: now.Mail, Actor: track.ActorRule,
		Before: string(before.State), After: string(now.State),
	})
}

// closer knows by which newer versions a patch is superseded.
type closer struct {
	open      map[track.State]bool
	completed map[int64]int64 // microseconds, by series
}

// newCloser looks up when the newer versions were completed, if anything open was decided at all.
func (r *retirement) newCloser(
	decided map[engine.Name]engine.Decision, is []engine.PatchRow, newer map[int64][]engine.SeriesRow,
) (*closer, error) {
	c := &closer{open: map[track.State]bool{}, completed: map[int64]int64{}}
	for _, s := range track.States() {
		c.open[s] = s.GivesWay()
	}
	own, err := r.OwnStates()
	if err != nil {
		return nil, err
	}
	for _, o := range own {
		c.open[o.Slug] = o.Open
	}
	ask := false
	for _, d := range decided {
		ask = ask || d.State != nil && c.open[track.State(*d.State)]
	}
	if !ask {
		return c, nil
	}
	var ids []int64
	for i := range is {
		for _, s := range newer[is[i].Series] {
			ids = append(ids, s.ID)
		}
	}
	completed, err := r.Completed(engine.Distinct(ids))
	for id, at := range completed {
		c.completed[id] = at.UnixMicro()
	}
	return c, err
}

// closes gives the newest of the versions because of which a patch that would otherwise be in a state is superseded; 0:
// none. What somebody decided gives way to what came later.
func (c *closer) closes(state track.State, decided engine.Decision, newer []engine.SeriesRow) int64 {
	if !c.open[state] {
		return 0
	}
	for _, s := range newer {
		if decided.State == nil || decided.StateAt.IsZero() || decided.StateAt.UnixMicro() < c.completed[s.ID] {
			return s.ID
		}
	}
	return 0
}
