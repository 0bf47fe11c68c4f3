package db_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/track"
)

// The file is replaced again and again while others read. Each of them gets all of an answer, or is told that the database is
// closed just now.
func TestDatabaseIsReplacedUnderReaders(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "x.db")
	s, err := db.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	add(t, s, thread()...)
	want, err := s.SeriesList(ctx, track.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(ctx, path+".backup"); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for i := range 8 {
		readers.Go(func() {
			for read := false; ; {
				if err := readSome(ctx, s, i, len(want)); err == nil {
					read = true
				} else if !errors.Is(err, db.ErrClosed) {
					t.Error(err)
					return
				}
				select {
				case <-stop:
					if !read {
						t.Error("it could never read")
					}
					return
				default:
				}
			}
		})
	}
	for end := time.Now().Add(time.Second); time.Now().Before(end); {
		db.CopyFile(t, path+".backup", path+".next")
		rename(t, path+".next", path)
		for tries := 0; ; tries++ { // the first one is told of it
			_, err := s.Add(ctx, []db.Delivery{asJSON(made("1@x", 0, "one"))})
			if err == nil {
				break
			}
			if tries > 1 || !errors.Is(err, db.ErrReplaced) {
				t.Fatal(err)
			}
		}
	}
	close(stop)
	readers.Wait()
}

// readSome asks for something that has the same answer in each of the files.
func readSome(ctx context.Context, s *db.Store, i, series int) error {
	switch i % 4 {
	case 0:
		all, err := s.SeriesList(ctx, track.Filter{Limit: series})
		if err == nil && len(all) != series {
			err = errors.New("series are missing")
		}
		return err
	case 1:
		_, err := s.Patches(ctx, track.Filter{})
		return err
	case 2:
		_, err := s.Raw(ctx, 1)
		return err
	}
	_, err := s.Status(ctx)
	return err
}

func TestClosedDatabase(t *testing.T) {
	ctx := context.Background()
	s, err := db.Open(ctx, filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	add(t, s, thread()...)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		if err := readSome(ctx, s, i, 1); !errors.Is(err, db.ErrClosed) {
			t.Errorf("reading %d: %v", i, err)
		}
	}
}
