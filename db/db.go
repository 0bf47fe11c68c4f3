// Package db keeps mails, decisions and what track.Assemble makes of them in one SQLite file. Every line of SQL is here.
//
// There is one writer at a time, in this process (a turn) and among all (BEGIN IMMEDIATE, asked for until it succeeds),
// and any number of readers, who never wait for it (WAL). A commit is on disk when it returns (synchronous=FULL): the
// watcher moves a mail out of new/ on the strength of it.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// Store is an open database. Its methods may be called from any goroutine.
type Store struct {
	path    string
	readers atomic.Pointer[readers] // nil while there is nothing to read
	frames  *frames
	reading atomic.Int64 // see ReadBy; 0: not said yet

	turn     turn    // guards what follows: one transaction at a time
	writer   *writer // nil when opened for reading, and while the file is lost
	writable bool
	place    place

	step func(string) // nil: nobody asks
}

// ErrNotExist is returned by OpenReadOnly when there is no database at the path.
var ErrNotExist = errors.New("there is no database")

// Open opens the database for reading and writing, makes it if it is not there, and brings an older one up to date.
// A database of a newer patchwatch, of another program, or a file that is none, is refused and left as it is.
func Open(ctx context.Context, path string) (*Store, error) {
	s := &Store{path: path, turn: newTurn(), writable: true}
	if err := s.openPatiently(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// openPatiently tries again for a while where SQLite does not wait: several processes that make one database at once get in
// each other's way, when one of them switches it to WAL. And so it does where the file was replaced while it was opened.
func (s *Store) openPatiently(ctx context.Context) error {
	err := s.open(ctx)
	again := func() bool { return isBusy(err) || errors.Is(err, ErrReplaced) }
	for end := time.Now().Add(patience); again() && time.Now().Before(end) && ctx.Err() == nil; err = s.open(ctx) {
		if errors.Is(err, ErrReplaced) {
			s.leave()
		}
		s.closeAll()
		sleep(ctx, lastAsk)
	}
	if isBusy(err) && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		s.closeAll()
		return fmt.Errorf("open database %s: %w", s.path, explain(err))
	}
	return nil
}

// patience is how long openPatiently tries again while others are at the file.
const patience = 20 * time.Second

func isBusy(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrBusy || e.Code == sqlite3.ErrLocked)
}

func (s *Store) open(ctx context.Context) error {
	if err := refuseOdd(s.path); err != nil {
		return err
	}
	if dir := filepath.Dir(s.path); !isDir(dir) {
		return fmt.Errorf("there is no folder %s to keep it in", dir)
	}
	// Looked at before it is opened for writing, since that alone would change another program's database: it sets the
	// journal mode, which is kept in the file.
	if err := s.refuseStrangers(ctx); err != nil {
		return err
	}
	before, err := s.fileToOpen()
	if err != nil {
		return err
	}
	// SQLite's own locks are not needed where one goroutine at a time has the connection, and are a twentieth of its work.
	if s.writer, err = newWriter(dsn(s.path, "_synchronous=FULL&_busy_timeout=0&_cache_size=-32768&_mutex=no")); err != nil {
		return err
	}
	if err := s.writer.writeAhead(); err != nil {
		return err
	}
	if err := s.bringUpToDate(ctx); err != nil {
		return err
	}
	if err := s.writer.script("PRAGMA foreign_keys = ON"); err != nil { // only now: a migration may make a table anew
		return err
	}
	s.reached(stepOpened)
	if err := s.notePlace(before); err != nil {
		return err
	}
	if err := s.openReaders(ctx); err != nil {
		return err
	}
	if s.reading.Load() > 0 { // this database has come in the place of another
		if err := s.writer.tx(ctx, func() error { return s.noteReading(s.writer) }); err != nil {
			return err
		}
	}
	s.writer.frames = s.frames
	var stored int64
	if _, err := s.writer.row(`SELECT coalesce(max(id), 0) FROM mail`, nil, &stored); err != nil {
		return err
	}
	s.frames.stored.Store(stored)
	return s.frames.refresh()
}

// bringUpToDate waits for no other writer where there is nothing to do.
func (s *Store) bringUpToDate(ctx context.Context) error {
	found, err := s.writer.version()
	if err != nil || found == schemaVersion() {
		return err
	}
	return s.writer.tx(ctx, func() error { return migrate(s.writer) })
}

func (s *Store) refuseStrangers(ctx context.Context) error {
	if info, err := os.Stat(s.path); err != nil || info.Size() == 0 {
		return nil // to be made
	}
	options := "mode=ro&_busy_timeout=10000"
	if _, err := os.Stat(s.path + "-wal"); errors.Is(err, os.ErrNotExist) {
		options += "&immutable=1" // or looking would leave a log beside a database that is not ours
	}
	look, err := sql.Open("sqlite3", dsn(s.path, options))
	if err != nil {
		return err
	}
	defer look.Close()
	_, err = readVersion(ctx, look)
	return err
}

// OpenReadOnly opens a database that must exist, beside whoever writes to it, and never changes it.
func OpenReadOnly(ctx context.Context, path string) (*Store, error) {
	s := &Store{path: path, turn: newTurn()}
	err := s.openExisting(ctx)
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("open database %s: %w", path, explain(err))
	}
	return s, nil
}

func (s *Store) openExisting(ctx context.Context) error {
	if _, err := os.Stat(s.path); errors.Is(err, os.ErrNotExist) {
		return ErrNotExist
	}
	if err := refuseOdd(s.path); err != nil {
		return err
	}
	if err := s.refuseStrangers(ctx); err != nil {
		return err
	}
	if err := s.openReaders(ctx); err != nil {
		return err
	}
	found, err := readVersion(ctx, s.readers.Load().pool)
	if err != nil {
		return err
	}
	if found < schemaVersion() {
		return fmt.Errorf("it has version %d, this patchwatch needs %d; any command that writes, such as watch, brings it up to date", found, schemaVersion())
	}
	return s.frames.refresh()
}

const readOptions = "mode=ro&_query_only=1&_busy_timeout=10000&_cache_size=-16384"

// readerConns is how many can read at once; others wait.
const readerConns = 4

func (s *Store) openReaders(ctx context.Context) error {
	pool, err := sql.Open("sqlite3", dsn(s.path, readOptions))
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(readerConns)
	pool.SetMaxIdleConns(readerConns)
	if s.writable {
		if err := s.openAllAtOnce(ctx, pool); err != nil {
			return errors.Join(err, pool.Close())
		}
	}
	s.readers.Store(newReaders(pool))
	if s.frames == nil { // kept when the database is opened again: others may be compressing with it
		s.frames = &frames{load: s.dictionaries}
	}
	return nil
}

// openAllAtOnce opens every connection that the pool will have, while the file is known to be the right one. One that the pool
// opened later could find another file under the name. To SQLite that would be a second database in this process, so that no
// lock of ours would keep it from cutting the shared memory of the first, "-shm", from under those who read: SIGBUS.
func (s *Store) openAllAtOnce(ctx context.Context, pool *sql.DB) error {
	for range readerConns {
		c, err := pool.Conn(ctx)
		if err != nil {
			return err
		}
		defer c.Close() // gives it back to the pool
		if _, err := c.ExecContext(ctx, `SELECT 1 FROM sqlite_schema`); err != nil {
			return err
		}
	}
	return s.inPlace()
}

// Close waits for the transaction in hand. Closing twice does nothing.
func (s *Store) Close() error {
	_ = s.turn.take(context.Background())
	defer s.turn.leave()
	s.writable = false
	return s.closeAll()
}

func (s *Store) closeAll() error {
	errs := []error{s.giveUpReaders()} // before the writer, which puts the log away when it is the last
	if s.writer != nil {
		errs = append(errs, s.writer.close())
	}
	s.writer = nil
	return errors.Join(errs...)
}

// Path of the database file.
func (s *Store) Path() string { return s.path }

// SQLiteVersion is the version of the library that is linked in.
func SQLiteVersion() string {
	version, _, _ := sqlite3.Version()
	return version
}

// write runs f in one immediate transaction, alone. When it returns nil, what f wrote is on disk, in the file that has the
// database's name.
func (s *Store) write(ctx context.Context, f func(w *writer) error) error {
	if err := s.turn.take(ctx); err != nil {
		return err
	}
	defer s.turn.leave()
	if !s.writable {
		return errors.New("the database is open for reading only")
	}
	if s.writer == nil { // it was lost, and could not be opened again
		if err := s.openPatiently(ctx); err != nil {
			return err
		}
	}
	if lost := s.inPlace(); lost != nil {
		return s.regain(ctx, lost)
	}
	if err := s.writer.tx(ctx, func() error { return f(s.writer) }); err != nil {
		return explain(err)
	}
	s.writer.keepLogSmall()
	return s.inPlace()
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

// explain puts into words what SQLite's own words leave open.
func explain(err error) error {
	var e sqlite3.Error // the driver returns the value, never a pointer
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code {
	case sqlite3.ErrNotADB:
		return fmt.Errorf("the file is not an SQLite database: %w", err)
	case sqlite3.ErrCorrupt:
		return fmt.Errorf("the database is damaged; restore a backup, or import the mails from cur into a new one: %w", err)
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return fmt.Errorf("another process holds the database locked: %w", err)
	case sqlite3.ErrFull:
		return fmt.Errorf("the disk that holds the database is full: %w", err)
	case sqlite3.ErrReadonly:
		return fmt.Errorf("the database or its folder can't be written to: %w", err)
	case sqlite3.ErrCantOpen:
		return fmt.Errorf("the database file can't be opened (is it a file, and readable, in a folder that can be written to?): %w", err)
	}
	return err
}

// isConstraint tells whether the values of a row are at fault, which no retry can cure. That the database has such a row
// already, or lacks one that it refers to, is no fault of theirs.
func isConstraint(err error) bool {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.ExtendedCode {
	case sqlite3.ErrConstraintUnique, sqlite3.ErrConstraintPrimaryKey, sqlite3.ErrConstraintRowID, sqlite3.ErrConstraintForeignKey:
		return false
	}
	return e.Code == sqlite3.ErrConstraint || e.Code == sqlite3.ErrTooBig || e.Code == sqlite3.ErrMismatch
}

func placeholders(n int) string {
	return strings.TrimSuffix(strings.Repeat("?,", n), ",")
}
