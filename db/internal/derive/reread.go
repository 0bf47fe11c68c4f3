package derive

import "context"

// Reread compares what each mail says today with its row, and changes the row where they differ. Derived rows are left
// to the caller.
func (w *Writing) Reread(ctx context.Context, read Reader, progress Progress) (changed, unread int, err error) {
	r, err := w.ReadRouting()
	if err != nil {
		return 0, 0, err
	}
	a := NewAdder(w, r)
	counts, err := w.Tx.Counts()
	if err != nil {
		return 0, 0, err
	}
	for last, done := int64(0), 0; ; {
		batch, err := StoredAfter(w.Tx, last)
		if err != nil || len(batch) == 0 {
			return changed, unread, err
		}
		if err := ctx.Err(); err != nil {
			return changed, unread, err
		}
		ReadAll(w.Codec, batch, read)
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
		last = batch[len(batch)-1].Id
		done += len(batch)
		progress.Tell(done, counts.Mails)
	}
}
