package db

import "context"

// RebuildBy is Rebuild with batches of at least so many mails: with 1 every part is by itself.
func (s *Store) RebuildBy(ctx context.Context, most int) error {
	return s.write(ctx, func(w *writer) error { return w.rebuildBy(ctx, most, nil) })
}
