package postgres_test

import (
	"context"
	"os"
	"testing"

	"pgregory.net/rapid"

	"patchwatch/db/dbtest"
	"patchwatch/db/engine"
)

// Whatever rows are put into it, PostgreSQL gives the answers that an engine in memory gives, which has no indexes to
// choose and no statements to get wrong.
func TestSameAnswersAsMemory(t *testing.T) { sameAsMemory(t, dbtest.Same) }

// And the same pages of lists.
func TestSamePagesAsMemory(t *testing.T) { sameAsMemory(t, dbtest.SamePages) }

func sameAsMemory(t *testing.T, same func(t *rapid.T, a, b engine.Engine)) {
	on := wholeOnServer(t)
	rapid.Check(t, func(t *rapid.T) {
		e, err := onServerOnce(t, on)(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close()
		same(t, dbtest.NewMemory(), e)
	})
}

// Whatever is done to it, a database on a server says what one in memory says.
func TestSameAsMemory(t *testing.T) {
	on := wholeOnServer(t)
	rapid.Check(t, func(t *rapid.T) {
		m := dbtest.NewMemory()
		dbtest.Compare(t, func(context.Context) (engine.Engine, error) { return m.Again(), nil }, onServerOnce(t, on))
	})
}

// onServerOnce makes a database of its own for one check.
func onServerOnce(t *rapid.T, on dbtest.Maker) dbtest.Opener {
	dir, err := os.MkdirTemp("", "patchwatch-same-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return on(dir)
}
