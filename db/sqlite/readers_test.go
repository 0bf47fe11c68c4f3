package sqlite

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"patchwatch/db/engine"
)

// The file is replaced again and again while others read. Each of them gets all of an answer, or is told that the
// database is closed just now.
func TestDatabaseIsReplacedUnderReaders(t *testing.T) {
	e := newEngine(t)
	mustStore(t, e, 1, 100)
	if err := e.Backup(ctx, e.path+".backup"); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for read := false; ; {
				if mails, err := counted(e); err == nil {
					if read = true; mails < 99 {
						t.Errorf("%d mails", mails)
					}
				} else if !errors.Is(err, engine.ErrClosed) {
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
		copyFile(t, e.path+".backup", e.path+".next")
		rename(t, e.path+".next", e.path)
		for tries := 0; ; tries++ { // the first one is told of it
			err := store(e, 100, 101, []byte("more"))
			if err == nil {
				break
			}
			if tries > 1 || !errors.Is(err, engine.ErrReplaced) {
				t.Fatal(err)
			}
		}
	}
	close(stop)
	readers.Wait()
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestClosedDatabase(t *testing.T) {
	e := newEngine(t)
	mustStore(t, e, 1, 2)
	if err := errors.Join(e.Close(), e.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := counted(e); !errors.Is(err, engine.ErrClosed) {
		t.Error("reading:", err)
	}
	if err := store(e, 2, 3, []byte("two")); !errors.Is(err, engine.ErrClosed) {
		t.Error("writing:", err)
	}
	if err := e.Look(ctx, func(engine.View) error { return nil }); !errors.Is(err, engine.ErrClosed) {
		t.Error("looking:", err)
	}
	if _, err := e.Scratch(ctx); !errors.Is(err, engine.ErrClosed) {
		t.Error("copying:", err)
	}
	if err := e.Backup(ctx, e.path+".backup"); !errors.Is(err, engine.ErrClosed) {
		t.Error("backing up:", err)
	}
}

// Those who read for long, however many, leave the few connections that all share to others.
func TestManyLooksAtOnce(t *testing.T) {
	e := newEngine(t)
	mustStore(t, e, 1, 2)
	var looks sync.WaitGroup
	ended := make(chan struct{})
	for range 3 * readerConns {
		in := make(chan struct{})
		looks.Go(func() {
			if err := e.Look(ctx, func(v engine.View) error {
				_, err := v.Counts()
				close(in)
				<-ended
				return err
			}); err != nil {
				t.Error(err)
			}
		})
		<-in
	}
	soon, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	if err := e.View(soon, func(v engine.View) error {
		_, err := v.Counts()
		return err
	}); err != nil {
		t.Error("beside them:", err)
	}
	close(ended)
	looks.Wait()
}
