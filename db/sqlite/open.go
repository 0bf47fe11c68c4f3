// Package sqlite keeps a database of package db in one SQLite file. Every line that knows SQLite is here, and none that
// knows what mail means.
//
// There is one writer at a time, in this process (a turn) and among all (BEGIN IMMEDIATE, asked for until it succeeds),
// and any number of readers, who never wait for it (WAL). A commit is on disk when it returns (synchronous=FULL): the
// watcher moves a mail out of new/ on the strength of it.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"

	"patchwatch/db"
	"patchwatch/db/engine"
)

// Open opens the database for reading and writing, makes it if it is not there, and brings an older one up to date.
// A database of a newer patchwatch, of another program, or a file that is none, is refused and left as it is.
func Open(ctx context.Context, path string) (*db.Store, error) {
	e, err := OpenEngine(ctx, path)
	if err != nil {
		return nil, err
	}
	return storeOf(ctx, e)
}

// OpenEngine is Open without a Store, for those who make a copy of another database in it.
func OpenEngine(ctx context.Context, path string) (engine.Engine, error) {
	e := &database{path: path, turn: newTurn(), writable: true}
	if err := e.openPatiently(ctx); err != nil {
		e.Close()
		return nil, err
	}
	return e, nil
}

// OpenReadOnly opens a database that must exist, beside whoever writes to it, and never changes it.
func OpenReadOnly(ctx context.Context, path string) (*db.Store, error) {
	e := &database{path: path, turn: newTurn()}
	if err := e.openExisting(ctx); err != nil {
		e.Close()
		return nil, fmt.Errorf("open database %s: %w", path, explain(err))
	}
	return storeOf(ctx, e)
}

func storeOf(ctx context.Context, e engine.Engine) (*db.Store, error) {
	s, err := db.New(ctx, e)
	if err != nil {
		e.Close()
		about, _ := e.About(ctx)
		return nil, fmt.Errorf("open database %s: %w", about.Location, err)
	}
	return s, nil
}

// Version is that of the SQLite that is linked in.
func Version() string {
	version, _, _ := sqlite3.Version()
	return version
}

// openPatiently tries again for a while where SQLite does not wait: several processes that make one database at once
// get in each other's way, when one of them switches it to WAL. It also tries again where the file was replaced while
// it was opened.
func (e *database) openPatiently(ctx context.Context) error {
	err := e.open(ctx)
	again := func() bool { return isBusy(err) || errors.Is(err, engine.ErrReplaced) }
	for end := time.Now().Add(patience); again() && time.Now().Before(end) && ctx.Err() == nil; err = e.open(ctx) {
		if errors.Is(err, engine.ErrReplaced) {
			e.leave()
		}
		e.closeAll()
		sleep(ctx, lastAsk)
	}
	if isBusy(err) && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		e.closeAll()
		return fmt.Errorf("open database %s: %w", e.path, explain(err))
	}
	e.opening++
	return nil
}

// patience is how long openPatiently tries again while others are at the file.
const patience = 20 * time.Second

// writeOptions: SQLite's own locks are not needed where one goroutine at a time has the connection, and are a twentieth
// of its work.
const writeOptions = "_cache_size=-32768&_mutex=no"

func (e *database) open(ctx context.Context) error {
	if err := refuseOdd(e.path); err != nil {
		return err
	}
	if dir := filepath.Dir(e.path); !isDir(dir) {
		return fmt.Errorf("there is no folder %s to keep it in", dir)
	}
	// Looked at before it is opened for writing, since that alone would change another program's database: it sets the
	// journal mode, which is kept in the file.
	if err := e.refuseStrangers(ctx); err != nil {
		return err
	}
	before, err := e.fileToOpen()
	if err != nil {
		return err
	}
	if e.writer, err = newWriter(dsn(e.path, "_synchronous=FULL&_busy_timeout=0&"+writeOptions)); err != nil {
		return err
	}
	if err := e.writer.writeAhead(); err != nil {
		return err
	}
	if err := e.bringUpToDate(ctx); err != nil {
		return err
	}
	if err := e.writer.script("PRAGMA foreign_keys = ON"); err != nil { // only now: a migration may make a table anew
		return err
	}
	e.reached(stepOpened)
	if err := e.identify(before); err != nil {
		return err
	}
	return e.openReaders()
}

// bringUpToDate waits for no other writer where there is nothing to do.
func (e *database) bringUpToDate(ctx context.Context) error {
	found, err := e.writer.version()
	if err != nil || found == schemaVersion() {
		return err
	}
	return e.writer.tx(ctx, func() error { return migrate(e.writer, e.TempDir()) })
}

func (e *database) refuseStrangers(ctx context.Context) error {
	if info, err := os.Stat(e.path); err != nil || info.Size() == 0 {
		return nil // to be made
	}
	options := "mode=ro&_busy_timeout=10000"
	if _, err := os.Stat(e.path + "-wal"); errors.Is(err, os.ErrNotExist) {
		options += "&immutable=1" // or looking would leave a log beside a database that is not ours
	}
	look, err := newWriter(dsn(e.path, options))
	if err != nil {
		return err
	}
	defer look.close()
	look.ctx = ctx
	_, err = look.version()
	return err
}

func (e *database) openExisting(ctx context.Context) error {
	if _, err := os.Stat(e.path); errors.Is(err, os.ErrNotExist) {
		return engine.ErrNotExist
	}
	if err := refuseOdd(e.path); err != nil {
		return err
	}
	if err := e.refuseStrangers(ctx); err != nil {
		return err
	}
	if err := e.openReaders(); err != nil {
		return err
	}
	var found int
	if err := e.readers.Load().view(ctx, func(c *writer) (err error) {
		found, err = c.version()
		return err
	}); err != nil {
		return err
	}
	if found < schemaVersion() {
		return fmt.Errorf("it has version %d, this patchwatch needs %d; any command that writes, such as watch, "+
			"brings it up to date",
			found, schemaVersion())
	}
	return nil
}

// dsn escapes the path, in which ?, # and % mean something to SQLite's URIs. Without "file:" the driver drops the
// options in silence.
func dsn(path, options string) string {
	if !filepath.IsAbs(path) {
		if abs, err := filepath.Abs(path); err == nil {
			path = abs
		}
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: options}).String()
}

// refuseOdd refuses what is no file: SQLite would wait for a FIFO for ever.
func refuseOdd(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil || info.Mode().IsRegular():
		return nil // one that is not there has an error of its own, or is made
	case info.IsDir():
		return errors.New("it is a folder, not a file")
	}
	return errors.New("it is no regular file")
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
