package db

import "context"

// Reread reads every stored mail anew, as after a better parser was installed, routes it by the projects of today, and
// rebuilds. It returns how many mails say something else than before, and how many could not be read: these keep the
// facts that they had.
func (s *Store) Reread(ctx context.Context, read Reader, progress Progress) (changed, unread int, err error) {
	err = s.write(ctx, func(w *writing) error {
		if changed, unread, err = w.reread(ctx, read, progress); err != nil {
			return err
		}
		if unread == 0 {
			if err := w.allRead(); err != nil {
				return err
			}
		}
		if err := w.PutWorks(nil); err != nil {
			return err
		}
		return w.rebuild(ctx, progress)
	})
	return changed, unread, err
}

// reread compares what each mail says today with its row, and changes the row where they differ. Derived rows are left to
// the caller.
func (w *writing) reread(ctx context.Context, read Reader, progress Progress) (changed, unread int, err error) {
	r, err := w.readRouting()
	if err != nil {
		return 0, 0, err
	}
	a := newAdder(w, r)
	counts, err := w.Counts()
	if err != nil {
		return 0, 0, err
	}
	for last, done := int64(0), 0; ; {
		batch, err := storedAfter(w, last)
		if err != nil || len(batch) == 0 {
			return changed, unread, err
		}
		if err := ctx.Err(); err != nil {
			return changed, unread, err
		}
		w.store.frames.readAll(batch, read)
		for _, m := range batch {
			if m.mail == nil {
				unread++
			}
		}
		differ, err := a.refresh(batch)
		if err != nil {
			return changed, unread, err
		}
		changed += differ
		clear(a.changes) // the caller derives all anew
		last = batch[len(batch)-1].id
		done += len(batch)
		progress.tell(done, counts.Mails)
	}
}
