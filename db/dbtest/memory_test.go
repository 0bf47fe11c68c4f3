package dbtest_test

import (
	"context"
	"testing"

	"patchwatch/db/dbtest"
	"patchwatch/db/engine"
)

func TestMemory(t *testing.T) {
	dbtest.Run(t, func(string) dbtest.Opener {
		m := dbtest.NewMemory()
		return func(context.Context) (engine.Engine, error) { return m.Again(), nil }
	})
}
