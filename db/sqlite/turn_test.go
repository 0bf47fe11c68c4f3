package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"patchwatch/db/engine"
)

// ctx is never cancelled.
var ctx = context.Background()

// Somebody else holds the write lock: whoever waits for it ends with the context, nothing is written, and all goes on
// when the lock is free.
func TestWaitForTheLockIsCancelled(t *testing.T) {
	e := newEngine(t)
	mustStore(t, e, 1, 2)
	unlock := lockFile(t, e.path)
	wrote := func(tx engine.Tx) error { return tx.PutReading(7) }
	wantCancelled(t, "Write", func(ctx context.Context) error { return e.Write(ctx, wrote) })
	wantCancelled(t, "another's Write", func(ctx context.Context) error {
		other := &database{path: e.path, turn: newTurn(), writable: true}
		if err := other.openPatiently(ctx); err != nil {
			return err
		}
		defer other.Close()
		return other.Write(ctx, wrote)
	})
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	wantSound(t, e, 1)
	mustStore(t, e, 2, 3)
	write(t, e, func(tx engine.Tx) error {
		if reading, err := tx.Reading(); err != nil || reading != 0 {
			t.Errorf("what was given up was written: %d, %v", reading, err)
		}
		return nil
	})
	wantSound(t, e, 2)
}

// A new database is being made by another process, which holds all of it.
func TestWaitToOpenIsCancelled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	lockFile(t, path)
	wantCancelled(t, "Open", func(ctx context.Context) error {
		_, err := Open(ctx, path)
		return err
	})
}

// Another goroutine is in a transaction that takes its time.
func TestWaitForTheTurnIsCancelled(t *testing.T) {
	e := newEngine(t)
	in, out, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- e.Write(ctx, func(tx engine.Tx) error {
			close(in)
			<-out
			return tx.PutReading(7)
		})
	}()
	<-in
	wantCancelled(t, "Write", func(ctx context.Context) error {
		return e.Write(ctx,
			func(engine.Tx) error { return nil })
	})
	close(out)
	if err := <-done; err != nil {
		t.Error(err)
	}
	wantSound(t, e, 0)
}

// wantCancelled calls something that has to wait, and stops wanting it.
func wantCancelled(t *testing.T, name string, f func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	select {
	case err := <-done:
		t.Errorf("%s did not wait: %v", name, err)
		return
	case <-time.After(soon):
	}
	cancel()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	case <-time.After(10 * time.Second): // the lock stays held: what can't be cancelled never ends
		t.Fatalf("%s still waits", name)
	}
}

// lockFile takes a database's write lock, as another program.
func lockFile(t *testing.T, path string) (unlock func() error) {
	t.Helper()
	d := openSQLite(t, path)
	if _, err := d.Exec(`BEGIN IMMEDIATE`); err != nil {
		t.Fatal(err)
	}
	return func() error {
		_, err := d.Exec(`ROLLBACK`)
		return err
	}
}

// openSQLite is another program's connection.
func openSQLite(t *testing.T, path string) *sql.DB {
	t.Helper()
	d, err := sql.Open("sqlite3", dsn(path, ""))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	d.SetMaxOpenConns(1)
	return d
}
