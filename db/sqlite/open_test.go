package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"patchwatch/db"
	"patchwatch/db/engine"
)

// behind runs SQL on a file behind the engine's back.
func behind(t *testing.T, path, statements string) {
	t.Helper()
	h, err := sql.Open("sqlite3", dsn(path, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	if _, err := h.Exec(statements); err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(t *testing.T, path string)
		want []string // in the message
	}{
		{"a newer database", func(t *testing.T, path string) {
			if err := engineAt(t, path).Close(); err != nil {
				t.Fatal(err)
			}
			behind(t, path, `PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)`)
		}, []string{"newer patchwatch", "99", "1"}},
		{"another program's database", func(t *testing.T, path string) {
			behind(t, path, `CREATE TABLE bookmark (url TEXT); INSERT INTO bookmark VALUES ('x'); PRAGMA user_version = 1`)
		}, []string{"another program's"}},
		{"a text", func(t *testing.T, path string) {
			writeFile(t, path, strings.Repeat("not a database at all\n", 500))
		}, []string{"not an SQLite database"}},
		{"a short text", func(t *testing.T, path string) { writeFile(t, path, "hello\n") },
			[]string{"not an SQLite database"}},
		{"a folder", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o755); err != nil {
				t.Fatal(err)
			}
		}, []string{"folder"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file.db")
			tt.make(t, path)
			before := content(path)
			for _, open := range []func(context.Context, string) (*db.Store, error){OpenReadOnly, Open} {
				s, err := open(ctx, path)
				if err == nil {
					s.Close()
					t.Fatal("it was opened")
				}
				for _, w := range append(tt.want, path) {
					if !strings.Contains(err.Error(), w) {
						t.Errorf("%v: no word of %q", err, w)
					}
				}
				if strings.Contains(err.Error(), "\n") {
					t.Errorf("more than a line: %v", err)
				}
			}
			if content(path) != before { // even SQLite's own header: to switch the journal mode is to change a file
				t.Error("the file was changed")
			}
			if beside, _ := filepath.Glob(path + "-*"); len(beside) > 0 {
				t.Errorf("files were left beside it: %q", beside)
			}
		})
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func content(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func TestOpenWithoutAFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	_, err := Open(ctx, filepath.Join(dir, "x.db"))
	if err == nil || !strings.Contains(err.Error(), "there is no folder "+dir) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder was made")
	}
}

func TestOpenReadOnlyNeedsADatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	if _, err := OpenReadOnly(ctx, path); !errors.Is(err, engine.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the file was made")
	}
}

func TestOddPaths(t *testing.T) {
	for _, name := range []string{"a?b", "a#b", "a%20b", "a b", "ä&b=c;d", "mode=ro", "'q\""} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), name)
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			e := engineAt(t, filepath.Join(dir, name+".db"))
			mustStore(t, e, 1, 3)
			wantSound(t, e, 2)
			s, err := e.Scratch(ctx) // copies it beside itself
			if err != nil {
				t.Fatal(err)
			}
			if mails, err := counted(s); err != nil || mails != 2 {
				t.Errorf("%d mails in the copy, %v", mails, err)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			wantNothingBeside(t, dir, name+".db", name+".db-wal", name+".db-shm")
		})
	}
}

// readOnly opens a database beside the one who writes it.
func readOnly(t *testing.T, path string) *database {
	t.Helper()
	e := &database{path: path, turn: newTurn()}
	if err := e.openExisting(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

func TestReadOnlyBesideAWriter(t *testing.T) {
	w := newEngine(t)
	mustStore(t, w, 1, 2)
	r := readOnly(t, w.path)
	for n := 2; n < 4; n++ {
		mustStore(t, w, n, n+1)
		wantSound(t, r, n)
	}
	if err := store(r, 4, 5, []byte("x")); !errors.Is(err, engine.ErrReadOnly) ||
		!strings.Contains(err.Error(), "reading only") {
		t.Errorf("wrote: %v", err)
	}
	s, err := r.Scratch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if mails, err := counted(s); err != nil || mails != 3 {
		t.Errorf("%d mails in the copy, %v", mails, err)
	}
}

// Several begin on a database that is not there yet, as watchers do that start at once: each gets it.
func TestOpenAtOnce(t *testing.T) {
	for range 15 {
		path := filepath.Join(t.TempDir(), "x.db")
		errs := make(chan error)
		for range 6 {
			go func() {
				s, err := Open(ctx, path)
				if err == nil {
					err = s.Close()
				}
				errs <- err
			}()
		}
		for range 6 {
			if err := <-errs; err != nil {
				t.Fatal(err)
			}
		}
	}
}
