package derive

import (
	"slices"

	"patchwatch/db/engine"
	"patchwatch/internal/order"
	"patchwatch/track"
)

// decideAnew decides again about those of the mails that are in the project: its rules have changed since, or it has
// got the decisions and checks of another. It gives their names.
func (d *deriver) decideAnew(mails []int64) (names []engine.Name, err error) {
	is, err := d.Tx.Derived(mails)
	if err != nil {
		return nil, err
	}
	facts, err := d.Tx.Mails(mails)
	if err != nil {
		return nil, err
	}
	d.keepOurs(&is, facts)
	for _, m := range facts {
		names = append(names, engine.NameOf(m))
	}
	order.By(names, engine.Name.Compare)
	if d.decisions, err = d.Tx.Decisions(names); err != nil {
		return nil, err
	}
	out, hidden := d.hideAnew(is.Sorted(), facts)
	if out.Patches, err = d.patchesAnew(is.Patches, facts); err != nil {
		return nil, err
	}
	if err := d.Tx.Put(out.Sorted()); err != nil {
		return nil, err
	}
	if err := d.seriesAnew(&is, hidden); err != nil {
		return nil, err
	}
	return names, d.retireAnew(&is)
}

// retireAnew brings up to date what shows as superseded, also where the project does not want it any more.
func (d *deriver) retireAnew(is *engine.Derived) error {
	for _, row := range is.Patches {
		d.add(row.Series)
	}
	for _, row := range is.Covers {
		d.add(row.Series)
	}
	if d.settings.Supersede {
		return d.retire(d.settings, d.touchedSeries)
	}
	return d.unlink(engine.SortedKeys(d.ids))
}

// keepOurs leaves out what is in another project, or hangs on no mail. facts are those of ours then, too.
func (d *deriver) keepOurs(is *engine.Derived, facts map[int64]*engine.Mail) {
	others := func(mail, project int64) bool { return project != d.project || facts[mail] == nil }
	is.Patches = slices.DeleteFunc(is.Patches, func(r engine.PatchRow) bool { return others(r.Mail, r.Project) })
	is.Covers = slices.DeleteFunc(is.Covers, func(r engine.CoverRow) bool { return others(r.Mail, r.Project) })
	is.Replies = slices.DeleteFunc(is.Replies, func(r engine.ReplyRow) bool { return others(r.Mail, r.Project) })
	for id, m := range facts {
		if m.Project != d.project {
			delete(facts, id)
		}
	}
}

// patchesAnew gives the rows of patches that are others than before, and tells of them.
func (d *deriver) patchesAnew(is []engine.PatchRow, facts map[int64]*engine.Mail) (out []engine.PatchRow, err error) {
	var names []engine.Name
	for _, row := range is {
		names = append(names, engine.NameOf(facts[row.Mail]))
	}
	checked, err := d.checkedOf(names)
	if err != nil {
		return nil, err
	}
	for _, row := range is {
		before := row
		name := engine.NameOf(facts[row.Mail])
		row.State, row.Delegate, row.Archived, row.Hidden, row.Checked = track.StateNew, "", false, false, checked[name]
		if !d.settings.Supersede {
			row.Superseded = 0
		}
		if err := d.stand(&row, d.decisions[name], facts[row.Mail]); err != nil {
			return nil, err
		}
		if row != before {
			out = append(out, row)
			d.tellAnew(&before, &row)
		}
	}
	return out, nil
}

// tellAnew tells of a patch that another setting gives another state or delegate.
func (d *deriver) tellAnew(before, now *engine.PatchRow) {
	if before.Superseded != now.Superseded {
		d.tellRetired(before, now)
		same := *before
		same.State = now.State
		before = &same
	}
	d.TellDecided(before, now)
}

// hideAnew gives the rows of covers and replies that somebody hid since, or no longer hides, and the series of all
// mails of which that is so.
func (d *deriver) hideAnew(is *engine.Derived, facts map[int64]*engine.Mail) (out engine.Derived, series []int64) {
	hidden := func(mail int64) bool {
		h := d.decisions[engine.NameOf(facts[mail])].Hidden
		return h != nil && *h
	}
	for _, row := range is.Patches {
		if row.Hidden != hidden(row.Mail) {
			series = append(series, row.Series)
		}
	}
	for _, row := range is.Covers {
		if h := hidden(row.Mail); row.Hidden != h {
			row.Hidden = h
			out.Covers, series = append(out.Covers, row), append(series, row.Series)
		}
	}
	for _, row := range is.Replies {
		if h := hidden(row.Mail); row.Hidden != h {
			row.Hidden = h
			out.Replies = append(out.Replies, row)
		}
	}
	return out, series
}

// seriesAnew has the series show what is decided about their mails: those of which mails were hidden, and all where any
// has a name that somebody gave.
func (d *deriver) seriesAnew(is *engine.Derived, hidden []int64) error {
	named, err := d.Tx.SeriesNamed(d.project)
	if err != nil {
		return err
	}
	if named {
		for _, row := range is.Patches {
			hidden = append(hidden, row.Series)
		}
		for _, row := range is.Covers {
			hidden = append(hidden, row.Series)
		}
	}
	return d.ShowSeries(engine.Distinct(hidden))
}

// ShowSeries has the rows of series show what is decided about their mails: the name that somebody gave, and whether
// all of them are hidden.
func (w *Writing) ShowSeries(ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	rows, err := w.Tx.Series(ids)
	if err != nil {
		return err
	}
	members, err := w.Tx.Members(ids)
	if err != nil {
		return err
	}
	var names []engine.Name
	for i := range rows {
		for _, m := range members[rows[i].ID] {
			names = append(names, engine.Name{Project: rows[i].Project, MsgID: m.MsgID})
		}
	}
	decided, err := w.Tx.Decisions(names)
	if err != nil {
		return err
	}
	var out engine.Derived
	for _, row := range rows {
		before := row
		showDecided(&row, members[row.ID], decided)
		if !row.Equal(&before) {
			out.Series = append(out.Series, row)
		}
	}
	return w.Tx.Put(out.Sorted())
}

func showDecided(row *engine.SeriesRow, members []engine.Member, decided map[engine.Name]engine.Decision) {
	row.Given, row.Hidden = "", len(members) > 0
	for _, m := range members {
		is := decided[engine.Name{Project: row.Project, MsgID: m.MsgID}]
		if row.Given == "" && is.SeriesName != nil {
			row.Given = *is.SeriesName
		}
		row.Hidden = row.Hidden && is.Hidden != nil && *is.Hidden
	}
}
