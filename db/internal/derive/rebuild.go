package derive

import (
	"context"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Rederive makes all derived rows anew, for an engine whose migration has just changed its rows in a way that only this
// can complete. Temporary files go to dir. Nothing is told.
func Rederive(ctx context.Context, tx engine.Tx, dir string) error {
	t := newTouching(tx)
	w := &Writing{Tx: t, touched: t, Quiet: true}
	return w.RebuildBy(ctx, dir, batchMails, nil)
}

// Rebuild makes all derived rows anew and writes those that differ.
func (w *Writing) Rebuild(ctx context.Context, dir string, progress Progress) error {
	return w.RebuildBy(ctx, dir, batchMails, progress)
}

// RebuildBy takes at least so many mails at a time. What does not fit into memory is sorted in dir.
func (w *Writing) RebuildBy(ctx context.Context, dir string, most int, progress Progress) error {
	counts, err := w.Tx.Counts()
	if err != nil {
		return err
	}
	total, done := counts.Mails-counts.Unrouted, 0
	r, err := w.newRebuilder()
	if err != nil {
		return err
	}
	p, err := findParts(ctx, w, dir, total, r.puts)
	if err != nil {
		return err
	}
	if err := p.eachBatch(most, func(project int64, mails []int64) error {
		done += len(mails)
		progress.Tell(done, total)
		return r.derive(project, mails)
	}); err != nil {
		return err
	}
	if err := w.rebuildPeople(); err != nil {
		return err
	}
	if err := w.Tx.DropStrays(); err != nil {
		return err
	}
	return r.retireAll(ctx)
}

// rebuilder derives what mails are, some parts of a project at a time.
type rebuilder struct {
	*Writing
	projects map[int64]*track.Project
	puts     puts
}

func (w *Writing) newRebuilder() (*rebuilder, error) {
	projects, err := w.Tx.Projects() // the removed ones too: until their mail is routed anew, it is theirs
	if err != nil {
		return nil, err
	}
	r := &rebuilder{Writing: w, projects: map[int64]*track.Project{}}
	for i := range projects {
		p := &projects[i]
		if p.Removed {
			p.Project = track.Project{ID: p.ID, LinkName: p.LinkName}
		}
		r.projects[p.ID] = &p.Project
	}
	r.puts, err = readPuts(w.Tx)
	return r, err
}

func (r *rebuilder) derive(project int64, mails []int64) error {
	settings := r.projects[project]
	if settings == nil {
		settings = &track.Project{ID: project}
	}
	n := newNeighbourhood(r.Tx, project)
	d := newDeriver(r.Writing, settings, n)
	rows, err := r.Tx.Rows(mails)
	if err != nil {
		return err
	}
	items := make([]track.Item, 0, len(rows))
	singles := map[string]*engine.Row{}
	var refs []string
	for _, m := range rows {
		n.remember(m.ID, m)
		d.wasThere(m)
		it := m.Item
		it.PutWith = r.puts[d.name(m)]
		items = append(items, it)
		if isSingle(m) {
			singles[m.ID] = m
		}
		if isTalk(m) {
			n.talk[m.ID] = m
		}
		refs = append(refs, m.Refs...)
	}
	if err := n.fetchAll(refs); err != nil {
		return err
	}
	threads := track.Assemble(items, n.settled)
	if n.err != nil {
		return n.err
	}
	n.clean = allClean(n.talk)
	is, err := r.Tx.Derived(mails)
	if err != nil {
		return err
	}
	d.is = &is
	d.showed = showedOf(&is, rows)
	if err := d.compare(threads, singles); err != nil {
		return err
	}
	if err := d.keepWhatDiffers(); err != nil {
		return err
	}
	return d.flush()
}

// keepWhatDiffers leaves out the rows that are in the database already. Of a mail that has a row of another kind too,
// all rows are dropped and its own is written again.
func (d *deriver) keepWhatDiffers() error {
	is, wanted := byMail(d.is), byMail(&d.out)
	var wrong []int64
	for mail, rows := range is {
		if w := wanted[mail]; rows.patch != nil && w.patch == nil || rows.cover != nil && w.cover == nil ||
			rows.reply != nil && w.reply == nil {
			wrong = append(wrong, mail)
			delete(is, mail)
		}
	}
	d.out.Sorted() // so that what is told comes in an order
	d.out.Patches = slices.DeleteFunc(d.out.Patches, func(row engine.PatchRow) bool {
		before := is[row.Mail].patch
		if before == nil {
			return false
		}
		d.tellAnew(before, &row)
		return before.Equal(&row)
	})
	d.out.Covers = slices.DeleteFunc(d.out.Covers, func(row engine.CoverRow) bool {
		before := is[row.Mail].cover
		return before != nil && before.Equal(&row)
	})
	d.out.Replies = slices.DeleteFunc(d.out.Replies, func(row engine.ReplyRow) bool {
		before := is[row.Mail].reply
		return before != nil && before.Equal(&row)
	})
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return d.touched.in(d.project).DropMails(wrong)
}

// rowsOfMail are the derived rows of one mail: there should be one.
type rowsOfMail struct {
	patch *engine.PatchRow
	cover *engine.CoverRow
	reply *engine.ReplyRow
}

func byMail(d *engine.Derived) map[int64]rowsOfMail {
	out := make(map[int64]rowsOfMail, len(d.Patches)+len(d.Covers)+len(d.Replies))
	for i := range d.Patches {
		r := out[d.Patches[i].Mail]
		r.patch = &d.Patches[i]
		out[d.Patches[i].Mail] = r
	}
	for i := range d.Covers {
		r := out[d.Covers[i].Mail]
		r.cover = &d.Covers[i]
		out[d.Covers[i].Mail] = r
	}
	for i := range d.Replies {
		r := out[d.Replies[i].Mail]
		r.reply = &d.Replies[i]
		out[d.Replies[i].Mail] = r
	}
	return out
}
