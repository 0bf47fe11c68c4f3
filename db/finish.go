package db

import (
	"context"
	"math/rand/v2"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/db/internal/derive"
)

// A decision about projects or rules can concern every stored mail. It is committed at once and alone, with a Work that
// says what is left to do. From then on new mail is taken in by the decision. The stored mails follow in parts, each in
// a short transaction, so that watchers go on in between.
//
// What comes in between does not matter: a part routes its mails by the projects as they are at that moment, so it
// leaves the same when it is done twice, or after one more decision. If a process is killed, the next Finish does the
// rest.

// leaveRouting notes that every mail stored so far is to be routed anew. What an earlier decision left is part of that.
func (w *writing) leaveRouting() error { return w.leave(0) }

// leaveDeciding notes that the patches of a project may begin with another state or delegate than before.
func (w *writing) leaveDeciding(project int64) error { return w.leave(project) }

func (w *writing) leave(project int64) error {
	works, err := w.Tx.Works()
	if err != nil {
		return err
	}
	last, err := w.Tx.LastMail()
	if err != nil {
		return err
	}
	works = slices.DeleteFunc(works, func(j engine.Work) bool { return j.Project == project })
	if last > 0 {
		works = append(works, engine.Work{ID: rand.Int64(), Project: project, Last: last})
	}
	return w.Tx.PutWorks(works)
}

// Unfinished tells how many mails are still to be looked at because projects or rules were changed.
func (s *Store) Unfinished(ctx context.Context) (mails int, err error) {
	err = s.view(ctx, func(v engine.View) error {
		works, err := v.Works()
		mails = leftToDo(works)
		return err
	})
	return mails, err
}

func leftToDo(works []engine.Work) (mails int) {
	for _, j := range works {
		mails += int(j.Last - j.Done)
	}
	return mails
}

// Finish does what changes of projects and rules left to do, and returns how many mails it routed differently than
// before. Several processes may call it at once, and each may be ended at any moment.
func (s *Store) Finish(ctx context.Context, read derive.Reader, progress derive.Progress) (moved int, err error) {
	p := &pace{store: s, size: derive.RereadBatch}
	for left := true; left && err == nil; {
		var n int
		left, n, err = p.part(ctx, read, progress)
		moved += n
	}
	return moved, err
}

// part does some of what is left; left is false if nothing was.
func (p *pace) part(
	ctx context.Context, read derive.Reader, progress derive.Progress,
) (left bool, moved int, err error) {
	var works []engine.Work
	if err := p.write(ctx, func(w *writing) error {
		works, err = w.Tx.Works()
		return err
	}); err != nil || len(works) == 0 {
		return false, 0, err
	}
	j := works[0]
	progress.Tell(int(j.Done), int(j.Last))
	if j.Project != 0 {
		return true, 0, p.decidePart(ctx, j)
	}
	moved, err = p.routePart(ctx, j, read)
	return true, moved, err
}

// advance notes how far a work has come. ours is false if another process did it, or a later decision began it anew.
func (w *writing) advance(j *engine.Work, to int64) (ours bool, err error) {
	works, err := w.Tx.Works()
	if err != nil {
		return false, err
	}
	at := slices.Index(works, *j)
	if at < 0 {
		return false, nil
	}
	j.Done = to
	if to >= j.Last {
		works = slices.Delete(works, at, at+1)
	} else {
		works[at] = *j
	}
	return true, w.Tx.PutWorks(works)
}

// routePart reads some mails anew, outside of any transaction, and then moves those that belong elsewhere now.
func (p *pace) routePart(ctx context.Context, j engine.Work, read derive.Reader) (moved int, err error) {
	var batch []*derive.Stored
	if err := p.write(ctx, func(w *writing) error {
		batch, err = derive.StoredAfter(w.Tx, j.Done)
		return err
	}); err != nil {
		return 0, err
	}
	if len(batch) == 0 {
		return 0, p.write(ctx, func(w *writing) error { _, err := w.advance(&j, j.Last); return err })
	}
	derive.ReadAll(p.store.frames, batch, read)
	for ours := true; ours && len(batch) > 0; {
		var done, differ int
		before := j
		if err := p.write(ctx, func(w *writing) error {
			j = before
			done, differ, err = w.RerouteSome(batch[:min(len(batch), p.size)], p.enough)
			if err == nil {
				ours, err = w.advance(&j, batch[done-1].Id)
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

// decidePart decides anew with which state and delegate some patches of a project begin, and into which series people
// put them.
func (p *pace) decidePart(ctx context.Context, j engine.Work) error {
	return p.write(ctx, func(w *writing) error {
		r, err := w.ReadRouting()
		if err != nil {
			return err
		}
		a := derive.NewAdder(w.Writing, r)
		for done := j.Done; ; {
			keys, err := w.Tx.After(done, derive.RerouteStep*4)
			if err != nil {
				return err
			}
			if done = j.Last; len(keys) > 0 {
				done = keys[len(keys)-1].ID
			}
			var ids []int64
			for _, k := range keys {
				ids = append(ids, k.ID)
			}
			if err := a.DecideAnew(j.Project, ids); err != nil {
				return err
			}
			if done >= j.Last || p.enough() {
				if err := a.Derive(); err != nil {
					return err
				}
				_, err = w.advance(&j, done)
				return err
			}
		}
	})
}
