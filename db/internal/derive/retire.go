package derive

import (
	"cmp"
	"maps"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/db/internal/versions"
	"patchwatch/track"
)

// Where a project wants it (track.Project.Supersede), the open patches of a series show as superseded as soon as a
// newer version is complete. Nobody decides that: it follows from the mails and the decisions that are stored, and is
// found anew by the transaction that changes any of these.
//
// Which series revises which is looked up for the series that were touched, and for those that may revise them or did
// so; it is kept in the rows of these series (engine.SeriesRow.Revises). By these rows the older versions are found,
// whose patches may show another state now, and the newer versions of each of them. So a transaction costs what it
// touches.

// Bounds on what somebody may send: older versions beyond these stay as they are.
const (
	mostRevising = 100 // series that directly revise one, the newest
	mostNewer    = 100 // newer versions of one
	mostOlder    = 100 // generations of older versions
)

// retirement finds what shows as superseded in one project.
type retirement struct {
	*Writing
	settings *track.Project
	finder   *versions.Finder
	reach    map[int64]bool               // series whose patches, or those of older versions, may show another state
	below    map[int64][]engine.SeriesRow // what revises a series, the newest first
}

func (w *Writing) newRetirement(settings *track.Project) *retirement {
	return &retirement{
		Writing: w, settings: settings, finder: versions.New(w.Tx, w.IgnoreChanges), reach: map[int64]bool{},
		below: map[int64][]engine.SeriesRow{},
	}
}

// retire brings up to date what shows as superseded, after series of the project were touched.
func (w *Writing) retire(settings *track.Project, t *touchedSeries) error {
	if !settings.Supersede || len(t.ids) == 0 {
		return nil
	}
	r := w.newRetirement(settings)
	maps.Copy(r.reach, t.ids)
	maps.Copy(r.reach, t.above)
	ids, err := r.around(engine.SortedKeys(t.ids))
	if err != nil {
		return err
	}
	if err := r.relink(ids); err != nil {
		return err
	}
	older, err := r.olderToo()
	if err != nil {
		return err
	}
	return r.show(older)
}

// Retire is for callers who have changed something by which series retire others, or are retired.
func (w *Writing) Retire(series []int64) error {
	projects, err := w.superseding()
	if err != nil || len(projects) == 0 || len(series) == 0 {
		return err
	}
	rows, err := w.Tx.Series(engine.Distinct(slices.Clone(series)))
	if err != nil {
		return err
	}
	touched := map[int64]*touchedSeries{}
	for _, row := range rows {
		if touched[row.Project] == nil {
			touched[row.Project] = newTouchedSeries()
		}
		touched[row.Project].add(row.ID)
	}
	for _, project := range engine.SortedKeys(touched) {
		if p := projects[project]; p != nil {
			if err := w.retire(p, touched[project]); err != nil {
				return err
			}
		}
	}
	return nil
}

// around gives these series, those that revised them, those that do so now, and those that were sent again of them.
func (r *retirement) around(ids []int64) ([]int64, error) {
	all := slices.Clone(ids)
	rows, err := r.Tx.Series(ids)
	if err != nil {
		return nil, err
	}
	for _, row := range rows { // parts of one series may hang together
		r.reach[row.Revises] = true
	}
	delete(r.reach, 0)
	revising, err := r.Tx.Revising(engine.SortedKeys(r.reach), mostRevising)
	if err != nil {
		return nil, err
	}
	for _, rows := range revising {
		for i := range rows {
			all = append(all, rows[i].ID)
		}
	}
	after, err := r.finder.After(ids)
	if err != nil {
		return nil, err
	}
	for _, revisers := range after {
		all = append(all, revisers...)
	}
	standing, err := r.finder.Standing(ids)
	for _, s := range standing {
		all = append(all, s.Parts...)
	}
	return engine.Distinct(all), err
}

// relink looks up what these series revise, and writes it where it is not so already.
func (r *retirement) relink(ids []int64) error {
	rows, err := r.Tx.Series(ids)
	if err != nil {
		return err
	}
	before, err := r.finder.Before(ids)
	if err != nil {
		return err
	}
	partOf, err := r.finder.PartOf(ids)
	if err != nil {
		return err
	}
	var out engine.Derived
	for _, row := range rows {
		now := cmp.Or(partOf[row.ID], before[row.ID].Series)
		if row.Project != r.settings.ID || row.Revises == now {
			continue
		}
		r.reach[row.Revises], r.reach[now] = true, true
		row.Revises = now
		out.Series = append(out.Series, row)
	}
	if len(out.Series) == 0 {
		return nil
	}
	return r.Tx.Put(out.Sorted())
}

// unlink forgets what these series revise, where nobody wants to know it any more.
func (w *Writing) unlink(series []int64) error {
	rows, err := w.Tx.Series(series)
	if err != nil {
		return err
	}
	var out engine.Derived
	for _, row := range rows {
		if row.Revises != 0 {
			row.Revises = 0
			out.Series = append(out.Series, row)
		}
	}
	if len(out.Series) == 0 {
		return nil
	}
	return w.Tx.Put(out.Sorted())
}

// olderToo gives the series of reach that are stored and all that these revise.
func (r *retirement) olderToo() ([]int64, error) {
	all, at := map[int64]bool{}, r.reach
	delete(at, 0)
	for generation := 0; len(at) > 0 && generation <= mostOlder; generation++ {
		rows, err := r.Tx.Series(engine.SortedKeys(at))
		if err != nil {
			return nil, err
		}
		at = map[int64]bool{}
		for _, row := range rows {
			if row.Project == r.settings.ID {
				all[row.ID] = true
				at[row.Revises] = true
			}
		}
		maps.DeleteFunc(at, func(id int64, _ bool) bool { return id == 0 || all[id] })
	}
	return engine.SortedKeys(all), nil
}

// descent is the way from a series down to its newer versions.
type descent struct {
	seen  map[int64]bool
	found []engine.SeriesRow
	wave  []int64 // whose revisers are next
}

// newer gives the newer versions of each of these series, a generation in one call.
func (r *retirement) newer(ids []int64) (map[int64][]engine.SeriesRow, error) {
	ways := make(map[int64]*descent, len(ids))
	for _, id := range ids {
		ways[id] = &descent{seen: map[int64]bool{id: true}, wave: []int64{id}}
	}
	for going := true; going; {
		if err := r.fetchBelow(ways); err != nil {
			return nil, err
		}
		going = false
		for _, way := range ways {
			way.step(r)
			going = going || len(way.wave) > 0
		}
	}
	out := make(map[int64][]engine.SeriesRow, len(ids))
	for id, way := range ways {
		out[id] = way.found
	}
	return out, nil
}

func (r *retirement) fetchBelow(ways map[int64]*descent) error {
	ask := map[int64]bool{}
	for _, way := range ways {
		for _, id := range way.wave {
			if _, known := r.below[id]; !known {
				ask[id] = true
			}
		}
	}
	if len(ask) == 0 {
		return nil
	}
	found, err := r.Tx.Revising(engine.SortedKeys(ask), mostRevising)
	for id := range ask {
		r.below[id] = found[id]
	}
	return err
}

// step goes one generation down.
func (d *descent) step(r *retirement) {
	wave := d.wave
	d.wave = nil
	for _, id := range wave {
		for _, row := range r.below[id] {
			if len(d.found) < mostNewer && !d.seen[row.ID] && row.Project == r.settings.ID {
				d.seen[row.ID] = true
				d.found, d.wave = append(d.found, row), append(d.wave, row.ID)
			}
		}
	}
}
