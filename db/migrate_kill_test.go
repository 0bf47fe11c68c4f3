package db

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Unpack writes what is in a file of gzip; for the tests outside of the package too.
func Unpack(t *testing.T, from, to string) {
	t.Helper()
	f, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// CopyFile copies a file; for the tests outside of the package too.
func CopyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// What a process leaves that is killed when all is migrated and nothing is committed is the old database: the files are
// copied at that moment. It is then migrated as if nothing had been.
func TestKilledWhileMigrating(t *testing.T) {
	ctx := context.Background()
	packed, err := filepath.Glob("testdata/schema/*.db.gz")
	if err != nil || len(packed) == 0 {
		t.Fatalf("%q, %v", packed, err)
	}
	for _, file := range packed {
		t.Run(filepath.Base(file), func(t *testing.T) {
			dir := t.TempDir()
			path, left, whole := filepath.Join(dir, "old.db"), filepath.Join(dir, "left.db"), filepath.Join(dir, "whole.db")
			Unpack(t, file, path)
			Unpack(t, file, whole)
			enough := errors.New("enough")
			w := openOld(t, path)
			before := schemaBytes(t, w)
			err := w.tx(ctx, func() error {
				if err := migrate(w); err != nil {
					return err
				}
				CopyFile(t, path, left)
				CopyFile(t, path+"-wal", left+"-wal")
				return enough
			})
			if !errors.Is(err, enough) {
				t.Fatal(err)
			}
			if got := schemaBytes(t, w); !bytes.Equal(got, before) {
				t.Errorf("rolled back, it is\n%s\nnot\n%s", got, before)
			}
			w.close()
			if info, err := os.Stat(left + "-wal"); err != nil || info.Size() == 0 {
				t.Fatalf("nothing had been written yet: %v", err)
			}
			w = openOld(t, left)
			if got := schemaBytes(t, w); !bytes.Equal(got, before) {
				t.Errorf("killed, it is\n%s\nnot\n%s", got, before)
			}
			w.close()
			wantSameMigrated(t, left, whole)
		})
	}
}

// A migration that fails, here because something has the name of a table that it makes, leaves the old database.
func TestFailedMigration(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.db")
	Unpack(t, "testdata/schema/3.db.gz", path)
	w := openOld(t, path)
	defer w.close()
	if err := w.script(`CREATE TABLE reading (here INTEGER)`); err != nil {
		t.Fatal(err)
	}
	before := schemaBytes(t, w)
	if s, err := Open(context.Background(), path); err == nil || !strings.Contains(err.Error(), "migration 7") {
		t.Errorf("opened: %v, %v", s, err)
	}
	if got := schemaBytes(t, w); !bytes.Equal(got, before) {
		t.Errorf("it is\n%s\nnot\n%s", got, before)
	}
}

// openOld opens a database as it is, with so small a cache that a transaction writes before it commits.
func openOld(t *testing.T, path string) *writer {
	t.Helper()
	w, err := newWriter(dsn(path, "_synchronous=FULL&_cache_size=5"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.writeAhead(); err != nil {
		t.Fatal(err)
	}
	return w
}

func schemaBytes(t *testing.T, w *writer) []byte {
	t.Helper()
	var out string
	if _, err := w.row(`SELECT user_version || group_concat(name || sql, char(10)) FROM sqlite_schema, pragma_user_version`, nil, &out); err != nil {
		t.Fatal(err)
	}
	return []byte(out)
}

func wantSameMigrated(t *testing.T, a, b string) {
	t.Helper()
	var dumps [2][]byte
	for i, path := range []string{a, b} {
		s, err := Open(context.Background(), path)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		dumps[i] = dumpText(t, s)
	}
	if !bytes.Equal(dumps[0], dumps[1]) {
		t.Errorf("%s\nand\n%s", dumps[0], dumps[1])
	}
}
