package watcher

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// EnsureMaildir makes sure that a folder is a Maildir with cur, new, tmp and failed. It makes those that are missing,
// with mode 0700; created tells that it had neither cur nor new nor tmp before. It does not make the folder itself: a
// misspelt path would be watched for ever.
//
// Its errors are meant for the person who typed the path. They wrap fs.ErrNotExist, fs.ErrPermission and the like.
func EnsureMaildir(dir string) (created bool, err error) {
	created, err = ensureMaildir(dir)
	if err != nil {
		return false, fmt.Errorf("prepare(%s): %w", dir, err)
	}
	return created, nil
}

func ensureMaildir(dir string) (created bool, err error) {
	if err := checkFolder(dir); err != nil {
		return false, err
	}
	created = true
	for _, name := range []string{"cur", "new", "tmp", "failed"} {
		made, err := makeFolder(filepath.Join(dir, name))
		if err != nil {
			return false, err
		}
		if !made && name != "failed" {
			created = false
		}
	}
	if err := checkDistinct(dir); err != nil {
		return false, err
	}
	return created, checkMovable(dir)
}

func checkDistinct(dir string) error {
	var ids [3]inode
	for i, name := range []string{"new", "cur", "failed"} {
		var err error
		if ids[i], err = inodeOfPath(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return distinct(ids[0], ids[1], ids[2])
}

func checkFolder(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no such folder: %w", err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("no permission to look at it: %w", err)
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("it is a file; a Maildir is a folder: %w", unix.ENOTDIR)
	}
	return nil
}

func makeFolder(path string) (made bool, err error) {
	err = os.Mkdir(path, 0o700)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, fs.ErrExist):
		return false, checkFolderAt(path)
	case errors.Is(err, fs.ErrPermission):
		return false, fmt.Errorf("no permission to make %s in it: %w", filepath.Base(path), err)
	}
	return false, err
}

func checkFolderAt(path string) error {
	if err := checkFolder(path); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return nil
}

// checkMovable finds out at the start, and not with the first mail, that nothing could be moved.
func checkMovable(dir string) error {
	for _, name := range []string{"new", "cur", "failed"} {
		path := filepath.Join(dir, name)
		if err := unix.Faccessat(unix.AT_FDCWD, path, unix.R_OK|unix.W_OK|unix.X_OK, unix.AT_EACCESS); err != nil {
			return fmt.Errorf("no permission to read and move mail in %s: %w", name, err)
		}
	}
	return nil
}
