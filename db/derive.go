package db

import (
	"database/sql"
	"fmt"
	"sort"

	"patchwatch/track"
)

// derive brings the derived rows of all projects that the transaction changed up to date.
func (a *adder) derive() error {
	ids := make([]int64, 0, len(a.changes))
	for id := range a.changes {
		ids = append(ids, id)
	}
	sort.Slice(ids, func(i, j int) bool { return ids[i] < ids[j] })
	for _, id := range ids { // of all projects first: a mail that has left one may be in another now
		for _, r := range a.changes[id].gone {
			if err := a.dropDerived(r.mail); err != nil {
				return err
			}
		}
	}
	for _, id := range ids {
		if err := a.deriveProject(id, a.changes[id]); err != nil {
			return err
		}
	}
	return a.derivePeople()
}

func (a *adder) deriveProject(project int64, c *change) error {
	n := newNeighbourhood(a.writer, project)
	for id, r := range c.rows {
		n.remember(id, r)
	}
	old := map[int64]bool{} // series that may be no more
	for _, r := range c.gone {
		if r.series.Valid {
			old[r.series.Int64] = true
		}
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
	d := &deriver{writer: a.writer, project: project, settings: a.settings(project), fetch: n.fetch, old: old}
	for _, set := range []map[string]*row{n.members, singles} {
		for _, r := range set {
			if r.series.Valid {
				old[r.series.Int64] = true
			}
		}
	}
	if err := d.writeSeries(threads.Series); err != nil {
		return err
	}
	if err := d.writeStrays(singles); err != nil {
		return err
	}
	return d.writeReplies(n.talk, threads.Parents, n.clean)
}

// settings of a project by its number; it may have been removed while its mails still change.
func (a *adder) settings(project int64) *track.Project {
	if p := a.router.Project(project); p != nil {
		return p
	}
	return &track.Project{ID: project}
}

// singles are the changed patches that are not members: without a number, or a pull request numbered 0/n.
func (n *neighbourhood) singles(c *change) map[string]*row {
	out := map[string]*row{}
	for _, ids := range []map[string]bool{c.fresh, c.replaced} {
		for id := range ids {
			if r := n.byID[id]; r != nil && r.Kind == track.Patch && !r.Member() {
				out[id] = r
			}
		}
	}
	return out
}

func (w *writer) dropDerived(mail int64) error {
	for _, q := range []string{`DELETE FROM patch WHERE mail = ?`, `DELETE FROM cover WHERE mail = ?`, `DELETE FROM reply WHERE mail = ?`} {
		if err := w.exec(q, mail); err != nil {
			return err
		}
	}
	return nil
}

// deriver writes what Assemble found, and only where it is not so already: most mails change little.
type deriver struct {
	*writer
	project  int64
	settings *track.Project
	fetch    func(id string) (*row, error)
	old      map[int64]bool // series that members of the set were in
	named    *bool          // whether a person gave any series of the project a name; nil: not asked yet
}

func (d *deriver) writeSeries(all []track.Series) error {
	for i := range all {
		if err := d.writeOneSeries(&all[i]); err != nil {
			return err
		}
	}
	for id := range d.old { // a series of another project may have that number now, with the mail that gave it
		if err := d.exec(`DELETE FROM series WHERE id = ? AND project = ?`, id, d.project); err != nil {
			return err
		}
	}
	return nil
}

func (d *deriver) writeOneSeries(s *track.Series) error {
	var cover *row
	var patches []*row
	id := int64(-1)
	take := func(msgid string) (*row, error) {
		r, err := d.fetch(msgid)
		if err == nil && r == nil {
			err = fmt.Errorf("series %s: %s is not stored", s.Key, msgid)
		}
		if err == nil && (id < 0 || r.mail < id) {
			id = r.mail
		}
		return r, err
	}
	var err error
	if s.Cover != "" {
		if cover, err = take(s.Cover); err != nil {
			return err
		}
	}
	for _, slot := range s.Patches {
		r, err := take(slot.ID)
		if err != nil {
			return err
		}
		patches = append(patches, r)
	}
	given, err := d.givenName(leadFirst(cover, patches))
	if err != nil {
		return err
	}
	if err := d.putSeries(id, s, cover, given); err != nil {
		return err
	}
	if cover != nil {
		if err := d.putCover(cover, id); err != nil {
			return err
		}
	}
	for i, r := range patches {
		if err := d.putPatch(r, sql.NullInt64{Int64: id, Valid: true}, sql.NullInt64{Int64: int64(s.Patches[i].Number), Valid: true}); err != nil {
			return err
		}
	}
	return nil
}

// leadFirst are the members of a series, the one that speaks for it first.
func leadFirst(cover *row, patches []*row) []*row {
	if cover == nil {
		return patches
	}
	return append([]*row{cover}, patches...)
}

func (d *deriver) putSeries(id int64, s *track.Series, cover *row, given sql.NullString) error {
	delete(d.old, id)
	var coverMail any
	if cover != nil {
		coverMail = cover.mail
	}
	return d.exec(`
		INSERT INTO series (id, project, key, name, version, total, received, complete, date, submitter, cover, given)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET project = excluded.project, key = excluded.key, name = excluded.name,
			version = excluded.version, total = excluded.total, received = excluded.received, complete = excluded.complete,
			date = excluded.date, submitter = excluded.submitter, cover = excluded.cover, given = excluded.given
		WHERE (project, key, name, version, total, received, complete, date, submitter, cover, given) IS NOT
			(excluded.project, excluded.key, excluded.name, excluded.version, excluded.total, excluded.received,
			excluded.complete, excluded.date, excluded.submitter, excluded.cover, excluded.given)`,
		id, d.project, s.Key, orNil(s.Name), s.Version, s.Total, len(s.Patches), s.Complete, s.Date.Unix(), s.Submitter, coverMail, given)
}

func (d *deriver) putCover(r *row, series int64) error {
	if r.derived && r.series.Valid && r.series.Int64 == series {
		return nil
	}
	return d.exec(`INSERT OR REPLACE INTO cover (mail, project, series) VALUES (?, ?, ?)`, r.mail, d.project, series)
}

func (d *deriver) putPatch(r *row, series, number sql.NullInt64) error {
	if r.derived && r.series == series && r.number == number {
		return nil
	}
	if r.derived {
		return d.exec(`UPDATE patch SET series = ?, number = ? WHERE mail = ?`, series, number, r.mail)
	}
	return d.insertPatch(r, series, number)
}

func (d *deriver) insertPatch(r *row, series, number sql.NullInt64) error {
	is, err := d.standing(r.mail)
	if err != nil {
		return err
	}
	return d.exec(`
		INSERT OR REPLACE INTO patch (mail, project, series, number, date, submitter, state, delegate, archived)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.mail, d.project, series, number, r.Date.Unix(), r.Sender, is.state, is.delegate, is.archived)
}

// standing is what was decided about a patch, or what it begins with if nobody decided.
type standing struct {
	state    string
	delegate any // NULL: nobody
	archived bool
}

func (d *deriver) standing(mail int64) (is standing, err error) {
	var wanted, state, delegate sql.NullString
	if _, err := d.row(`
		SELECT m.state, d.state, d.delegate, coalesce(d.archived, 0)
		FROM mail m LEFT JOIN decision d ON d.project = m.project AND d.msgid = m.msgid WHERE m.id = +?`,
		[]any{mail}, &wanted, &state, &delegate, &is.archived); err != nil {
		return is, err
	}
	if is.state = state.String; !state.Valid {
		is.state = string(d.settings.FirstState(wanted.String))
	}
	if !delegate.Valid && d.settings.Delegates() { // nobody decided; an empty one is a decision too
		if delegate.String, err = d.firstDelegate(mail); err != nil {
			return is, err
		}
	}
	is.delegate = orNil(delegate.String)
	return is, nil
}

// decideAnew is for a patch whose project has got other rules since the patch was derived.
func (d *deriver) decideAnew(mail int64) error {
	is, err := d.standing(mail)
	if err != nil {
		return err
	}
	return d.exec(`
		UPDATE patch SET state = ?1, delegate = ?2, archived = ?3
		WHERE mail = ?4 AND (state, delegate, archived) IS NOT (?1, ?2, ?3)`, is.state, is.delegate, is.archived, mail)
}

// firstDelegate is who looks after a patch about which nobody decided.
func (d *deriver) firstDelegate(mail int64) (string, error) {
	var text sql.NullString
	if _, err := d.row(`SELECT more FROM mail WHERE id = ?`, []any{mail}, &text); err != nil {
		return "", err
	}
	m, err := parseMore(text)
	if err != nil {
		return "", err
	}
	return d.settings.FirstDelegate(m.Delegate, m.Files), nil
}

// writeStrays writes the patches that are in no series: pull requests numbered 0/n.
func (d *deriver) writeStrays(singles map[string]*row) error {
	for _, r := range singles {
		if r.Marked && r.Total > 0 {
			if err := d.putPatch(r, sql.NullInt64{}, sql.NullInt64{}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *deriver) writeReplies(talk map[string]*row, parents map[string]string, clean map[string]bool) error {
	for id, r := range talk {
		var parent sql.NullInt64
		if p := parents[id]; p != "" {
			above, err := d.fetch(p)
			if err != nil {
				return err
			}
			if above == nil {
				return fmt.Errorf("parent %s of %s is not stored", p, id)
			}
			parent = sql.NullInt64{Int64: above.mail, Valid: true}
		}
		if r.derived && r.parent == parent && r.clean == clean[id] {
			continue
		}
		if err := d.exec(`INSERT OR REPLACE INTO reply (mail, project, parent, date, ignored, clean) VALUES (?, ?, ?, ?, ?, ?)`,
			r.mail, d.project, parent, r.Date.Unix(), r.Kind == track.Ignored, clean[id]); err != nil {
			return err
		}
	}
	return nil
}
