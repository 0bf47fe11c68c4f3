package db

import (
	"context"
	"database/sql"
	"math/rand/v2"
)

// A decision about projects or rules can concern every stored mail. It is committed at once and alone, with a row of
// unfinished that says what is left to do. From then on new mail is taken in by the decision. The stored mails follow
// in parts, each in a short transaction, so that watchers go on in between.
//
// What comes in between does not matter: a part routes its mails by the projects as they are at that moment, so it leaves the
// same when it is done twice, or after one more decision. If a process is killed, the next Finish does the rest.

// work is a row of unfinished.
type work struct {
	id         int64
	project    sql.NullInt64 // whose patches are to be decided about; not valid: all mails are to be routed
	done, last int64
}

const workColumns = `id, project, done, last`

func (j *work) fields() []any { return []any{&j.id, &j.project, &j.done, &j.last} }

// leaveRouting notes that every mail stored so far is to be routed anew. What an earlier decision left is part of that.
func (w *writer) leaveRouting() error {
	if err := w.exec(`DELETE FROM unfinished WHERE project IS NULL`); err != nil {
		return err
	}
	return w.exec(`INSERT INTO unfinished (id, project, done, last) SELECT ?, NULL, 0, max(id) FROM mail HAVING max(id) > 0`, rand.Int64())
}

// leaveDeciding notes that the patches of a project may begin with another state or delegate than before.
func (w *writer) leaveDeciding(project int64) error {
	if err := w.exec(`DELETE FROM unfinished WHERE project = ?`, project); err != nil {
		return err
	}
	return w.exec(`
		INSERT INTO unfinished (id, project, done, last) SELECT ?1, ?2, 0, max(id) FROM mail
		WHERE EXISTS (SELECT 1 FROM patch WHERE project = ?2) HAVING max(id) > 0`, rand.Int64(), project)
}

// Unfinished tells how many mails are still to be looked at because projects or rules were changed.
func (s *Store) Unfinished(ctx context.Context) (mails int, err error) {
	r, err := s.reader(ctx)
	if err != nil {
		return 0, err
	}
	defer r.done()
	err = r.QueryRowContext(ctx, unfinishedQuery).Scan(&mails)
	return mails, explain(err)
}

const unfinishedQuery = `SELECT coalesce(sum(last - done), 0) FROM unfinished`

// checkUnfinished is false while a change of projects is not finished: until then no derived row can be proved right.
func (k *checker) checkUnfinished(ctx context.Context) (finished bool, err error) {
	var left int
	if err := k.own.QueryRowContext(ctx, unfinishedQuery).Scan(&left); err != nil || left == 0 {
		return err == nil, err
	}
	k.found.Fault("let a watcher go on with it, or run patchwatch rebuild",
		"projects or rules were changed, and %d mails have not followed yet", left)
	return false, nil
}

// Finish does what changes of projects and rules left to do, and returns how many mails it routed differently than before.
// Several processes may call it at once, and each may be ended at any moment.
func (s *Store) Finish(ctx context.Context, read Reader, progress Progress) (moved int, err error) {
	p := &pace{store: s, size: rereadBatch}
	for left := true; left && err == nil; {
		var n int
		left, n, err = p.part(ctx, read, progress)
		moved += n
	}
	return moved, err
}

// part does some of what is left; left is false if nothing was.
func (p *pace) part(ctx context.Context, read Reader, progress Progress) (left bool, moved int, err error) {
	var j work
	err = p.write(ctx, func(w *writer) error {
		left, err = w.row(`SELECT `+workColumns+` FROM unfinished ORDER BY project IS NOT NULL, id LIMIT 1`, nil, j.fields()...)
		return err
	})
	if err != nil || !left {
		return false, 0, err
	}
	progress.tell(int(j.done), int(j.last))
	if j.project.Valid {
		return true, 0, p.decidePart(ctx, j)
	}
	moved, err = p.routePart(ctx, j, read)
	return true, moved, err
}

// advance notes how far a work has come. ours is false if another process did it, or a later decision began it anew.
func (w *writer) advance(j *work, to int64) (ours bool, err error) {
	query, args := `UPDATE unfinished SET done = ? WHERE id = ? AND done = ?`, []any{to, j.id, j.done}
	if to >= j.last {
		query, args = `DELETE FROM unfinished WHERE id = ? AND done = ?`, args[1:]
	}
	res, err := w.run(query, args...)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	j.done = to
	return n == 1, err
}

// routePart reads some mails anew, outside of any transaction, and then moves those that belong elsewhere now.
func (p *pace) routePart(ctx context.Context, j work, read Reader) (moved int, err error) {
	var batch []*stored
	var w *writer
	err = p.write(ctx, func(writer *writer) error {
		w = writer
		batch, err = w.storedAfter(j.done)
		return err
	})
	if err != nil {
		return 0, err
	}
	if len(batch) == 0 {
		return 0, p.write(ctx, func(w *writer) error { _, err := w.advance(&j, j.last); return err })
	}
	w.readAll(batch, read) // uses only the writer's dictionaries
	for ours := true; ours && len(batch) > 0; {
		var done, differ int
		if err := p.write(ctx, func(w *writer) error {
			done, differ, err = w.rerouteSome(batch[:min(len(batch), p.size)], p.enough)
			if err == nil {
				ours, err = w.advance(&j, batch[done-1].id)
			}
			return err
		}); err != nil {
			return moved, err
		}
		moved += differ
		batch = batch[done:]
	}
	return moved, nil
}

// rerouteSome routes mails by the projects of today: at least one, and more until it is enough.
func (w *writer) rerouteSome(batch []*stored, enough func() bool) (done, differ int, err error) {
	a, err := newAdder(w, w.readRouting)
	if err != nil {
		return 0, 0, err
	}
	for done < len(batch) && (done == 0 || !enough()) {
		m := batch[done]
		done++
		if m.mail == nil {
			continue // it can't be read any more, and keeps its facts
		}
		differs, err := a.refresh(m)
		if err != nil {
			return done, differ, err
		}
		if differs {
			differ++
		}
	}
	return done, differ, a.derive()
}

// decidePart decides anew with which state and delegate some patches of a project begin.
func (p *pace) decidePart(ctx context.Context, j work) error {
	return p.write(ctx, func(w *writer) error {
		a, err := newAdder(w, w.readRouting)
		if err != nil {
			return err
		}
		last, ours := j.last, []int64{}
		found := 0
		err = w.each(`SELECT mail, project FROM patch WHERE mail > ? AND mail <= ? ORDER BY mail LIMIT ?`, []any{j.done, j.last, 4 * p.size},
			func(scan func(...any) error) error {
				var mail, project int64
				err := scan(&mail, &project)
				if project == j.project.Int64 {
					ours = append(ours, mail)
				}
				last = mail
				found++
				return err
			})
		if err != nil {
			return err
		}
		if found < 4*p.size {
			last = j.last
		}
		d := &deriver{writer: w, project: j.project.Int64, settings: a.settings(j.project.Int64)}
		for i, mail := range ours {
			if i > 0 && p.enough() {
				last = ours[i-1]
				break
			}
			if err := d.decideAnew(mail); err != nil {
				return err
			}
		}
		_, err = w.advance(&j, last)
		return err
	})
}
