package dbtest_test

import (
	"context"
	"testing"

	"patchwatch/db"
	"patchwatch/db/dbtest"
)

func TestMemory(t *testing.T) {
	dbtest.Run(t, func(string) dbtest.Opener {
		m := dbtest.NewMemory()
		return func(context.Context) (db.Engine, error) { return m.Again(), nil }
	})
}
