package db

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// The file goes while a transaction runs: its commit succeeds, and still nothing may be taken for stored.
func TestDatabaseGoesDuringATransaction(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "x.db")
	s, err := Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.write(ctx, func(w *writer) error {
		if err := os.Remove(path); err != nil {
			return err
		}
		return w.exec(`INSERT INTO person (email, name) VALUES ('a@x.org', 'A')`)
	})
	if !errors.Is(err, ErrNotExist) {
		t.Errorf("it was taken for stored: %v", err)
	}
}

// The file is replaced in the moment between SQLite's opening it and our looking which one it is: it is opened again, and
// nothing is stored in the one that has lost its name.
func TestDatabaseIsReplacedWhileItIsOpened(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "x.db")
	for _, file := range []string{path, path + ".next"} {
		s, err := Open(ctx, file)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s := &Store{path: path, turn: newTurn(), writable: true, step: func(step string) {
		if step == stepOpened {
			os.Rename(path+".next", path) // once: then it is gone
		}
	}}
	if err := s.openPatiently(ctx); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Watch(ctx, []string{"/a"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	d, err := sql.Open("sqlite3", dsn(path, "immutable=1")) // the file alone: a log beside it may be another's
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var watched int
	if err := d.QueryRow(`SELECT count(*) FROM maildir`).Scan(&watched); err != nil || watched != 1 {
		t.Errorf("what was stored is not in the file of that name: %d, %v", watched, err)
	}
}
