package derive

import "patchwatch/db/engine"

// touchedSeries are series of one project that a transaction changed.
type touchedSeries struct {
	ids   map[int64]bool // that were written or dropped, or of which a mail is another
	above map[int64]bool // that these revised before
}

func newTouchedSeries() *touchedSeries {
	return &touchedSeries{map[int64]bool{}, map[int64]bool{}}
}

func (t *touchedSeries) add(ids ...int64) {
	for _, id := range ids {
		if id != 0 {
			t.ids[id] = true
		}
	}
}

// noteTouched notes the series that d is about to write, and those that their mails were in.
func (d *deriver) noteTouched(c *change) {
	if !d.settings.Supersede {
		return
	}
	was := make(map[int64]int64, len(d.was))
	for _, r := range d.was {
		was[r.Mail] = r.Series
	}
	for _, row := range d.out.Series {
		d.add(row.ID)
	}
	for _, row := range d.out.Patches {
		d.add(row.Series, was[row.Mail])
	}
	for _, row := range d.out.Covers {
		d.add(row.Series, was[row.Mail])
	}
	for _, r := range c.gone {
		d.add(r.Series)
	}
	d.add(d.drop...)
	for _, id := range c.above {
		d.above[id] = true
	}
	c.talked = d.talked
}

// retireChanged is retire after a change of mails. A series may revise another because it refers to a comment on that,
// so those that refer to comments which lead elsewhere now are touched too.
func (a *Adder) retireChanged(project int64, c *change, t *touchedSeries) error {
	settings := a.settings(project)
	if !settings.Supersede {
		return nil
	}
	var to []engine.Name
	for _, id := range c.talked {
		to = append(to, engine.Name{Project: project, MsgID: id})
	}
	for _, r := range c.gone {
		if r.Parent != 0 {
			to = append(to, engine.Name{Project: project, MsgID: r.ID})
		}
	}
	if len(to) > 0 {
		found, err := a.Tx.Beside(to, engine.Anybody)
		if err != nil {
			return err
		}
		for _, b := range found {
			t.add(b.Series)
		}
	}
	return a.retire(settings, t)
}

// noteLeaving notes what is known of mails that leave, or are to be made anew, as long as it is there: what patches
// showed, and what their series revised. Another project, which is brought up to date before this one, may take over
// the number of a series, and its row with it.
func (a *Adder) noteLeaving(project int64, c *change) error {
	if len(c.gone) == 0 {
		return nil
	}
	ids, names := make([]int64, len(c.gone)), map[int64]string{}
	var in []int64
	for i, r := range c.gone {
		ids[i], names[r.Mail] = r.Mail, r.ID
		if r.Series != 0 {
			in = append(in, r.Series)
		}
	}
	is, err := a.Tx.Derived(ids)
	if err != nil {
		return err
	}
	c.showed = map[string]engine.PatchRow{}
	for _, row := range is.Patches {
		if row.Project == project {
			c.showed[names[row.Mail]] = row
		}
	}
	if len(in) == 0 || !a.settings(project).Supersede {
		return nil
	}
	rows, err := a.Tx.Series(engine.Distinct(in))
	for _, row := range rows {
		if row.Project == project && row.Revises != 0 {
			c.above = append(c.above, row.Revises)
		}
	}
	return err
}
