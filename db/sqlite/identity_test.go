package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"patchwatch/db/engine"
)

// plainMail is a patch of project 1, as small as can be.
func plainMail(n int) *engine.Mail {
	at := time.Unix(int64(n), 0).UTC()
	return &engine.Mail{
		SHA256: engine.Sum{byte(n), byte(n >> 8), byte(n >> 16), 1}, Project: 1,
		MsgID: fmt.Sprintf("<%d@x>", n), Chosen: true,
		Delivered: at, Date: at, Kind: 1, Sender: "ann@x.org", Name: "one", ContentSHA: []byte{1},
	}
}

// store writes mails from one number to another, with what they need.
func store(e engine.Engine, from, to int, frame []byte) error {
	return e.Write(ctx, func(tx engine.Tx) error {
		if all, err := tx.Projects(); err != nil || len(all) == 0 {
			if err := errors.Join(err, tx.PutProject(&engine.Project{})); err != nil {
				return err
			}
		}
		var mails []*engine.Mail
		var frames [][]byte
		for n := from; n < to; n++ {
			mails, frames = append(mails, plainMail(n)), append(frames, frame)
		}
		return tx.Insert(mails, frames)
	})
}

func mustStore(t *testing.T, e engine.Engine, from, to int) {
	t.Helper()
	if err := store(e, from, to, []byte("frame")); err != nil {
		t.Fatal(err)
	}
}

// wantSound wants so many mails in a database without faults.
func wantSound(t *testing.T, e engine.Engine, mails int) {
	t.Helper()
	if got, err := counted(e); err != nil || got != mails {
		t.Errorf("%d mails, %v, want %d", got, err, mails)
	}
	if err := e.Examine(ctx, func(sentence string) { t.Error(sentence) }); err != nil {
		t.Error(err)
	}
}

func counted(e engine.Engine) (mails int, err error) {
	err = e.View(ctx, func(v engine.View) error {
		c, err := v.Counts()
		mails = c.Mails
		return err
	})
	return mails, err
}

// The file under an open database is deleted, replaced, or loses its log: no mail may be taken for stored in a file
// that nobody can find, and when there is a database again all goes on in it.
func TestDatabaseIsReplaced(t *testing.T) {
	for _, tt := range []struct {
		name string
		harm func(t *testing.T, path string)
		err  error
		mend func(t *testing.T, path string)
		want int // mails in the database in the end
	}{
		{"deleted and moved back", func(t *testing.T, path string) { rename(t, path, path+".away") }, engine.ErrNotExist,
			func(t *testing.T, path string) { rename(t, path+".away", path) }, 2},
		{"replaced by a backup", func(t *testing.T, path string) { rename(t, path+".backup", path) },
			engine.ErrReplaced, nil, 2},
		{"deleted and restored", func(t *testing.T, path string) { remove(t, path) }, engine.ErrNotExist,
			func(t *testing.T, path string) { rename(t, path+".backup", path) }, 2},
		{"its log is removed", func(t *testing.T, path string) { remove(t, path+"-wal") }, engine.ErrReplaced, nil, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := newEngine(t)
			mustStore(t, e, 1, 2)
			if err := e.Backup(ctx, e.path+".backup"); err != nil {
				t.Fatal(err)
			}
			tt.harm(t, e.path)
			if err := store(e, 2, 3, []byte("two")); !errors.Is(err, tt.err) {
				t.Fatalf("stored where nobody finds it: %v", err)
			}
			if tt.mend != nil {
				tt.mend(t, e.path)
			}
			var err error
			for range 2 { // where the file is another, once more to be told of it
				if err = store(e, 2, 3, []byte("two")); err == nil {
					break
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			wantSound(t, e, tt.want)
		})
	}
}

// What replaced the database is none: each try says so, until there is one again.
func TestDatabaseIsReplacedByAnother(t *testing.T) {
	e := newEngine(t)
	if err := e.Backup(ctx, e.path+".backup"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(e.path+".text", []byte("not a database, but long enough to be looked at"), 0o600); err != nil {
		t.Fatal(err)
	}
	rename(t, e.path+".text", e.path)
	for range 3 {
		if err := store(e, 1, 2, []byte("one")); err == nil {
			t.Fatal("a mail was stored in a text")
		}
	}
	rename(t, e.path+".backup", e.path)
	mustStore(t, e, 1, 2)
	wantSound(t, e, 1)
}

// The file goes while a transaction runs: its commit succeeds, and still nothing may be taken for stored.
func TestDatabaseGoesDuringATransaction(t *testing.T) {
	e := newEngine(t)
	err := e.Write(ctx, func(tx engine.Tx) error {
		return errors.Join(os.Remove(e.path), tx.PutReading(7))
	})
	if !errors.Is(err, engine.ErrNotExist) {
		t.Errorf("it was taken for stored: %v", err)
	}
}

// The file is replaced in the moment between SQLite's opening it and our looking which one it is: it is opened again,
// and nothing is stored in the one that has lost its name.
func TestDatabaseIsReplacedWhileItIsOpened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	for _, file := range []string{path, path + ".next"} {
		if err := engineAt(t, file).Close(); err != nil {
			t.Fatal(err)
		}
	}
	e := &database{path: path, turn: newTurn(), writable: true, step: func(step string) {
		if step == stepOpened {
			os.Rename(path+".next", path) // once: then it is gone
		}
	}}
	if err := e.openPatiently(ctx); err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	write(t, e, func(tx engine.Tx) error { return tx.PutMaildirs("", []engine.Maildir{{Path: "/a"}}) })
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	d, err := sql.Open("sqlite3", dsn(path, "immutable=1")) // the file alone: a log beside it may be another's
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var watched int
	if err := d.QueryRow(`SELECT count(*) FROM maildir`).Scan(&watched); err != nil || watched != 1 {
		t.Errorf("what was stored is not in the file of that name: %d, %v", watched, err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}
