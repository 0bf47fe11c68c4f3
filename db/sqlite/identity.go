package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"patchwatch/db/engine"
)

// A database that is open can be deleted, or another file moved to its name, and SQLite goes on writing into the file
// that nobody will find again. A mail that is stored there and then moved out of new would be lost. So each transaction
// looks, before and after, whether the files that are open still are those of their names.

// identity is the files of an open database.
type identity struct{ file, wal os.FileInfo }

// fileToOpen is what is under the name before SQLite opens it. If there is nothing, an empty file is made here: if
// SQLite made it, nobody could tell which file that was.
func (e *database) fileToOpen() (os.FileInfo, error) {
	f, err := os.OpenFile(e.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err == nil {
		err = f.Close() // ends no locks: nothing else in this process has the file open yet
	}
	if errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("the database file can't be opened (is its folder one that can be written to?): %w", err)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.Stat(e.path)
}

// identify is called when the database has been opened and its log was written to. SQLite does not say which file it
// has open: it is the one that was there before and is still there.
func (e *database) identify(before os.FileInfo) (err error) {
	if e.files.file, err = os.Stat(e.path); err != nil {
		return err
	}
	if e.files.wal, err = os.Stat(e.path + "-wal"); err != nil {
		return err
	}
	if !os.SameFile(before, e.files.file) {
		return fmt.Errorf("%s: %w", e.path, engine.ErrReplaced)
	}
	return nil
}

// inPlace tells whether the open files still have their names.
func (e *database) inPlace() error {
	switch file, err := os.Stat(e.path); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the database %s is gone: move it back, or restart the watcher to begin a new one: %w",
			e.path, engine.ErrNotExist)
	case err != nil:
		return err
	case !os.SameFile(file, e.files.file):
		return fmt.Errorf("%s: %w", e.path, engine.ErrReplaced)
	}
	wal, err := os.Stat(e.path + "-wal")
	if err != nil || !os.SameFile(wal, e.files.wal) {
		return fmt.Errorf("the log beside the database, %s-wal, has been removed; it belongs to it: %w",
			e.path, engine.ErrReplaced)
	}
	return nil
}

// regain opens what is under the name now, when the files that are open have lost theirs. It gives the error of having
// lost them also when that succeeds, so that it is told to a person; the next try goes through.
func (e *database) regain(ctx context.Context, lost error) error {
	if errors.Is(lost, engine.ErrNotExist) {
		return lost // to make a new one would lose what people have decided, if the old one comes back
	}
	e.leave()
	if err := e.openPatiently(ctx); err != nil {
		return err
	}
	return lost
}

// keepPlace does what Write does where the files have lost their names, for those who only read: they would read the
// old file until somebody writes. While somebody does, there is nothing to do.
func (e *database) keepPlace(ctx context.Context) error {
	select {
	case e.turn <- struct{}{}:
	default:
		return nil
	}
	defer e.turn.leave()
	switch {
	case e.closed || !e.writable:
		return nil
	case e.writer == nil: // it could not be opened again
		return e.openPatiently(ctx)
	}
	if lost := e.inPlace(); lost != nil {
		return e.regain(ctx, lost)
	}
	return nil
}

// putAway is how long we wait for others who read, so that the whole log can go into its database. If another process
// reads for longer, the wait is in vain.
const putAway = 10 * time.Second

// leave closes files that have lost their names. The log goes into the database that it belongs to, wherever that is
// now, and does not stay beside the new one: SQLite would take it for its log and write old pages over it.
func (e *database) leave() {
	_ = e.giveUpReaders() // nobody begins to read while the log is put away; those who do read are waited for
	_ = e.writer.script(fmt.Sprintf("PRAGMA busy_timeout = %d; PRAGMA wal_checkpoint(TRUNCATE)", putAway.Milliseconds()))
	_ = e.closeAll()
	wal, err := os.Stat(e.path + "-wal")
	if err == nil && os.SameFile(wal, e.files.wal) {
		_ = os.Remove(e.path + "-wal")
		_ = os.Remove(e.path + "-shm")
	}
}
