package derive

import (
	"cmp"
	"maps"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/db/internal/versions"
	"patchwatch/internal/order"
	"patchwatch/track"
)

// show has the patches of these series show what they should, and tells of those that change.
func (r *retirement) show(series []int64) error {
	if len(series) == 0 {
		return nil
	}
	partOf, err := r.finder.PartOf(series)
	if err != nil {
		return err
	}
	for _, whole := range partOf {
		series = append(series, whole)
	}
	now, err := r.finder.Standing(engine.Distinct(slices.Clone(series)))
	if err != nil {
		return err
	}
	series = withParts(series, now)
	newer, err := r.newer(series)
	if err != nil {
		return err
	}
	if err := r.newerThanParts(newer, partOf, now); err != nil {
		return err
	}
	for _, id := range series {
		newer[id] = slices.DeleteFunc(newer[id], func(s engine.SeriesRow) bool { return !retires(&s) })
		order.By(newer[id], engine.NewestFirst)
	}
	is, err := r.Tx.PatchesOf(series)
	if err != nil {
		return err
	}
	replaced := replacements(is, now)
	is = slices.DeleteFunc(is, func(p engine.PatchRow) bool {
		return p.Project != r.settings.ID ||
			p.Superseded == 0 && len(newer[p.Series]) == 0 && replaced[p.Mail].Series == 0
	})
	if len(is) == 0 {
		return nil
	}
	order.By(is, func(a, b engine.PatchRow) int { return cmp.Compare(a.Mail, b.Mail) })
	return r.showPatches(is, newer, replaced)
}

// newerThanParts adds to what is newer than a part what is newer than the whole and was sent after the part.
func (r *retirement) newerThanParts(
	newer map[int64][]engine.SeriesRow, partOf map[int64]int64, now map[int64]versions.Standing,
) error {
	whole := maps.Clone(partOf)
	if whole == nil {
		whole = map[int64]int64{}
	}
	for id, s := range now {
		for _, part := range s.Parts {
			if s.PartOf == 0 {
				whole[part] = id
			}
		}
	}
	if len(whole) == 0 {
		return nil
	}
	parts, err := r.Tx.Series(engine.SortedKeys(whole))
	for _, part := range parts {
		for _, s := range newer[whole[part.ID]] {
			is := func(o engine.SeriesRow) bool { return o.ID == s.ID }
			if engine.NewestFirst(s, part) < 0 && !slices.ContainsFunc(newer[part.ID], is) {
				newer[part.ID] = append(newer[part.ID], s)
			}
		}
	}
	return err
}

// withParts gives these series and what was sent again of them.
func withParts(series []int64, now map[int64]versions.Standing) []int64 {
	all := slices.Clone(series)
	for _, s := range now {
		all = append(all, s.Parts...)
	}
	return engine.Distinct(all)
}

// replacements finds, by mail, by which patch each of these is replaced in a series as it now stands.
func replacements(is []engine.PatchRow, now map[int64]versions.Standing) map[int64]versions.Stands {
	at := map[numbered]versions.Stands{}
	for id, s := range now {
		if s.PartOf != 0 { // the whole says it
			continue
		}
		for _, p := range s.Patches {
			for _, of := range append([]int64{id}, s.Parts...) {
				at[numbered{of, p.Number}] = p
			}
		}
	}
	out := map[int64]versions.Stands{}
	for i := range is {
		if p := at[numbered{is[i].Series, is[i].Number}]; p.Series != 0 && p.Series != is[i].Series {
			out[is[i].Mail] = p
		}
	}
	return out
}

// numbered is a place in a series.
type numbered struct {
	series int64
	number int
}

// retires tells whether the versions before a series are done with.
func retires(s *engine.SeriesRow) bool { return s.Complete && s.Received > 0 && !s.Hidden }

// showPatches works on patches that show as superseded or may have to.
func (r *retirement) showPatches(
	is []engine.PatchRow, newer map[int64][]engine.SeriesRow, replaced map[int64]versions.Stands,
) error {
	var ids []int64
	for i := range is {
		ids = append(ids, is[i].Mail)
		if by := replaced[is[i].Mail]; by.Mail != 0 {
			ids = append(ids, by.Mail)
		}
	}
	facts, err := r.Tx.Mails(ids)
	if err != nil {
		return err
	}
	var names []engine.Name
	for _, id := range ids {
		if facts[id] != nil {
			names = append(names, engine.NameOf(facts[id]))
		}
	}
	decided, err := r.Tx.Decisions(names)
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
		by := replaced[row.Mail]
		if m := facts[by.Mail]; m != nil && row.Superseded == 0 && c.open[state] && givesWay(d, m.Delivered.UnixMicro()) {
			row.Superseded = by.Series
		}
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
	return r.Tx.Put(out.Sorted())
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
	own, err := r.Tx.OwnStates()
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
	completed, err := r.Tx.Completed(engine.Distinct(ids))
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
		if givesWay(decided, c.completed[s.ID]) {
			return s.ID
		}
	}
	return 0
}

// givesWay tells whether what was decided about a patch is older than what came at a time, in microseconds.
func givesWay(decided engine.Decision, at int64) bool {
	return decided.State == nil || decided.StateAt.IsZero() || decided.StateAt.UnixMicro() < at
}
