package db_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"patchwatch/db"
)

func readingOf(t *testing.T, s *db.Store) int {
	t.Helper()
	st, err := s.Status(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return st.Reading
}

func readBy(t *testing.T, s *db.Store, reading, want int) {
	t.Helper()
	if err := s.ReadBy(context.Background(), reading); err != nil {
		t.Fatal(err)
	}
	if got := readingOf(t, s); got != want {
		t.Errorf("read by %d, the database says %d, want %d", reading, got, want)
	}
}

// TestReadBy: the lowest number counts, until all mail was read anew.
func TestReadBy(t *testing.T) {
	s := open(t)
	readBy(t, s, 5, 5)
	add(t, s, made("p@1", 1, "a patch"))
	readBy(t, s, 6, 5)
	readBy(t, s, 4, 4)
	readBy(t, s, 6, 4)
	if _, _, err := s.Reread(context.Background(), readJSON, nil); err != nil {
		t.Fatal(err)
	}
	if got := readingOf(t, s); got != 6 {
		t.Errorf("all was read anew by 6, the database says %d", got)
	}
}

// TestReadByAnOlderPatchwatch: mail of a database without a number is of the first.
func TestReadByAnOlderPatchwatch(t *testing.T) {
	s := open(t)
	add(t, s, made("p@1", 1, "a patch"))
	readBy(t, s, 6, 1)
}

// The new database knows too by whom its mail is read.
func TestReadByIsNotedInADatabaseThatTakesAnothersPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s, err := db.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	readBy(t, s, 6, 6)
	other, err := db.Open(context.Background(), path+".other")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(other.Close(), os.Remove(path+"-wal"), os.Remove(path+"-shm"), os.Rename(path+".other", path)); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the first time it is told that the database is another
		_, err = s.Add(context.Background(), []db.Delivery{asJSON(made("p@1", 1, "a patch"))})
	}
	if err != nil || readingOf(t, s) != 6 {
		t.Errorf("%v, the new database says %d", err, readingOf(t, s))
	}
}
