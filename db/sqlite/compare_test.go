package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"patchwatch/db/dbtest"
	"patchwatch/db/engine"
	"patchwatch/db/sqlite"
)

// Whatever is done to it, a database in SQLite says what one in memory says.
func TestSameAsMemory(t *testing.T) {
	dir := dbtest.MemoryDir(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		own := filepath.Join(dir, fmt.Sprint(n))
		if err := os.Mkdir(own, 0o700); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.RemoveAll(own) })
		m := dbtest.NewMemory()
		kept := rapid.IntRange(0, 3).Draw(t, "names are kept") > 0
		dbtest.Compare(t, func(context.Context) (engine.Engine, error) { return m.Again(), nil },
			func(ctx context.Context) (engine.Engine, error) {
				return sqlite.OpenNaming(ctx, filepath.Join(own, "x.db"), kept)
			})
	})
}
