package db

import (
	"context"
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
