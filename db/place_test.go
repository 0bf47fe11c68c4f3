package db_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"patchwatch/db"
)

// The file under an open database is deleted, replaced, or loses its log: no mail may be taken for stored in a file that
// nobody can find, and when there is a database again all goes on in it.
func TestDatabaseIsReplaced(t *testing.T) {
	ctx := context.Background()
	one := []db.Delivery{asJSON(made("1@x", 0, "one"))}
	two := []db.Delivery{asJSON(made("2@x", 0, "two"))}
	for _, tt := range []struct {
		name string
		harm func(t *testing.T, path string)
		err  error
		mend func(t *testing.T, path string)
		want int // mails in the database in the end
	}{
		{"deleted and moved back", func(t *testing.T, path string) { rename(t, path, path+".away") }, db.ErrNotExist,
			func(t *testing.T, path string) { rename(t, path+".away", path) }, 2},
		{"replaced by a backup", func(t *testing.T, path string) { rename(t, path+".backup", path) }, db.ErrReplaced, nil, 2},
		{"deleted and restored", func(t *testing.T, path string) { remove(t, path) }, db.ErrNotExist,
			func(t *testing.T, path string) { rename(t, path+".backup", path) }, 2},
		{"its log is removed", func(t *testing.T, path string) { remove(t, path+"-wal") }, db.ErrReplaced, nil, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.db")
			s, err := db.Open(ctx, path)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if _, err := s.Add(ctx, one); err != nil {
				t.Fatal(err)
			}
			if err := s.Backup(ctx, path+".backup"); err != nil {
				t.Fatal(err)
			}
			tt.harm(t, path)
			if _, err := s.Add(ctx, two); !errors.Is(err, tt.err) {
				t.Fatalf("stored where nobody finds it: %v", err)
			}
			if tt.mend != nil {
				tt.mend(t, path)
			}
			for range 2 { // where the file is another, once more to be told of it
				if _, err = s.Add(ctx, two); err == nil {
					break
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := len(records(t, s, "mail")); got != tt.want {
				t.Errorf("%d mails, want %d", got, tt.want)
			}
			check(t, s)
		})
	}
}

// What replaced the database is none: each try says so, until there is one again.
func TestDatabaseIsReplacedByAnother(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "x.db")
	s, err := db.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Backup(ctx, path+".backup"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".text", []byte("not a database, but long enough to be looked at"), 0o600); err != nil {
		t.Fatal(err)
	}
	rename(t, path+".text", path)
	one := []db.Delivery{asJSON(made("1@x", 0, "one"))}
	for range 3 {
		if _, err := s.Add(ctx, one); err == nil {
			t.Fatal("a mail was stored in a text")
		}
	}
	rename(t, path+".backup", path)
	if _, err := s.Add(ctx, one); err != nil {
		t.Fatal(err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}
