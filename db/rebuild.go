package db

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"patchwatch/track"
)

// Progress is told now and then how many of how many are done. It may be nil.
type Progress func(done, total int)

func (p Progress) tell(done, total int) {
	if p != nil {
		p(done, total)
	}
}

// Rebuild drops all derived rows and makes them anew from the facts and the decisions, in one transaction.
func (s *Store) Rebuild(ctx context.Context, progress Progress) error {
	return s.write(ctx, func(w *writer) error { return w.rebuild(progress) })
}

func (w *writer) rebuild(progress Progress) error {
	for _, table := range []string{"ref", "series", "patch", "cover", "reply", "person"} {
		if err := w.exec(`DELETE FROM ` + table); err != nil {
			return err
		}
	}
	var total, done int
	if _, err := w.row(`SELECT count(*) FROM mail WHERE project IS NOT NULL AND chosen`, nil, &total); err != nil {
		return err
	}
	projects, err := w.everyProject()
	if err != nil {
		return err
	}
	for _, p := range projects {
		n, err := w.rebuildProject(&p)
		if err != nil {
			return fmt.Errorf("rebuild %s: %w", p.LinkName, err)
		}
		done += n
		progress.tell(done, total)
	}
	return w.rebuildPeople()
}

func (w *writer) rebuildProject(p *track.Project) (int, error) {
	n, err := w.wholeProject(p.ID)
	if err != nil {
		return 0, err
	}
	if err := w.rebuildRefs(p.ID, n.byID); err != nil {
		return 0, err
	}
	items := make([]track.Item, 0, len(n.byID))
	singles := map[string]*row{}
	for id, r := range n.byID {
		items = append(items, r.Item)
		if r.Kind == track.Patch && !r.Member() {
			singles[id] = r
		}
		if isTalk(r) {
			n.talk[id] = r
		}
	}
	threads := track.Assemble(items, nil)
	d := &deriver{writer: w, project: p.ID, settings: p, fetch: n.fetch, old: map[int64]bool{}}
	if err := d.writeSeries(threads.Series); err != nil {
		return 0, err
	}
	if err := d.writeStrays(singles); err != nil {
		return 0, err
	}
	return len(items), d.writeReplies(n.talk, threads.Parents, allClean(n.talk))
}

// rebuildRefs notes them in the order in which the table has them: what is by chance elsewhere would change a page each.
func (w *writer) rebuildRefs(project int64, mails map[string]*row) error {
	type reference struct {
		hash int64
		from *row
	}
	var all []reference
	for _, r := range mails {
		for _, ref := range r.Refs {
			all = append(all, reference{refHash(project, ref), r})
		}
	}
	slices.SortFunc(all, func(a, b reference) int { return cmp.Compare(a.hash, b.hash) })
	for _, r := range all {
		if err := w.insertRef(r.hash, r.from); err != nil {
			return err
		}
	}
	return nil
}

// wholeProject loads every chosen mail of a project.
func (w *writer) wholeProject(project int64) (*neighbourhood, error) {
	n := newNeighbourhood(w, project)
	err := w.each(`SELECT `+rowColumns+` FROM `+rowTables+` WHERE m.project = ? AND m.chosen`, []any{project}, func(scan func(...any) error) error {
		r, err := scanRow(scan)
		if err != nil {
			return err
		}
		n.remember(r.ID, r)
		return nil
	})
	return n, err
}

// Reread reads every stored mail anew, as after a better parser was installed, routes it by the projects of today,
// and rebuilds. It returns how many mails say something else than before, and how many could not be read: these keep the facts
// that they had.
func (s *Store) Reread(ctx context.Context, read Reader, progress Progress) (changed, unread int, err error) {
	err = s.write(ctx, func(w *writer) error {
		if changed, unread, err = w.reread(read, progress); err != nil {
			return err
		}
		if err := w.exec(`DELETE FROM unfinished`); err != nil {
			return err
		}
		return w.rebuild(progress)
	})
	return changed, unread, err
}

// stored is a mail on its way through reread.
type stored struct {
	id        int64
	delivered int64
	frame     []byte
	mail      *track.Mail // nil if it can't be read any more: then its facts stay as they are
}

const rereadBatch = 256

// reread compares what each mail says today with its row, and changes the row where they differ. Derived rows are
// left to the caller.
func (w *writer) reread(read Reader, progress Progress) (changed, unread int, err error) {
	a, err := newAdder(w, w.readRouting)
	if err != nil {
		return 0, 0, err
	}
	var total int
	if _, err := w.row(`SELECT count(*) FROM mail`, nil, &total); err != nil {
		return 0, 0, err
	}
	for last, done := int64(0), 0; ; {
		batch, err := w.storedAfter(last)
		if err != nil || len(batch) == 0 {
			return changed, unread, err
		}
		w.readAll(batch, read)
		for _, m := range batch {
			if m.mail == nil {
				unread++
				continue
			}
			differs, err := a.refresh(m)
			if err != nil {
				return changed, unread, err
			}
			if differs {
				changed++
			}
		}
		last = batch[len(batch)-1].id
		done += len(batch)
		progress.tell(done, total)
	}
}

func (w *writer) storedAfter(id int64) (batch []*stored, err error) {
	err = w.each(`SELECT id, delivered FROM mail WHERE id > ? ORDER BY id LIMIT ?`, []any{id, rereadBatch}, func(scan func(...any) error) error {
		m := &stored{}
		batch = append(batch, m)
		return scan(&m.id, &m.delivered)
	})
	for i := 0; err == nil && i < len(batch); i++ {
		batch[i].frame, err = w.frame(batch[i].id)
	}
	return batch, err
}

// readAll decompresses and parses a batch on all cores.
func (w *writer) readAll(batch []*stored, read Reader) {
	work := make(chan *stored)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for m := range work {
				if raw, err := w.frames.decompress(m.frame); err == nil {
					if mail, err := read(raw); err == nil {
						mail.Delivered = unixMicro(m.delivered)
						m.mail = mail
					}
				}
				m.frame = nil
			}
		})
	}
	for _, m := range batch {
		work <- m
	}
	close(work)
	wg.Wait()
}

const factColumns = `project, msgid, by_list, dated, date, kind, sender, sender_name, name, marked, number, total, version,
	refs, content_sha, diff_sha, hash, pull_url, state, more, title`

// refresh brings a mail's row in line with what it says today.
func (a *adder) refresh(s *stored) (differs bool, err error) {
	if there, err := a.merge(s); err != nil || !there {
		return !there, err
	}
	p, byList, err := a.route(s.mail)
	if err != nil {
		return false, err
	}
	facts, err := factsOf(&Delivery{Mail: s.mail}, p, byList)
	if err != nil {
		return false, err
	}
	args := append([]any{}, facts[1:4]...) // project, msgid, by_list
	args = append(args, facts[5:]...)      // all after delivered
	same := false
	if _, err := a.row(`SELECT (`+factColumns+`) IS (`+placeholders(len(args))+`) FROM mail WHERE id = ?`, append(args, s.id), &same); err != nil || same {
		return false, err
	}
	return true, a.rewrite(s, p, args)
}

func (a *adder) rewrite(s *stored, p *track.Project, args []any) error {
	var project sql.NullInt64
	var msgid string
	var chosen bool
	if _, err := a.row(`SELECT project, msgid, chosen FROM mail WHERE id = ?`, []any{s.id}, &project, &msgid, &chosen); err != nil {
		return err
	}
	var was *track.Project
	if project.Valid {
		was = &track.Project{ID: project.Int64}
	}
	if chosen {
		if err := a.unchoose(was, s.id); err != nil {
			return err
		}
	}
	if err := a.exec(`UPDATE mail SET (`+factColumns+`) = (`+placeholders(len(args))+`) WHERE id = ?`, append(args, s.id)...); err != nil {
		return err
	}
	if _, err := a.choose(was, msgid); err != nil {
		return err
	}
	_, err := a.choose(p, s.mail.MsgID)
	return err
}

// merge makes one mail of two with the same bytes: an earlier patchwatch may have read another Message-ID from them, and
// then they were delivered once more before they were read anew. The one stored first stays; there is false if that is not s.
func (a *adder) merge(s *stored) (there bool, err error) {
	if there, err = a.row(`SELECT delivered FROM mail WHERE id = ?`, []any{s.id}, &s.delivered); err != nil || !there {
		return false, err
	}
	s.mail.Delivered = unixMicro(s.delivered)
	var twin, delivered int64
	found, err := a.row(`
		SELECT id, delivered FROM mail WHERE msgid = ? AND substr(sha256, 1, 16) = ? AND sha256 = ? AND id <> ?`,
		[]any{s.mail.MsgID, s.mail.SHA256[:16], s.mail.SHA256[:], s.id}, &twin, &delivered)
	if err != nil || !found {
		return true, err
	}
	if err := a.remove(max(s.id, twin)); err != nil {
		return false, err
	}
	if s.id > twin {
		if s.delivered < delivered {
			err = a.deliveredEarlier(twin, s.mail)
		}
		return false, err
	}
	if delivered < s.delivered {
		s.mail.Delivered = unixMicro(delivered)
		err = a.deliveredEarlier(s.id, s.mail)
	}
	return true, err
}

// remove takes a mail out that is another's copy.
func (a *adder) remove(mail int64) error {
	var project sql.NullInt64
	var msgid string
	var chosen bool
	if _, err := a.row(`SELECT project, msgid, chosen FROM mail WHERE id = ?`, []any{mail}, &project, &msgid, &chosen); err != nil {
		return err
	}
	var p *track.Project
	if project.Valid {
		p = &track.Project{ID: project.Int64}
	}
	if chosen {
		if err := a.unchoose(p, mail); err != nil {
			return err
		}
	}
	if err := a.dropFrame(mail); err != nil {
		return err
	}
	if err := a.exec(`DELETE FROM mail WHERE id = ?`, mail); err != nil {
		return err
	}
	_, err := a.choose(p, msgid)
	return err
}
