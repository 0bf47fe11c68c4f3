package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"patchwatch/db"
	"patchwatch/db/engine"
)

// What a Store knows of its database is renewed when another database takes its place.

// takePlace makes the other database, which must be closed, the one under a path. Nothing of the old one stays.
func takePlace(t *testing.T, other, path string) {
	t.Helper()
	if err := errors.Join(os.Remove(path+"-wal"), os.Remove(path+"-shm"), os.Rename(other, path)); err != nil {
		t.Fatal(err)
	}
}

// A mail is compressed with a dictionary of a database that is replaced before it is stored: in the new one it could
// never be read again.
func TestFrameOfAnotherDatabase(t *testing.T) {
	s, e := storeAndEngine(t, 1, 301) // each learns its own dictionary
	other := openStore(t)
	addDamaged(t, other, 1, 301)
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	d := damagedMail(1000)
	d.Frame = s.Compress(d.Raw)
	takePlace(t, other.Path(), e.path)
	if _, err := s.Add(ctx, []db.Delivery{d}); !errors.Is(err, db.ErrReplaced) {
		t.Fatal(err)
	}
	if added, err := s.Add(ctx, []db.Delivery{d}); err == nil {
		t.Fatalf("a frame that nobody can read is stored: %+v", added)
	}
	d.Frame = s.Compress(d.Raw)
	if added, err := s.Add(ctx, []db.Delivery{d}); err != nil || added[0].Err != nil {
		t.Fatal(err, added)
	}
	if _, err := s.Raw(ctx, 301); err != nil {
		t.Error(err)
	}
	check(t, s)
}

// The new database knows too by whom its mail is read.
func TestReadByIsNotedInADatabaseThatTakesAnothersPlace(t *testing.T) {
	s, e := storeAndEngine(t, 1, 2)
	if err := s.ReadBy(ctx, 6); err != nil {
		t.Fatal(err)
	}
	other := engineAt(t, filepath.Join(t.TempDir(), "other.db"))
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	takePlace(t, other.path, e.path)
	var err error
	for range 2 { // the first time it is told that the database is another
		_, err = s.Add(ctx, []db.Delivery{damagedMail(1)})
	}
	st, err2 := s.Status(ctx)
	if err := errors.Join(err, err2); err != nil || st.Mails != 1 || st.Reading != 6 {
		t.Errorf("%v, the new database says %d of %d mails", err, st.Reading, st.Mails)
	}
}

// Who only reads is given the database that has the name now: once it was looked whether that is so, nobody reads the
// former one any more.
func TestReadersFollowTheName(t *testing.T) {
	e := newEngine(t)
	mustStore(t, e, 1, 2)
	if err := e.Backup(ctx, e.path+".backup"); err != nil {
		t.Fatal(err)
	}
	mustStore(t, e, 2, 3)
	last := func() (id int64) {
		t.Helper()
		if err := e.View(ctx, func(v engine.View) (err error) {
			id, err = v.LastMail()
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return id
	}
	before := last()
	if err := e.Current(ctx); err != nil {
		t.Fatal(err)
	}
	remove(t, e.path+"-wal") // as docs/backup.md has it
	rename(t, e.path+".backup", e.path)
	if err := e.Current(ctx); !errors.Is(err, engine.ErrReplaced) {
		t.Errorf("it is not told that the database is another: %v", err)
	}
	if got := last(); got >= before {
		t.Errorf("the last mail is %d, as in the database before", got)
	}
	if err := e.Current(ctx); err != nil {
		t.Errorf("told twice: %v", err)
	}
	remove(t, e.path)
	for range 2 {
		if err := e.Current(ctx); !errors.Is(err, engine.ErrNotExist) {
			t.Errorf("it is not told that the database is gone: %v", err)
		}
	}
	last() // what is open can still be read
}
