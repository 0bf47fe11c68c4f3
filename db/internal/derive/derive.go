package derive

import (
	"fmt"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Derive brings the derived rows of all projects that the transaction changed up to date.
func (a *Adder) Derive() error {
	var gone []int64
	projects := engine.SortedKeys(a.changes)
	for _, id := range projects { // of all projects first: a mail that has left one may be in another now
		if err := a.noteLeaving(id, a.changes[id]); err != nil {
			return err
		}
		for _, r := range a.changes[id].gone {
			gone = append(gone, r.Mail)
		}
	}
	if len(gone) > 0 {
		if err := a.touched.in(projects...).DropMails(gone); err != nil {
			return err
		}
	}
	touched := make(map[int64]*touchedSeries, len(projects))
	for _, id := range projects {
		d, err := a.deriveProject(id, a.changes[id])
		if err != nil {
			return err
		}
		touched[id] = d.touchedSeries
	}
	for _, id := range projects { // with the series of all projects in place
		if err := a.retireChanged(id, a.changes[id], touched[id]); err != nil {
			return err
		}
	}
	return a.derivePeople()
}

func (a *Adder) deriveProject(project int64, c *change) (*deriver, error) {
	n := newNeighbourhood(a.Tx, project)
	for id, r := range c.rows {
		n.remember(id, r)
	}
	if err := n.gather(c); err != nil {
		return nil, err
	}
	// Patches that are alone by their nature are in a neighbourhood only by what people decided; new ones need their own
	// series.
	singles := n.singles(c)
	items := n.items()
	for id, r := range singles {
		if n.members[id] == nil {
			items = append(items, r.Item)
		}
	}
	threads := track.Assemble(items, n.settled)
	if n.err != nil {
		return nil, n.err
	}
	d := newDeriver(a.Writing, a.settings(project), n)
	d.inserted, d.became, d.showed = a.inserted, a.became, c.showed
	for _, r := range c.gone {
		d.wasThere(r)
	}
	for _, set := range []map[string]*engine.Row{n.members, singles} {
		for _, r := range set {
			d.wasThere(r)
		}
	}
	if err := d.compare(threads, singles); err != nil {
		return nil, err
	}
	d.noteTouched(c)
	return d, d.flush()
}

// settings of a project by its number; it may have been removed while its mails still change.
func (a *Adder) settings(project int64) *track.Project {
	if p := a.router.Project(project); p != nil {
		return p
	}
	return &track.Project{ID: project}
}

// singles are the patches of the set, and those that changed, that are alone by their nature: without a number, or a
// pull request numbered 0/n.
func (n *neighbourhood) singles(c *change) map[string]*engine.Row {
	out := map[string]*engine.Row{}
	for _, id := range c.ids() {
		if r := n.byID[id]; isSingle(r) {
			out[id] = r
		}
	}
	for id, r := range n.members {
		if isSingle(r) {
			out[id] = r
		}
	}
	return out
}

func isSingle(r *engine.Row) bool { return r != nil && r.Kind == track.Patch && !r.Member() }

// deriver writes what Assemble found, and only where it is not so already: most mails change little.
type deriver struct {
	*Writing
	*neighbourhood
	settings *track.Project

	inserted map[int64]*engine.Mail // facts that are in hand, by number
	became   map[int64]fate         // nil: nobody asks
	was      map[string]*engine.Row // what was derived of mails before, by Message-ID
	old      map[int64]bool         // series that they were in

	*touchedSeries                            // that it changes
	talked         []string                   // talk that leads elsewhere than before, by Message-ID
	showed         map[string]engine.PatchRow // see change

	decisions map[engine.Name]engine.Decision
	is        *engine.Derived // complete rows that are there, of these mails; nil: Row says enough
	out       engine.Derived
	drop      []int64 // series
}

// seat is a patch's place in a series; in none where that is 0.
type seat struct {
	*engine.Row
	series int64
	number int
}

func newDeriver(w *Writing, settings *track.Project, n *neighbourhood) *deriver {
	return &deriver{
		Writing: w, neighbourhood: n, settings: settings, was: map[string]*engine.Row{}, old: map[int64]bool{},
		touchedSeries: newTouchedSeries(),
	}
}

// wasThere notes what was derived of a mail before.
func (d *deriver) wasThere(r *engine.Row) {
	if r.Derived {
		d.was[r.ID] = r
	}
	if r.Series != 0 {
		d.old[r.Series] = true
	}
}

// compare finds the rows that are not in line with what the mails are.
func (d *deriver) compare(threads track.Threads, singles map[string]*engine.Row) error {
	all, err := d.seriesOf(threads.Series)
	if err != nil {
		return err
	}
	var seats []seat
	seated := map[string]bool{}
	for _, s := range all {
		for i, r := range s.patches {
			seats = append(seats, seat{r, s.row.ID, s.Patches[i].Number})
			if singles[r.ID] != nil {
				seated[r.ID] = true
			}
		}
	}
	for _, id := range engine.SortedKeys(singles) { // pull requests numbered 0/n are in no series of themselves
		if !seated[id] {
			seats = append(seats, seat{Row: singles[id]})
		}
	}
	if err := d.loadDecisions(all, seats); err != nil {
		return err
	}
	if err := d.putSeries(all); err != nil {
		return err
	}
	if err := d.putPatches(seats); err != nil {
		return err
	}
	return d.putReplies(threads.Parents)
}

// flush writes what was found.
func (d *deriver) flush() error {
	if err := d.Tx.Put(d.out.Sorted()); err != nil {
		return err
	}
	if len(d.drop) > 0 {
		return d.touched.in(d.project).DropSeries(d.drop)
	}
	return nil
}

// assembled is a series with its mails.
type assembled struct {
	*track.Series
	row     engine.SeriesRow
	cover   *engine.Row // nil: none
	patches []*engine.Row
}

func (d *deriver) seriesOf(all []track.Series) ([]assembled, error) {
	out := make([]assembled, len(all))
	for i := range all {
		s := assembled{Series: &all[i]}
		take := func(msgid string) (*engine.Row, error) {
			r, err := d.fetch(msgid)
			if err == nil && r == nil {
				err = fmt.Errorf("series %s: %s is not stored", s.Key, msgid)
			}
			if err == nil && (s.row.ID == 0 || r.Called() < s.row.ID) {
				s.row.ID = r.Called()
			}
			return r, err
		}
		var err error
		if s.Cover != "" {
			if s.cover, err = take(s.Cover); err != nil {
				return nil, err
			}
		}
		for _, slot := range s.Patches {
			r, err := take(slot.ID)
			if err != nil {
				return nil, err
			}
			s.patches = append(s.patches, r)
		}
		s.row = engine.SeriesRow{
			ID: s.row.ID, Project: d.project, Key: s.Key, Name: s.Name, Version: s.Version, Total: s.Total,
			Received: len(s.Patches), Complete: s.Complete, Date: s.Date, Submitter: s.Submitter,
		}
		if s.cover != nil {
			s.row.Cover = s.cover.Mail
		}
		out[i] = s
	}
	return out, nil
}

// members of the series, the one that speaks for it first.
func (s *assembled) members() []*engine.Row {
	if s.cover == nil {
		return s.patches
	}
	return append([]*engine.Row{s.cover}, s.patches...)
}

// fresh tells whether all of a mail's row is made anew. Of others only their place is, and what was decided about them
// stands in their rows.
func (d *deriver) fresh(r *engine.Row) bool { return !r.Derived || d.is != nil }

// hidden tells whether somebody hid a mail.
func (d *deriver) hidden(r *engine.Row) bool {
	if !d.fresh(r) {
		return r.Hidden
	}
	hidden := d.decisions[d.name(r)].Hidden
	return hidden != nil && *hidden
}

func (d *deriver) name(r *engine.Row) engine.Name {
	return engine.Name{Project: d.project, MsgID: r.ID}
}

// loadDecisions looks up what people decided about mails that are new here, and the names that they gave to series.
func (d *deriver) loadDecisions(all []assembled, seats []seat) error {
	var names []engine.Name
	take := func(r *engine.Row) {
		if d.fresh(r) {
			names = append(names, d.name(r))
		}
	}
	for _, s := range seats {
		take(s.Row)
	}
	for _, s := range all {
		if s.cover != nil {
			take(s.cover)
		}
	}
	for _, id := range engine.SortedKeys(d.talk) {
		take(d.talk[id])
	}
	named, err := d.Tx.SeriesNamed(d.project)
	if err != nil {
		return err
	}
	if named {
		for _, s := range all {
			for _, r := range s.members() {
				names = append(names, d.name(r))
			}
		}
	}
	if len(names) > 0 {
		d.decisions, err = d.Tx.Decisions(names)
	}
	return err
}

// givenName is the name that a person gave to a series: that of its first mail that has one.
func (d *deriver) givenName(s *assembled) string {
	for _, r := range s.members() {
		if name := d.decisions[d.name(r)].SeriesName; name != nil {
			return *name
		}
	}
	return ""
}

// allHidden tells whether somebody hid every mail of a series.
func (d *deriver) allHidden(s *assembled) bool {
	return !slices.ContainsFunc(s.members(), func(r *engine.Row) bool { return !d.hidden(r) })
}

func (d *deriver) putSeries(all []assembled) error {
	ids := engine.SortedKeys(d.old)
	for i := range all {
		all[i].row.Given, all[i].row.Hidden = d.givenName(&all[i]), d.allHidden(&all[i])
		if !d.old[all[i].row.ID] {
			ids = append(ids, all[i].row.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := d.Tx.Series(ids)
	if err != nil {
		return err
	}
	is := make(map[int64]*engine.SeriesRow, len(rows))
	before := d.newTelling()
	for i := range rows {
		is[rows[i].ID] = &rows[i]
		before.note(&rows[i])
		if rows[i].Project == d.project {
			d.above[rows[i].Revises] = true
		}
	}
	for i := range all {
		s := &all[i]
		if row := is[s.row.ID]; row != nil && row.Project == d.project && d.settings.Supersede {
			s.row.Revises = row.Revises // until retire says otherwise
		}
		if row := is[s.row.ID]; row == nil || !row.Equal(&s.row) {
			d.out.Series = append(d.out.Series, s.row)
		}
		delete(is, s.row.ID)
		if s.cover != nil {
			d.putCover(s.cover, s.row.ID)
		}
		before.tellSeries(s)
	}
	for _, id := range engine.SortedKeys(is) {
		if is[id].Project == d.project { // a series of another project may have that number by now
			d.drop = append(d.drop, id)
		}
	}
	return nil
}

func (d *deriver) putCover(r *engine.Row, series int64) {
	d.noteFate(r, fate{track.RoleCover, series})
	if !d.fresh(r) && r.Series == series {
		return
	}
	d.out.Covers = append(d.out.Covers, engine.CoverRow{
		Mail: r.Mail, Project: d.project, Series: series, ID: r.Called(), Date: r.Date,
		Submitter: r.Sender, Hidden: d.hidden(r),
	})
}

// noteFate notes what a mail has become, if anybody asks.
func (d *deriver) noteFate(r *engine.Row, f fate) {
	if d.became != nil {
		d.became[r.Mail] = f
	}
}

func (d *deriver) putReplies(parents map[string]string) error {
	for _, id := range engine.SortedKeys(d.talk) {
		r := d.talk[id]
		row := engine.ReplyRow{
			Mail: r.Mail, Project: d.project, Date: r.Date, Ignored: r.Kind == track.Ignored, Clean: d.clean[id],
			ID: r.Called(), Hidden: d.hidden(r),
		}
		var above *engine.Row
		if p := parents[id]; p != "" {
			var err error
			if above, err = d.fetch(p); err != nil {
				return err
			}
			if above == nil {
				return fmt.Errorf("parent %s of %s is not stored", p, id)
			}
			row.Parent = above.Mail
		}
		d.noteFate(r, fate{role: engine.RoleOf(d.project, r.Kind, row.Parent != 0)})
		d.tellComment(r, &row, above)
		if r.Parent != row.Parent {
			d.talked = append(d.talked, id)
		}
		if d.fresh(r) || r.Parent != row.Parent || r.Clean != row.Clean {
			d.out.Replies = append(d.out.Replies, row)
		}
	}
	return nil
}
