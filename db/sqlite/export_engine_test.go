package sqlite

import (
	"context"

	"patchwatch/db/engine"
)

// OpenReversed is OpenEngine for a writer that gets rows whose order is not asked for from behind. Those who only read
// get them as usual.
func OpenReversed(ctx context.Context, path string) (engine.Engine, error) {
	e, err := OpenEngine(ctx, path)
	if err != nil {
		return nil, err
	}
	return e, e.(*database).reverse()
}

// OpenNaming is OpenReversed where names are read again each time that they changed, or where none are kept.
func OpenNaming(ctx context.Context, path string, kept bool) (engine.Engine, error) {
	e, err := OpenReversed(ctx, path)
	if err != nil {
		return nil, err
	}
	r := e.(*database).readers.Load()
	if r.names.patience = 0; !kept {
		r.names.patience = -1
	}
	return e, nil
}

// reverse has an order that a question lacks be missed, though SQLite usually gives rows in the order of their numbers.
func (e *database) reverse() error { return e.writer.script("PRAGMA reverse_unordered_selects = ON") }
