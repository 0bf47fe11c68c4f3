package db

import (
	"context"

	"patchwatch/db/internal/derive"
)

// Reread reads every stored mail anew, as after a better parser was installed, routes it by the projects of today, and
// rebuilds. It returns how many mails say something else than before, and how many could not be read: these keep the
// facts that they had.
func (s *Store) Reread(
	ctx context.Context, read derive.Reader, progress derive.Progress,
) (changed, unread int, err error) {
	err = s.write(ctx, func(w *writing) error {
		if changed, unread, err = w.Reread(ctx, read, progress); err != nil {
			return err
		}
		if unread == 0 {
			if err := s.allRead(w); err != nil {
				return err
			}
		}
		if err := w.Tx.PutWorks(nil); err != nil {
			return err
		}
		return w.Rebuild(ctx, s.engine.TempDir(), progress)
	})
	return changed, unread, err
}

// Rebuild makes all derived rows anew from the facts and the decisions, in one transaction, and writes those that
// differ. Readers are told of these. Ended before it is done, it changes nothing.
func (s *Store) Rebuild(ctx context.Context, progress derive.Progress) error {
	return s.write(ctx, func(w *writing) error { return w.Rebuild(ctx, s.engine.TempDir(), progress) })
}
