package sqlite_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"patchwatch/db/dbtest"
	"patchwatch/db/engine"
	"patchwatch/db/sqlite"
)

// Whatever rows are put into it, SQLite gives the answers that an engine in memory gives, which has no indexes to
// choose and no statements to get wrong.
func TestSameAnswersAsMemory(t *testing.T) { sameAsMemory(t, dbtest.Same) }

// And the same pages of lists.
func TestSamePagesAsMemory(t *testing.T) { sameAsMemory(t, dbtest.SamePages) }

func sameAsMemory(t *testing.T, same func(t *rapid.T, a, b engine.Engine)) {
	dir := dbtest.MemoryDir(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		e, err := sqlite.OpenReversed(context.Background(), filepath.Join(dir, fmt.Sprint(n, ".db")))
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		same(t, dbtest.NewMemory(), e)
	})
}
