package sqlite

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"

	sqlite3 "github.com/mattn/go-sqlite3"

	"patchwatch/db/engine"
)

// database is an open database. Its methods may be called from any goroutine.
type database struct {
	path    string
	readers atomic.Pointer[readers] // nil while there is nothing to read

	turn     turn    // guards what follows: one transaction at a time
	writer   *writer // nil when opened for reading, and while the file is lost
	writable bool
	closed   bool
	files    identity
	opening  int // how often a file was opened for writing

	step func(string) // nil: nobody asks
}

// Points at which a test does something to the files.
const (
	stepOpened = "opened" // SQLite has the database open, and nobody knows yet which file that is
	stepCopied = "copied" // the copy of Backup is whole and has not got its name yet
)

func (e *database) reached(step string) {
	if e.step != nil {
		e.step(step)
	}
}

// Write runs f in one immediate transaction, alone. When it returns nil, what f wrote is on disk, in the file that has
// the database's name.
func (e *database) Write(ctx context.Context, f func(engine.Tx) error) error {
	if err := e.turn.take(ctx); err != nil {
		return err
	}
	defer e.turn.leave()
	switch {
	case e.closed:
		return engine.ErrClosed
	case !e.writable:
		return engine.ErrReadOnly
	}
	if e.writer == nil { // it was lost, and could not be opened again
		if err := e.openPatiently(ctx); err != nil {
			return err
		}
	}
	if lost := e.inPlace(); lost != nil {
		return e.regain(ctx, lost)
	}
	if err := newTx(e.writer, e.opening).write(ctx, f); err != nil {
		return explain(err)
	}
	e.writer.keepWALSmall()
	return e.inPlace()
}

// Look has a connection of its own that can only read. What it reads is the database of one moment.
func (e *database) Look(ctx context.Context, f func(engine.View) error) error {
	return e.look(ctx, func(w *writer) error { return f(queriesOf(w)) })
}

func (e *database) look(ctx context.Context, f func(w *writer) error) error {
	if err := cmp.Or(ctx.Err(), e.readable()); err != nil {
		return err
	}
	w, err := newWriter(dsn(e.path, readOptions))
	if err != nil {
		return explain(err)
	}
	defer w.close()
	if err := w.script("BEGIN"); err != nil {
		return explain(err)
	}
	w.ctx = ctx // nothing is written, so statements may be interrupted
	return explain(f(w))
}

// readable is ErrClosed when there is nothing to read.
func (e *database) readable() error {
	if e.readers.Load() == nil {
		return engine.ErrClosed
	}
	return nil
}

// Examine runs SQLite's own test of the file.
func (e *database) Examine(ctx context.Context, fault func(sentence string)) error {
	return e.look(ctx, func(w *writer) error {
		return w.Each(`PRAGMA integrity_check(20)`, nil, func(scan func(...any) error) error {
			var line string
			err := scan(&line)
			if err == nil && line != "ok" {
				fault("SQLite finds the file damaged: " + line)
			}
			return err
		})
	})
}

func (e *database) About(context.Context) (engine.About, error) {
	return engine.About{
		Engine: "SQLite " + Version(), Location: e.path, Bytes: sizeOf(e.path), LogBytes: sizeOf(e.path + "-wal"),
	}, nil
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// Current asks on a connection of its own: one that is kept may know the schema as it was.
func (e *database) Current(ctx context.Context) error {
	if err := e.keepPlace(ctx); err != nil {
		return err
	}
	return e.look(ctx, func(w *writer) error {
		_, err := w.version()
		return err
	})
}

// TempDir is the database's folder: there must be room for it anyhow.
func (e *database) TempDir() string { return filepath.Dir(e.path) }

// Close waits for the transaction in hand. Closing twice does nothing.
func (e *database) Close() error {
	_ = e.turn.take(context.Background())
	defer e.turn.leave()
	e.closed = true
	return e.closeAll()
}

func (e *database) closeAll() error {
	errs := []error{e.giveUpReaders()} // before the writer, which puts the log away when it is the last
	if e.writer != nil {
		errs = append(errs, e.writer.close())
	}
	e.writer = nil
	return errors.Join(errs...)
}

func isBusy(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrBusy || e.Code == sqlite3.ErrLocked)
}

// explained is an error of SQLite's in our words.
type explained struct {
	sentence string
	error
}

func (e *explained) Error() string { return e.sentence + ": " + e.error.Error() }
func (e *explained) Unwrap() error { return e.error }

// explain puts into words what SQLite's own words leave open, once.
func explain(err error) error {
	var e sqlite3.Error // the driver returns the value, never a pointer
	var before *explained
	if !errors.As(err, &e) || errors.As(err, &before) {
		return err
	}
	if sentence := sentenceOf(e.Code); sentence != "" {
		return &explained{sentence, err}
	}
	return err
}

func sentenceOf(code sqlite3.ErrNo) string {
	switch code {
	case sqlite3.ErrNotADB:
		return "the file is not an SQLite database"
	case sqlite3.ErrCorrupt:
		return "the database is damaged; restore a backup, or import the mails from cur into a new one"
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return "another process holds the database locked"
	case sqlite3.ErrFull:
		return "the disk that holds the database is full"
	case sqlite3.ErrReadonly:
		return "the database or its folder can't be written to"
	case sqlite3.ErrCantOpen:
		return "the database file can't be opened (is it a file, and readable, in a folder that can be written to?)"
	}
	return ""
}

// unfitIfRefused is for the statement that inserts a mail.
func unfitIfRefused(err error) error {
	if isConstraint(err) {
		return engine.Unfit{Err: err}
	}
	return err
}

// isConstraint tells whether the values of a row are at fault, which no retry can cure. That the database has such a
// row already, or lacks one that it refers to, is no fault of theirs.
func isConstraint(err error) bool {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.ExtendedCode {
	case sqlite3.ErrConstraintUnique, sqlite3.ErrConstraintPrimaryKey, sqlite3.ErrConstraintRowID,
		sqlite3.ErrConstraintForeignKey:
		return false
	}
	return e.Code == sqlite3.ErrConstraint || e.Code == sqlite3.ErrTooBig || e.Code == sqlite3.ErrMismatch
}
