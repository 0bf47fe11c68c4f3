package watcher

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// mover moves a file and never replaces another. os.Rename does replace: a mail in cur that has the same name would be
// gone without a word.
type mover struct {
	link   bool // always by link and unlink
	linked func()
}

// move gives EEXIST when the target name is taken, by whatever file. Between link and unlink the target is synced:
// unlike a rename, the two could reach the disk in the other order.
func (m mover) move(fromDir int, from string, toDir int, to string) error {
	if !m.link {
		err := ignoringEINTR(func() error { return unix.Renameat2(fromDir, from, toDir, to, unix.RENAME_NOREPLACE) })
		if !renameUnsupported(err) {
			return err
		}
	}
	if err := ignoringEINTR(func() error { return unix.Linkat(fromDir, from, toDir, to, 0) }); err != nil {
		return err
	}
	if m.linked != nil {
		m.linked()
	}
	if err := syncFolder(toDir); err != nil {
		return err
	}
	return ignoringEINTR(func() error { return unix.Unlinkat(fromDir, from, 0) })
}

// renameUnsupported is how kernels and file systems say that they cannot rename without replacing: ENOSYS before Linux
// 3.15, EINVAL and the like from a file system (renameat2(2)).
func renameUnsupported(err error) bool {
	return errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EOPNOTSUPP)
}

// moveFile is move by paths, on disk when it returns. Its errors name both.
func moveFile(from, to string) error {
	folder, err := openFolder(filepath.Dir(to))
	if err != nil {
		return err
	}
	defer unix.Close(folder)
	err = mover{}.move(unix.AT_FDCWD, from, folder, filepath.Base(to))
	if err == nil {
		err = syncFolder(folder)
	}
	if err != nil {
		return &os.LinkError{Op: "move", Old: from, New: to, Err: err}
	}
	return nil
}
