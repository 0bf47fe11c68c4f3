package db_test

import (
	"context"
	"testing"

	"patchwatch/db"
	"patchwatch/db/dbtest"
	"patchwatch/db/engine"
)

// What no engine shows: work in smaller parts than anybody asks for.

func inMemory(string) dbtest.Opener {
	m := dbtest.NewMemory()
	return func(context.Context) (engine.Engine, error) { return m.Again(), nil }
}

func TestOrderDoesNotMatter(t *testing.T) {
	dbtest.OrderDoesNotMatter(t, inMemory, func(ctx context.Context, s *db.Store) error { return s.RebuildBy(ctx, 1) })
}

func TestPutsInAnyOrder(t *testing.T) {
	dbtest.PutsInAnyOrder(t, inMemory, func(ctx context.Context, s *db.Store) error { return s.RebuildBy(ctx, 1) })
}

func TestDecidedInParts(t *testing.T) { dbtest.DecidedInParts(t, inMemory, db.FinishSome) }

func TestAnythingAfterAnything(t *testing.T) {
	dbtest.AnythingAfterAnything(t, inMemory, db.FinishSome)
}
