// Package dbtest is a suite that every engine of package db must pass, and a small engine in memory, which other
// engines are compared with.
package dbtest

import (
	"context"
	"os"
	"reflect"
	"strings"
	"testing"

	"patchwatch/db"
	"patchwatch/db/engine"
	"patchwatch/track"
)

// Opener opens one database, any number of times at once, as several processes do.
type Opener func(ctx context.Context) (engine.Engine, error)

// Maker makes an empty database, with its files in an empty folder that is thrown away afterwards, and gives what opens
// it.
type Maker func(dir string) Opener

// Run runs the suite on databases of an engine: all methods of suite that are called Test.
func Run(t *testing.T, make Maker) {
	tests := reflect.ValueOf(suite{make})
	for i := range tests.NumMethod() {
		if name, ok := strings.CutPrefix(tests.Type().Method(i).Name, "Test"); ok {
			t.Run(name, tests.Method(i).Interface().(func(*testing.T)))
		}
	}
}

type suite struct{ make Maker }

// by takes all decisions here.
const by track.Actor = "the suite"

// tester is what *testing.T and *rapid.T have in common.
type tester interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// database makes an empty one. Its folder is in memory, where there is one: these tests ask what is stored, not whether
// it is on the disk, and most of their time would go by in waiting for that.
func (u suite) database(t tester) Opener {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "patchwatch-test-")
	if err != nil {
		dir, err = os.MkdirTemp("", "patchwatch-test-")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return u.make(dir)
}

// open makes a database and opens it.
func (u suite) open(t tester) *db.Store {
	t.Helper()
	return u.database(t).store(t)
}

// store opens the database, and closes it at the end of the test.
func (o Opener) store(t tester) *db.Store {
	t.Helper()
	s, err := db.New(context.Background(), o.engine(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// engine opens the database without a Store, so that something can be done to its rows.
func (o Opener) engine(t tester) engine.Engine {
	t.Helper()
	e, err := o(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// write changes rows behind a Store's back.
func (o Opener) write(t tester, f func(tx engine.Tx) error) {
	t.Helper()
	if err := o.engine(t).Write(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

// openConfigured is open, with two projects on two lists if they are to be configured.
func (u suite) openConfigured(t tester, configured bool) *db.Store {
	t.Helper()
	s := u.open(t)
	if !configured {
		return s
	}
	for _, name := range []string{"frob", "widget"} {
		p := track.Project{LinkName: name, ListID: name + ".lists.example.org",
			ListEmail: name + "@lists.example.org", Name: name}
		if _, err := s.AddProject(context.Background(), by, p, readJSON, nil); err != nil {
			t.Fatal(err)
		}
	}
	return s
}
