package db

import (
	"context"

	"patchwatch/db/internal/derive"
)

// RebuildBy is Rebuild with batches of at least so many mails: with 1 every part is by itself.
func (s *Store) RebuildBy(ctx context.Context, most int) error {
	return s.write(ctx, func(w *writing) error { return w.RebuildBy(ctx, s.engine.TempDir(), most, nil) })
}

// FinishSome does that many parts of so many mails each.
func FinishSome(ctx context.Context, s *Store, read derive.Reader, parts, size int) (left bool, err error) {
	p := &pace{store: s, size: size}
	for ; parts > 0; parts-- {
		if left, _, err = p.part(ctx, read, nil); err != nil || !left {
			return left, err
		}
	}
	return true, nil
}
