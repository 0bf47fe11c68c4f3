package sqlite

import (
	"context"

	"patchwatch/db/engine"
)

// OpenEngine is Open without a Store.
func OpenEngine(ctx context.Context, path string) (engine.Engine, error) {
	e := &database{path: path, turn: newTurn(), writable: true}
	if err := e.openPatiently(ctx); err != nil {
		e.Close()
		return nil, err
	}
	return e, nil
}
