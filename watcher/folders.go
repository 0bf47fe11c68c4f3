package watcher

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// folders are a Maildir's new, cur and failed, held open. Claims are checked and mails moved relative to these
// descriptors. So even when somebody renames new meanwhile, a mail is moved out of the folder in which it was
// claimed, and no other mail of that name is.
type folders struct {
	box              *box
	dir              string
	new, cur, failed int // descriptors
	id               inode

	curTouched, failedTouched bool // mails were moved there and are not yet synced
	reasons                   bool // failed is not empty, so there may be reasons in it
}

// openFolders creates cur and failed if they are gone. It does not create new: somebody may be about to put that
// back.
func openFolders(b *box) (*folders, error) {
	f := &folders{box: b, dir: b.dir, new: -1, cur: -1, failed: -1}
	err := f.open()
	if err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

func (f *folders) open() (err error) {
	if f.new, err = openFolder(filepath.Join(f.dir, "new")); err != nil {
		return err
	}
	if f.id, err = inodeOfOpen(f.new); err != nil {
		return fmt.Errorf("fstat(%s/new): %w", f.dir, err)
	}
	if f.cur, err = openOrMakeFolder(filepath.Join(f.dir, "cur")); err != nil {
		return err
	}
	if f.failed, err = openOrMakeFolder(filepath.Join(f.dir, "failed")); err != nil {
		return err
	}
	if err = f.checkDistinct(); err != nil {
		return err // a pause, until somebody has put it right
	}
	f.reasons = !empty(f.failed)
	return nil
}

func (f *folders) checkDistinct() error {
	cur, err := inodeOfOpen(f.cur)
	if err != nil {
		return fmt.Errorf("fstat(%s/cur): %w", f.dir, err)
	}
	failed, err := inodeOfOpen(f.failed)
	if err != nil {
		return fmt.Errorf("fstat(%s/failed): %w", f.dir, err)
	}
	return distinct(f.id, cur, failed)
}

// distinct refuses links that make one folder of two. A mail moved from new to new would look as if a crash had left
// it in both, and its only file would be removed.
func distinct(new, cur, failed inode) error {
	for _, pair := range []struct {
		a, b inode
		is   string
	}{{new, cur, "new and cur are"}, {new, failed, "new and failed are"}, {cur, failed, "cur and failed are"}} {
		if pair.a == pair.b {
			return errors.New(pair.is + " the same folder, by a link; a Maildir needs each of its own")
		}
	}
	return nil
}

// empty tells whether an open folder has nothing in it. After an error the answer is no: then the caller looks more
// closely.
func empty(fd int) bool {
	buf := make([]byte, 4096)
	n, err := unix.Getdents(fd, buf)
	if err != nil {
		return false
	}
	_, entries, _ := unix.ParseDirent(buf[:n], 1, nil) // leaves out . and ..
	return entries == 0
}

func openOrMakeFolder(path string) (int, error) {
	fd, err := openFolder(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return fd, err
	}
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return -1, err
	}
	return openFolder(path)
}

func openFolder(path string) (fd int, err error) {
	err = ignoringEINTR(func() error {
		fd, err = unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return -1, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return fd, nil
}

func (f *folders) close() {
	for _, fd := range []int{f.new, f.cur, f.failed} {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}

// sync puts the moves on disk. Once a round is enough: a rename that a power cut undoes leaves the mail in new, where
// the next watcher finds it, stored or not.
func (f *folders) sync() error {
	if f.curTouched {
		if err := syncFolder(f.cur); err != nil {
			return &fs.PathError{Op: "fsync", Path: filepath.Join(f.dir, "cur"), Err: err}
		}
	}
	if f.failedTouched {
		if err := syncFolder(f.failed); err != nil {
			return &fs.PathError{Op: "fsync", Path: filepath.Join(f.dir, "failed"), Err: err}
		}
	}
	return nil
}

func syncFolder(fd int) error {
	return ignoringEINTR(func() error { return unix.Fsync(fd) })
}
