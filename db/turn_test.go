package db_test

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"patchwatch/db"
)

// soon is long enough to see that something waits.
const soon = 200 * time.Millisecond

// Somebody else holds the write lock: whoever waits for it ends with the context, nothing is written, and all goes on when
// the lock is free.
func TestWaitForTheLockIsCancelled(t *testing.T) {
	s := open(t)
	add(t, s, made("1@x", 0, "one"))
	unlock := lockFile(t, s.Path())
	for name, write := range map[string]func(ctx context.Context) error{
		"Add": func(ctx context.Context) error {
			_, err := s.Add(ctx, []db.Delivery{asJSON(made("2@x", 0, "two"))})
			return err
		},
		"SetState": func(ctx context.Context) error { return s.SetState(ctx, []int64{1}, "accepted") },
		"Open another": func(ctx context.Context) error {
			other, err := db.Open(ctx, s.Path())
			if err != nil {
				return err
			}
			defer other.Close()
			return other.SetState(ctx, []int64{1}, "accepted")
		},
	} {
		wantCancelled(t, name, write)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if got := len(records(t, s, "mail")); got != 1 {
		t.Errorf("%d mails are stored", got)
	}
	add(t, s, made("2@x", 0, "two"))
	check(t, s)
}

// A new database is being made by another process, which holds all of it.
func TestWaitToOpenIsCancelled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	lockFile(t, path)
	wantCancelled(t, "Open", func(ctx context.Context) error {
		_, err := db.Open(ctx, path)
		return err
	})
}

// Another goroutine is in a transaction that takes its time.
func TestWaitForTheTurnIsCancelled(t *testing.T) {
	s := open(t)
	in, out := make(chan struct{}), make(chan struct{})
	s.OnStep(func(step string) {
		if step == db.Steps()[0] {
			close(in)
			<-out
		}
	})
	done := make(chan error)
	go func() {
		_, err := s.Add(context.Background(), []db.Delivery{asJSON(made("1@x", 0, "one"))})
		done <- err
	}()
	<-in
	wantCancelled(t, "SetState", func(ctx context.Context) error { return s.SetState(ctx, []int64{1}, "accepted") })
	close(out)
	if err := <-done; err != nil {
		t.Error(err)
	}
	check(t, s)
}

// wantCancelled calls something that has to wait, and stops wanting it.
func wantCancelled(t *testing.T, name string, f func(ctx context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
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
	d, err := sql.Open("sqlite3", (&url.URL{Scheme: "file", Path: path}).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	d.SetMaxOpenConns(1)
	return d
}
