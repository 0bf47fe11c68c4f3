package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What a process leaves that is killed when all is migrated and nothing is committed is the old database: the files are
// copied at that moment. It is then migrated as if nothing had been.
func TestKilledWhileMigrating(t *testing.T) {
	packed, err := filepath.Glob("testdata/schema/*.db.gz")
	if err != nil || len(packed) == 0 {
		t.Fatalf("%q, %v", packed, err)
	}
	for _, file := range packed {
		t.Run(filepath.Base(file), func(t *testing.T) {
			dir := t.TempDir()
			path, left, whole := filepath.Join(dir, "old.db"), filepath.Join(dir, "left.db"), filepath.Join(dir, "whole.db")
			unpack(t, file, path)
			unpack(t, file, whole)
			enough := errors.New("enough")
			w := openOld(t, path)
			before := schemaBytes(t, w)
			err := w.tx(ctx, func() error {
				if err := migrate(w, dir); err != nil {
					return err
				}
				copyFile(t, path, left)
				copyFile(t, path+"-wal", left+"-wal")
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
	unpack(t, "testdata/schema/3.db.gz", path)
	w := openOld(t, path)
	defer w.close()
	if err := w.script(`CREATE TABLE reading (here INTEGER)`); err != nil {
		t.Fatal(err)
	}
	before := schemaBytes(t, w)
	if s, err := Open(ctx, path); err == nil || !strings.Contains(err.Error(), "migration 7") {
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
	if _, err := w.row(`SELECT user_version || group_concat(name || sql, char(10)) FROM sqlite_schema,
		pragma_user_version`, nil, &out); err != nil {
		t.Fatal(err)
	}
	return []byte(out)
}

// wantSameMigrated wants the same rows in two databases, but for the time of the upgrade.
func wantSameMigrated(t *testing.T, a, b string) {
	t.Helper()
	var rows [2][]string
	for i, path := range []string{a, b} {
		e := engineAt(t, path)
		rows[i] = allRows(t, e.writer)
	}
	for i, which := range []string{"the first", "the second"} {
		for _, row := range rows[i] {
			if !slices.Contains(rows[1-i], row) {
				t.Errorf("only %s has the row %s", which, row)
			}
		}
	}
}

// allRows are the rows of all tables but log, event and epoch, as text.
func allRows(t *testing.T, w *writer) (out []string) {
	t.Helper()
	tables := map[string]string{}
	if err := w.Each(`
		SELECT t.name, group_concat('quote("' || c.name || '")', ' || '','' || ') FROM sqlite_schema t,
			pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT IN ('log', 'event', 'epoch') GROUP BY t.name`,
		nil,
		func(scan func(...any) error) error {
			var table, columns string
			err := scan(&table, &columns)
			tables[table] = columns
			return err
		}); err != nil {
		t.Fatal(err)
	}
	for table, columns := range tables {
		if err := w.Each(fmt.Sprintf("SELECT %s FROM %q", columns, table), nil, func(scan func(...any) error) error {
			var row string
			err := scan(&row)
			out = append(out, table+" "+row)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(out)
	return out
}
