package db_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/mattn/go-sqlite3"

	"patchwatch/db"
	"patchwatch/track"
)

// sqlite runs SQL on a file behind the store's back.
func sqlite(t *testing.T, path, statements string) {
	t.Helper()
	h, err := sql.Open("sqlite3", "file:"+path)
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
			s, err := db.Open(context.Background(), path)
			if err != nil {
				t.Fatal(err)
			}
			s.Close()
			sqlite(t, path, `PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)`)
		}, []string{"newer patchwatch", "99", "1"}},
		{"another program's database", func(t *testing.T, path string) {
			sqlite(t, path, `CREATE TABLE bookmark (url TEXT); INSERT INTO bookmark VALUES ('x'); PRAGMA user_version = 1`)
		}, []string{"another program's"}},
		{"a text", func(t *testing.T, path string) {
			write(t, path, strings.Repeat("not a database at all\n", 500))
		}, []string{"not an SQLite database"}},
		{"a short text", func(t *testing.T, path string) { write(t, path, "hello\n") }, []string{"not an SQLite database"}},
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
			for _, open := range []func(context.Context, string) (*db.Store, error){db.OpenReadOnly, db.Open} {
				s, err := open(context.Background(), path)
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

func write(t *testing.T, path, text string) {
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
	_, err := db.Open(context.Background(), filepath.Join(dir, "x.db"))
	if err == nil || !strings.Contains(err.Error(), "there is no folder "+dir) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder was made")
	}
}

func TestOpenReadOnlyNeedsADatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	if _, err := db.OpenReadOnly(context.Background(), path); !errors.Is(err, db.ErrNotExist) {
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
			path := filepath.Join(dir, name+".db")
			s, err := db.Open(context.Background(), path)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			add(t, s, thread()...)
			if _, err := os.Stat(path); err != nil {
				t.Error(err)
			}
			check(t, s) // copies it beside itself
			entries, _ := os.ReadDir(dir)
			if len(entries) != 3 { // the file, its log and the log's index
				t.Errorf("%v", entries)
			}
		})
	}
}

func TestReadOnlyBesideAWriter(t *testing.T) {
	ctx := context.Background()
	w := open(t)
	add(t, w, made("1@x", 0, "one"))
	r, err := db.OpenReadOnly(ctx, w.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, id := range []string{"2@x", "3@x"} {
		add(t, w, made(id, 1, "another"))
		if got := number(t, r, id); got != number(t, w, id) {
			t.Errorf("%s is mail %d", id, got)
		}
	}
	if err := r.SetState(ctx, []int64{1}, "accepted"); err == nil || !strings.Contains(err.Error(), "reading only") {
		t.Errorf("wrote: %v", err)
	}
	if _, err := r.Add(ctx, []db.Delivery{asJSON(made("4@x", 1, "four"))}); err == nil {
		t.Error("added")
	}
	check(t, r)
}

func TestCloseTwice(t *testing.T) {
	s := open(t)
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	if _, err := s.Add(context.Background(), []db.Delivery{asJSON(made("1@x", 0, "one"))}); err == nil {
		t.Error("added to a closed store")
	}
}

func TestSubmitterFilterFindsPatches(t *testing.T) {
	s := open(t)
	add(t, s, thread()...)
	for _, who := range []string{"ann@example.org", "Ann@Example.org", "ann", "EXAMPLE"} {
		got, err := s.Patches(context.Background(), track.Filter{Submitter: who})
		if err != nil || len(got) != 3 {
			t.Errorf("%s: %d patches, %v", who, len(got), err)
		}
	}
}

// Several begin on a database that is not there yet, as watchers do that start at once: each gets it.
func TestOpenAtOnce(t *testing.T) {
	for range 15 {
		path := filepath.Join(t.TempDir(), "x.db")
		errs := make(chan error)
		for range 6 {
			go func() {
				s, err := db.Open(context.Background(), path)
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
