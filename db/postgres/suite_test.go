package postgres_test

import (
	"context"
	"os"
	"sync"
	"testing"

	"patchwatch/db"
	"patchwatch/db/dbtest"
	"patchwatch/db/engine"
	"patchwatch/db/postgres"
	"patchwatch/db/postgres/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// template is a database with nothing but the schema, of which others are copies: to make it takes longer.
var template sync.Once

func databases(t testing.TB) *pgtest.Databases {
	t.Helper()
	all.Server = pgtest.Shared(t)
	template.Do(func() {
		if err := all.Create(all.Template, "template1"); err != nil {
			t.Fatal(err)
		}
		e, err := postgres.OpenEngine(context.Background(), all.Name(all.Template))
		if err != nil {
			t.Fatal(err)
		}
		e.Close()
	})
	return all
}

var all = &pgtest.Databases{Template: "empty"}

// onServer makes a database of the server.
func onServer(t testing.TB) dbtest.Maker {
	d := databases(t)
	return func(dir string) dbtest.Opener {
		name, err := d.For(dir)
		return func(ctx context.Context) (engine.Engine, error) {
			if err != nil {
				return nil, err
			}
			return postgres.OpenEngine(ctx, name)
		}
	}
}

// storeOnServer is an empty database of the server, and its engine.
func storeOnServer(t testing.TB) (*db.Store, engine.Engine) {
	t.Helper()
	e, err := onServer(t)(t.TempDir())(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	s, err := db.New(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, e
}

func TestSuite(t *testing.T) { dbtest.Run(t, wholeOnServer(t)) }

// wholeOnServer is onServer for tests of all that an engine does.
func wholeOnServer(t *testing.T) dbtest.Maker {
	t.Helper()
	if os.Getenv("PATCHWATCH_POSTGRES") == "" {
		t.Skip("it takes minutes: make test-postgres")
	}
	return onServer(t)
}
