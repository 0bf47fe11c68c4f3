package sqlite

import (
	"context"

	"patchwatch/db"
)

// OpenEngine is Open without a Store.
func OpenEngine(ctx context.Context, path string) (db.Engine, error) {
	e := &engine{path: path, turn: newTurn(), writable: true}
	if err := e.openPatiently(ctx); err != nil {
		e.Close()
		return nil, err
	}
	return e, nil
}
