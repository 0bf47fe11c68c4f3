package db

import (
	"context"
	"database/sql"
	"path/filepath"
	"runtime"
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

// Rebuild drops all derived rows and makes them anew from the facts and the decisions, in one transaction. Ended before it
// is done, it changes nothing.
func (s *Store) Rebuild(ctx context.Context, progress Progress) error {
	return s.write(ctx, func(w *writer) error { return w.rebuild(ctx, progress) })
}

func (w *writer) rebuild(ctx context.Context, progress Progress) error {
	return w.rebuildBy(ctx, batchMails, progress)
}

func (w *writer) rebuildBy(ctx context.Context, most int, progress Progress) error {
	for _, table := range []string{"ref", "series", "patch", "cover", "reply", "person"} {
		if err := w.exec(`DELETE FROM ` + table); err != nil {
			return err
		}
	}
	var total, done int
	if _, err := w.row(`SELECT count(*) FROM mail WHERE project IS NOT NULL AND chosen`, nil, &total); err != nil {
		return err
	}
	r, err := w.newRebuilder()
	if err != nil {
		return err
	}
	// What does not fit into memory is sorted beside the database: there must be room for it anyhow.
	var file string
	if _, err := w.row(`SELECT file FROM pragma_database_list WHERE name = 'main'`, nil, &file); err != nil {
		return err
	}
	p, err := w.findParts(ctx, filepath.Dir(file), total)
	if err != nil {
		return err
	}
	if err := p.eachBatch(most, func(project int64, mails []int64) error {
		done += len(mails)
		progress.tell(done, total)
		return r.derive(project, mails)
	}); err != nil {
		return err
	}
	return w.rebuildPeople()
}

// rebuilder derives what mails are, some parts of a project at a time, with no derived rows there but those of parts before.
type rebuilder struct {
	*writer
	projects map[int64]*track.Project
}

func (w *writer) newRebuilder() (*rebuilder, error) {
	projects, err := w.everyProject()
	r := &rebuilder{w, map[int64]*track.Project{}}
	for i := range projects {
		r.projects[projects[i].ID] = &projects[i]
	}
	return r, err
}

func (r *rebuilder) derive(project int64, mails []int64) error {
	n := newNeighbourhood(r.writer, project)
	if err := n.load(mails); err != nil {
		return err
	}
	items := make([]track.Item, 0, len(n.byID))
	singles := map[string]*row{}
	for id, m := range n.byID {
		items = append(items, m.Item)
		if m.Kind == track.Patch && !m.Member() {
			singles[id] = m
		}
		if isTalk(m) {
			n.talk[id] = m
		}
	}
	threads := track.Assemble(items, n.settled)
	if n.err != nil {
		return n.err
	}
	settings := r.projects[project]
	if settings == nil {
		settings = &track.Project{ID: project}
	}
	d := &deriver{writer: r.writer, project: project, settings: settings, fetch: n.fetch, old: map[int64]bool{}}
	if err := d.writeSeries(threads.Series); err != nil {
		return err
	}
	if err := d.writeStrays(singles); err != nil {
		return err
	}
	return d.writeReplies(n.talk, threads.Parents, allClean(n.talk))
}

// load reads mails of which nothing is derived yet.
func (n *neighbourhood) load(mails []int64) error {
	_, err := n.rows(`SELECT `+freshColumns+` FROM json_each(?) j CROSS JOIN mail m WHERE m.id = j.value`, list(mails))
	return err
}

// Reread reads every stored mail anew, as after a better parser was installed, routes it by the projects of today, and
// rebuilds. It returns how many mails say something else than before, and how many could not be read: these keep the
// facts that they had.
func (s *Store) Reread(ctx context.Context, read Reader, progress Progress) (changed, unread int, err error) {
	err = s.write(ctx, func(w *writer) error {
		if changed, unread, err = w.reread(ctx, read, progress); err != nil {
			return err
		}
		if unread == 0 {
			if err := s.allRead(w); err != nil {
				return err
			}
		}
		if err := w.exec(`DELETE FROM unfinished`); err != nil {
			return err
		}
		return w.rebuild(ctx, progress)
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
func (w *writer) reread(ctx context.Context, read Reader, progress Progress) (changed, unread int, err error) {
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
		if err := ctx.Err(); err != nil {
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
		clear(a.changes) // the caller derives all anew
		last = batch[len(batch)-1].id
		done += len(batch)
		progress.tell(done, total)
	}
}

// storedAfter reads the next mails, as many as may be held at once.
func (w *writer) storedAfter(id int64) (batch []*stored, err error) {
	err = w.each(`SELECT id, delivered FROM mail WHERE id > ? ORDER BY id LIMIT ?`, []any{id, rereadBatch}, func(scan func(...any) error) error {
		m := &stored{}
		batch = append(batch, m)
		return scan(&m.id, &m.delivered)
	})
	for i, held := 0, 0; err == nil && i < len(batch); i++ {
		var f framing
		f, err = w.framing(batch[i].id)
		batch[i].frame = f.frame()
		if held += f.size(); held > batchBytes {
			return batch[:i+1], err
		}
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
	refs, content_sha, diff_sha, hash, pull_url, state, more, title, sent, imported_as`

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
	var list string
	there, err = a.row(`SELECT delivered, coalesce(imported_as, '') FROM mail WHERE id = ?`, []any{s.id}, &s.delivered, &list)
	if err != nil || !there {
		return false, err
	}
	s.mail.Delivered = unixMicro(s.delivered)
	s.mail.ImportedToo(list)
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
