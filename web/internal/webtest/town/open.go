package town

import (
	"context"
	"os"
	"sync"
	"testing"

	"patchwatch/db"
	"patchwatch/db/dbtest"
	"patchwatch/db/postgres"
	"patchwatch/db/postgres/pgtest"
)

// onServer is the variable that has tests use a PostgreSQL server in place of memory.
const onServer = "PATCHWATCH_TEST_POSTGRES"

// Opener makes an empty database, which open opens, any number of times. It is in memory, or, as make test-postgres
// wants it, on a server that the tests of a package share: its TestMain calls pgtest.Main.
func Opener(t testing.TB) (open func() *db.Store) {
	t.Helper()
	if OnServer() {
		return openerOf(t, empty)
	}
	m := dbtest.NewMemory()
	return func() *db.Store {
		s, err := db.New(context.Background(), m.Again())
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

// OnServer tells whether tests are to use a PostgreSQL server.
func OnServer() bool { return os.Getenv(onServer) != "" }

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
	reopen = openerOf(t, towns)
	town = first.town.Over(reopen())
	town.tb = t
	return town, reopen
}

// The databases on a server are copies of one that has nothing, or of the first town.
var (
	empty = &pgtest.Databases{Template: "template1"}
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
	if err := server.Exec("postgres", "CREATE DATABASE "+towns.Template); err != nil {
		t.Fatal(err)
	}
	s, err := postgres.Open(context.Background(), server.Name(towns.Template))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return Build(t, s)
}

func openerOf(t testing.TB, of *pgtest.Databases) (open func() *db.Store) {
	t.Helper()
	server := pgtest.Shared(t)
	name, err := of.On(server, t.TempDir())
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
