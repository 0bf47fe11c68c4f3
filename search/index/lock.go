package index

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
	"golang.org/x/sys/unix"
)

// Who writes the index holds a lock on a file beside it. Nobody else makes the index, writes it or removes it, so
// that processes neither fight nor wait for each other: those that do not get the lock only read. The lock is not on
// the index itself, which may be removed by anybody, and it ends with the process that holds it.

// ErrLocked is the error of Writer while another process has the lock.
var ErrLocked = errors.New("another process keeps the search index")

func (x *Index) lock() (*flock.Flock, error) {
	if err := os.MkdirAll(filepath.Dir(x.path), 0o700); err != nil {
		return nil, fmt.Errorf("make a folder for the search index: %w", err)
	}
	l := flock.New(x.path+"-lock", flock.SetFlag(os.O_RDONLY|os.O_CREATE|unix.O_NOFOLLOW), flock.SetPermissions(0o644))
	ok, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the search index: %w", err)
	}
	if !ok {
		return nil, ErrLocked
	}
	return l, nil
}

// askAnew is the name of a file by which whoever does not hold the lock asks for an index made anew.
func (x *Index) askAnew() string { return x.path + "-anew" }

// Discard throws the index away. If another process keeps it, that one is asked to.
func (x *Index) Discard() error {
	l, err := x.lock()
	if errors.Is(err, ErrLocked) {
		f, err := os.OpenFile(x.askAnew(), os.O_WRONLY|os.O_CREATE, 0o644)
		if err != nil {
			return err
		}
		return f.Close()
	}
	if err != nil {
		return err
	}
	defer l.Close()
	return x.remove()
}

// Discarding tells that the process which keeps the index has been asked to make it anew, and has not begun.
func (x *Index) Discarding() bool {
	_, err := os.Lstat(x.askAnew())
	return err == nil
}

// remove removes the index with its log. The lock is held.
func (x *Index) remove() error {
	x.leave(nil)
	if err := removeAll(x.path); err != nil {
		return err
	}
	return removeIfThere(x.askAnew())
}

// removeAll removes a file with its log. The log goes first: SQLite would take an old one for that of a new file.
func removeAll(path string) error {
	for _, suffix := range []string{"-wal", "-shm", "-journal", ""} {
		if err := removeIfThere(path + suffix); err != nil {
			return err
		}
	}
	return nil
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
