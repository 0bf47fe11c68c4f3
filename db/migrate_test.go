package db

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// A database of any earlier version becomes what it would be had it been made by this one.
func TestMigrations(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	today := filepath.Join(dir, "today.db")
	s, err := Open(ctx, today)
	if err != nil {
		t.Fatal(err)
	}
	fillForMigration(t, s)
	want := dumpText(t, s)
	if !bytes.Contains(want, []byte(`"type":"revision"`)) {
		t.Fatalf("nothing here needs a fill: %s", want)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for version := schemaVersion() - 1; version > 0; version-- {
		path := filepath.Join(dir, fmt.Sprintf("%d.db", version))
		downgrade(t, today, path, version)
		s, err := Open(ctx, path)
		if err != nil {
			t.Fatalf("open version %d: %v", version, err)
		}
		if got := dumpText(t, s); !bytes.Equal(got, want) {
			t.Errorf("from version %d:\n%s\nwant\n%s", version, got, want)
		}
		s.Close()
	}
}

func fillForMigration(t *testing.T, s *Store) {
	t.Helper()
	for i := range 30 {
		m := planMail(i, 3)
		if i >= 15 {
			m.Subject.Version = 2
		}
		m.Subject.Rest = fmt.Sprintf("part %d", i%3)
		if _, err := s.Add(context.Background(), []Delivery{{Mail: m, Frame: Compress(nil)}}); err != nil {
			t.Fatal(err)
		}
	}
}

func dumpText(t *testing.T, s *Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := s.Dump(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// undo takes back what each migration after the first did to the schema.
var undo = map[int]string{
	6: `CREATE TABLE raw (mail INTEGER PRIMARY KEY, size INTEGER NOT NULL, bytes BLOB NOT NULL);
		INSERT INTO raw SELECT id / 65536, 0, bytes FROM piece; DROP TABLE piece`,
	5: `DROP INDEX patch_decided`,
	4: `DROP INDEX mail_bytes; DROP INDEX mail_title; DROP INDEX mail_sender;
		CREATE UNIQUE INDEX mail_sha256 ON mail(sha256); CREATE INDEX mail_msgid ON mail(msgid, project);
		CREATE INDEX mail_sender ON mail(sender, (sender_name <> ''), date) WHERE chosen AND project IS NOT NULL AND kind <> 3;
		CREATE INDEX mail_title ON mail(title, version, date) WHERE title IS NOT NULL;
		ALTER TABLE person DROP COLUMN date; ALTER TABLE person DROP COLUMN mail`,
	3: `DROP TABLE dictionary`,
	2: `DROP INDEX mail_depends; DROP INDEX mail_title; ALTER TABLE mail DROP COLUMN title; ALTER TABLE series DROP COLUMN given;
		DROP INDEX decision_series_name; ALTER TABLE decision DROP COLUMN series_name;
		ALTER TABLE reply DROP COLUMN clean`,
}

func downgrade(t *testing.T, from, to string, version int) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(context.Background(), to)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for v := schemaVersion(); v > version; v-- {
		if undo[v] == "" {
			t.Fatalf("how to undo migration %d is not known here", v)
		}
		if err := s.writer.script(undo[v]); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.writer.script(fmt.Sprintf("PRAGMA user_version = %d", version)); err != nil {
		t.Fatal(err)
	}
}
