package town

import (
	"context"
	"fmt"
	"os"
	"sync/atomic"
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
	if os.Getenv(onServer) != "" {
		return openerOnServer(t)
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

var databases atomic.Int64

func openerOnServer(t testing.TB) (open func() *db.Store) {
	t.Helper()
	server, name := pgtest.Shared(t), fmt.Sprintf("town%d", databases.Add(1))
	if err := server.Exec("postgres", "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return func() *db.Store {
		s, err := postgres.Open(context.Background(), server.Name(name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
}
