package town

import (
	"context"
	"sync"
	"testing"

	"patchwatch/db"
	"patchwatch/db/dbtest"
	"patchwatch/db/engine"
	"patchwatch/db/postgres"
	"patchwatch/db/postgres/pgtest"
)

// Opener makes an empty database, which open opens, any number of times. It is in memory, or, as make test-postgres
// wants it, on a server that the tests of a package share: its TestMain calls pgtest.Main.
func Opener(t testing.TB) (open func() *db.Store) {
	t.Helper()
	engines := Engines(t)
	return func() *db.Store {
		s, err := db.New(context.Background(), engines())
		if err != nil {
			t.Fatal(err)
		}
		if OnServer() {
			t.Cleanup(func() { s.Close() })
		}
		return s
	}
}

// Engines is Opener for who asks the engine itself.
func Engines(t testing.TB) (open func() engine.Engine) {
	t.Helper()
	if !OnServer() {
		m := dbtest.NewMemory()
		return func() engine.Engine { return m.Again() }
	}
	name := pgtest.Database(t, "")
	return func() engine.Engine {
		e, err := postgres.OpenEngine(context.Background(), name)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
}

// OnServer tells whether tests are to use a PostgreSQL server.
func OnServer() bool { return pgtest.Wanted() }

// New makes a town in a database of its own, which reopen opens once more. On a server that is a copy of one that was
// built before: it takes a tenth of the time, and tests make hundreds.
func New(t testing.TB) (town *Town, reopen func() *db.Store) {
	t.Helper()
	if !OnServer() {
		reopen = Opener(t)
		return Build(t, reopen()), reopen
	}
	first.once.Do(func() { first.town = buildFirst(t) })
	if first.town == nil {
		t.Fatal("the first town was not built: another test says why")
	}
	reopen = openTown(t)
	town = first.town.Over(reopen())
	town.tb = t
	return town, reopen
}

// The databases of towns on a server are copies of the first one.
var (
	towns = &pgtest.Databases{Template: "first"}

	first struct {
		once sync.Once
		town *Town
	}
)

// buildFirst leaves the town's database to nobody: one that is open can't be copied.
func buildFirst(t testing.TB) *Town {
	t.Helper()
	server := pgtest.Shared(t)
	if err := server.Create(towns.Template, "template1"); err != nil {
		t.Fatal(err)
	}
	s, err := postgres.Open(context.Background(), server.Name(towns.Template))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return Build(t, s)
}

func openTown(t testing.TB) (open func() *db.Store) {
	t.Helper()
	server := pgtest.Shared(t)
	name, err := towns.On(server, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return func() *db.Store {
		s, err := postgres.Open(context.Background(), name)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
}
