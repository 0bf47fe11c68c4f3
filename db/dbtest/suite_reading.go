package dbtest

import (
	"context"
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
func (u suite) TestReadBy(t *testing.T) {
	s := u.open(t)
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
func (u suite) TestReadByAnOlderPatchwatch(t *testing.T) {
	s := u.open(t)
	add(t, s, made("p@1", 1, "a patch"))
	readBy(t, s, 6, 1)
}
