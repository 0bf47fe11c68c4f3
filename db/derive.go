package db

import (
	"fmt"

	"patchwatch/track"
)

// derive brings the derived rows of all projects that the transaction changed up to date.
func (a *adder) derive() error {
	var gone []int64
	projects := sortedKeys(a.changes)
	for _, id := range projects { // of all projects first: a mail that has left one may be in another now
		for _, r := range a.changes[id].gone {
			gone = append(gone, r.Mail)
		}
	}
	if len(gone) > 0 {
		if err := a.DropMails(gone); err != nil {
			return err
		}
	}
	for _, id := range projects {
		if err := a.deriveProject(id, a.changes[id]); err != nil {
			return err
		}
	}
	return a.derivePeople()
}

func (a *adder) deriveProject(project int64, c *change) error {
	n := newNeighbourhood(a.Tx, project)
	for id, r := range c.rows {
		n.remember(id, r)
	}
	if err := n.gather(c); err != nil {
		return err
	}
	// Patches that are alone by their nature are not members of any neighbourhood; new ones need their own series.
	singles := n.singles(c)
	items := n.items()
	for _, r := range singles {
		items = append(items, r.Item)
	}
	threads := track.Assemble(items, n.settled)
	if n.err != nil {
		return n.err
	}
	d := newDeriver(a.writing, a.settings(project), n)
	d.inserted, d.became = a.inserted, a.became
	for _, r := range c.gone {
		d.wasThere(r)
	}
	for _, set := range []map[string]*Row{n.members, singles} {
		for _, r := range set {
			d.wasThere(r)
		}
	}
	if err := d.compare(threads, singles); err != nil {
		return err
	}
	return d.flush()
}

// settings of a project by its number; it may have been removed while its mails still change.
func (a *adder) settings(project int64) *track.Project {
	if p := a.router.Project(project); p != nil {
		return p
	}
	return &track.Project{ID: project}
}

// singles are the changed patches that are not members: without a number, or a pull request numbered 0/n.
func (n *neighbourhood) singles(c *change) map[string]*Row {
	out := map[string]*Row{}
	for _, id := range c.ids() {
		if r := n.byID[id]; isSingle(r) {
			out[id] = r
		}
	}
	return out
}

func isSingle(r *Row) bool { return r != nil && r.Kind == track.Patch && !r.Member() }

// deriver writes what Assemble found, and only where it is not so already: most mails change little.
type deriver struct {
	*writing
	*neighbourhood
	settings *track.Project

	inserted map[int64]*Mail // facts that are in hand, by number
	became   map[int64]fate  // nil: nobody asks
	was      map[string]*Row // what was derived of mails before, by Message-ID
	old      map[int64]bool  // series that they were in

	decisions map[Name]Decision
	is        *Derived // complete rows that are there, of these mails; nil: Row says enough
	out       Derived
	drop      []int64 // series
}

// seat is a patch's place in a series; in none where that is 0.
type seat struct {
	*Row
	series int64
	number int
}

func newDeriver(w *writing, settings *track.Project, n *neighbourhood) *deriver {
	return &deriver{writing: w, neighbourhood: n, settings: settings, was: map[string]*Row{}, old: map[int64]bool{}}
}

// wasThere notes what was derived of a mail before.
func (d *deriver) wasThere(r *Row) {
	if r.Derived {
		d.was[r.ID] = r
	}
	if r.Series != 0 {
		d.old[r.Series] = true
	}
}

// compare finds the rows that are not in line with what the mails are.
func (d *deriver) compare(threads track.Threads, singles map[string]*Row) error {
	all, err := d.seriesOf(threads.Series)
	if err != nil {
		return err
	}
	var seats []seat
	for _, s := range all {
		for i, r := range s.patches {
			seats = append(seats, seat{r, s.row.ID, s.Patches[i].Number})
		}
	}
	for _, id := range sortedKeys(singles) { // pull requests numbered 0/n are in no series
		if r := singles[id]; r.Marked && r.Total > 0 {
			seats = append(seats, seat{Row: r})
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
	if err := d.Put(d.out.sorted()); err != nil {
		return err
	}
	if len(d.drop) > 0 {
		return d.DropSeries(d.drop)
	}
	return nil
}

// assembled is a series with its mails.
type assembled struct {
	*track.Series
	row     SeriesRow
	cover   *Row // nil: none
	patches []*Row
}

func (d *deriver) seriesOf(all []track.Series) ([]assembled, error) {
	out := make([]assembled, len(all))
	for i := range all {
		s := assembled{Series: &all[i]}
		take := func(msgid string) (*Row, error) {
			r, err := d.fetch(msgid)
			if err == nil && r == nil {
				err = fmt.Errorf("series %s: %s is not stored", s.Key, msgid)
			}
			if err == nil && (s.row.ID == 0 || r.Mail < s.row.ID) {
				s.row.ID = r.Mail
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
		s.row = SeriesRow{
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
func (s *assembled) members() []*Row {
	if s.cover == nil {
		return s.patches
	}
	return append([]*Row{s.cover}, s.patches...)
}

// loadDecisions looks up what people decided about patches that are new here, and the names that they gave to series.
func (d *deriver) loadDecisions(all []assembled, seats []seat) error {
	var names []Name
	for _, s := range seats {
		if !s.Derived || d.is != nil {
			names = append(names, Name{d.project, s.ID})
		}
	}
	named, err := d.SeriesNamed(d.project)
	if err != nil {
		return err
	}
	if named {
		for _, s := range all {
			for _, r := range s.members() {
				names = append(names, Name{d.project, r.ID})
			}
		}
	}
	if len(names) > 0 {
		d.decisions, err = d.Decisions(names)
	}
	return err
}

// givenName is the name that a person gave to a series: that of its first mail that has one.
func (d *deriver) givenName(s *assembled) string {
	for _, r := range s.members() {
		if name := d.decisions[Name{d.project, r.ID}].SeriesName; name != nil {
			return *name
		}
	}
	return ""
}

func (d *deriver) putSeries(all []assembled) error {
	ids := sortedKeys(d.old)
	for i := range all {
		all[i].row.Given = d.givenName(&all[i])
		if !d.old[all[i].row.ID] {
			ids = append(ids, all[i].row.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := d.Series(ids)
	if err != nil {
		return err
	}
	is := make(map[int64]*SeriesRow, len(rows))
	before := d.newTelling()
	for i := range rows {
		is[rows[i].ID] = &rows[i]
		before.note(&rows[i])
	}
	for i := range all {
		s := &all[i]
		if row := is[s.row.ID]; row == nil || !row.equal(&s.row) {
			d.out.Series = append(d.out.Series, s.row)
		}
		delete(is, s.row.ID)
		if s.cover != nil {
			d.putCover(s.cover, s.row.ID)
		}
		before.tellSeries(s)
	}
	for _, id := range sortedKeys(is) {
		if is[id].Project == d.project { // a series of another project may have that number by now
			d.drop = append(d.drop, id)
		}
	}
	return nil
}

func (r *SeriesRow) equal(o *SeriesRow) bool {
	b := *o
	b.Date = r.Date
	return r.Date.Equal(o.Date) && *r == b
}

func (d *deriver) putCover(r *Row, series int64) {
	d.noteFate(r, fate{track.RoleCover, series})
	if d.is == nil && r.Derived && r.Series == series {
		return
	}
	d.out.Covers = append(d.out.Covers, CoverRow{r.Mail, d.project, series})
}

// noteFate notes what a mail has become, if anybody asks.
func (d *deriver) noteFate(r *Row, f fate) {
	if d.became != nil {
		d.became[r.Mail] = f
	}
}

func (d *deriver) putReplies(parents map[string]string) error {
	for _, id := range sortedKeys(d.talk) {
		r := d.talk[id]
		row := ReplyRow{Mail: r.Mail, Project: d.project, Date: r.Date, Ignored: r.Kind == track.Ignored, Clean: d.clean[id]}
		var above *Row
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
		d.noteFate(r, fate{role: RoleOf(d.project, r.Kind, row.Parent != 0)})
		d.tellComment(r, &row, above)
		if d.is != nil || !r.Derived || r.Parent != row.Parent || r.Clean != row.Clean {
			d.out.Replies = append(d.out.Replies, row)
		}
	}
	return nil
}
