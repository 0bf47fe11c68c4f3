package derive

import (
	"patchwatch/db/engine"
	"patchwatch/track"
)

// putPatches writes where patches are, and of new ones what was decided about them or what they begin with.
func (d *deriver) putPatches(seats []seat) error {
	var fresh, moved []seat
	for _, s := range seats {
		d.noteFate(s.Row, fate{track.RolePatch, s.series})
		switch {
		case d.fresh(s.Row):
			fresh = append(fresh, s)
		case s.Series != s.series || s.Slot != s.number:
			moved = append(moved, s)
		}
	}
	if err := d.movePatches(moved); err != nil {
		return err
	}
	asks, err := d.asksOf(fresh)
	if err != nil {
		return err
	}
	names := make([]engine.Name, len(fresh))
	for i, s := range fresh {
		names[i] = d.name(s.Row)
	}
	checked, err := d.checkedOf(names)
	if err != nil {
		return err
	}
	for _, s := range fresh {
		row := engine.PatchRow{
			Mail: s.Mail, Project: d.project, Series: s.series, Number: s.number, Date: s.Date, Submitter: s.Sender,
			ID: s.Called(), Checked: checked[d.name(s.Row)], Superseded: d.supersededBefore(s),
		}
		if err := d.stand(&row, d.decisions[d.name(s.Row)], asks[s.Mail]); err != nil {
			return err
		}
		d.out.Patches = append(d.out.Patches, row)
		d.tellPatch(s.Row)
		d.tellShown(s.Row, &row)
	}
	return nil
}

// tellShown tells of a patch that is made anew and shows otherwise than before: another copy of it may ask for another
// state, or the rules may have changed since, and nobody looks at it again for that.
func (d *deriver) tellShown(r *engine.Row, now *engine.PatchRow) {
	before, there := d.showed[r.ID]
	if !there || d.is != nil { // a rebuild tells of what it writes
		return
	}
	d.tellAnew(&before, now)
}

// supersededBefore is the series by which a patch that is made anew was superseded before. It shows so until it is
// known whether it still is, so that nothing is told of a patch that stays what it was.
func (d *deriver) supersededBefore(s seat) int64 {
	if !d.settings.Supersede || s.series == 0 {
		return 0
	}
	return d.showed[s.ID].Superseded
}

// movePatches gives patches another place and leaves what else their rows say.
func (d *deriver) movePatches(moved []seat) error {
	if len(moved) == 0 {
		return nil
	}
	to := make(map[int64]seat, len(moved))
	ids := make([]int64, len(moved))
	for i, s := range moved {
		to[s.Mail], ids[i] = s, s.Mail
	}
	is, err := d.Tx.Derived(ids)
	if err != nil {
		return err
	}
	for _, row := range is.Patches {
		row.Series, row.Number = to[row.Mail].series, to[row.Mail].number
		d.out.Patches = append(d.out.Patches, row)
	}
	return nil
}

// asksOf gives the facts of mails that may ask for a state or a delegate: those in hand, and of others only if it
// matters.
func (d *deriver) asksOf(seats []seat) (map[int64]*engine.Mail, error) {
	out := make(map[int64]*engine.Mail, len(seats))
	var ask []int64
	for _, s := range seats {
		if m := d.inserted[s.Mail]; m != nil {
			out[s.Mail] = m
		} else if d.settings.MailStates || d.settings.Delegates() {
			ask = append(ask, s.Mail)
		}
	}
	if len(ask) == 0 {
		return out, nil
	}
	found, err := d.Tx.Mails(ask)
	for id, m := range found {
		out[id] = m
	}
	return out, err
}

// checkedOf gives what all checks of each of these patches say together.
func (d *deriver) checkedOf(names []engine.Name) (map[engine.Name]track.CheckState, error) {
	if len(names) == 0 {
		return nil, nil
	}
	all, err := d.Tx.NewestChecks(names)
	out := make(map[engine.Name]track.CheckState, len(all))
	for name, checks := range all {
		out[name] = track.Count(checks).Combined()
	}
	return out, err
}

// stand sets what was decided about a patch, or what it begins with if nobody decided.
func (d *deriver) stand(row *engine.PatchRow, decided engine.Decision, asks *engine.Mail) error {
	var wanted, more string
	if asks != nil {
		wanted, more = asks.State, asks.More
	}
	row.State = d.settings.StateOf(wanted, decided.State)
	if row.Superseded != 0 { // until retire says otherwise
		row.State = track.StateSuperseded
	}
	if decided.Archived != nil {
		row.Archived = *decided.Archived
	}
	if decided.Hidden != nil {
		row.Hidden = *decided.Hidden
	}
	switch {
	case decided.Delegate != nil: // an empty one is a decision too
		row.Delegate = *decided.Delegate
	case d.settings.Delegates():
		m, err := engine.ParseMore(more)
		if err != nil {
			return err
		}
		row.Delegate = d.settings.FirstDelegate(m.Delegate, m.Files)
	}
	return nil
}
