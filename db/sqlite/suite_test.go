package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"

	"patchwatch/db/dbtest"
	"patchwatch/db/engine"
	"patchwatch/db/sqlite"
)

// inFile makes a database whose name means something to SQLite's URIs.
func inFile(dir string) dbtest.Opener {
	path := filepath.Join(dir, "a?b#c%d e.db")
	return func(ctx context.Context) (engine.Engine, error) { return sqlite.OpenEngine(ctx, path) }
}

func TestSuite(t *testing.T) { dbtest.Run(t, inFile) }
