package derive

import "context"

// Reread compares what each mail says today with its row, and changes the row where they differ. Derived rows are left
// to the caller, but for those of mails that are something else now, or elsewhere: once another mail stands for a name,
// nobody could say any more what was there before, and what is new would not be told, or what is not.
func (w *Writing) Reread(ctx context.Context, read Reader, progress Progress) (changed, unread int, err error) {
	r, err := w.ReadRouting()
	if err != nil {
		return 0, 0, err
	}
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
		a := NewAdder(w, r)
		differ, err := a.refresh(batch)
		if err != nil {
			return changed, unread, err
		}
		changed += differ
		if a.moved {
			if err := a.Derive(); err != nil {
				return changed, unread, err
			}
		}
		last = batch[len(batch)-1].Id
		done += len(batch)
		progress.Tell(done, counts.Mails)
	}
}
