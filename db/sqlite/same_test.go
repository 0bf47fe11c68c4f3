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

// A copy gives the same answers as the original, there and back, whatever the engines are.
func TestSameCopies(t *testing.T) {
	dir := dbtest.MemoryDir(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		var e [3]engine.Engine
		for i := range e {
			n++
			var err error
			if e[i], err = sqlite.OpenReversed(context.Background(), filepath.Join(dir, fmt.Sprint(n, ".db"))); err != nil {
				t.Fatal(err)
			}
			defer e[i].Close()
		}
		switch rapid.IntRange(0, 3).Draw(t, "engines") {
		case 0:
			e[0] = dbtest.NewMemory()
		case 1:
			e[1] = dbtest.NewMemory()
		case 2:
			e[0], e[2] = dbtest.NewMemory(), dbtest.NewMemory()
		}
		dbtest.SameCopy(t, e[0], e[1], e[2])
	})
}
