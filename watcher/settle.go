package watcher

import (
	"errors"
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// settler moves claimed mails to where they belong.
type settler struct {
	mover mover
	step  func(string)
}

// errMoved says that the name in new is no longer the mail that was claimed.
var errMoved = errors.New("somebody else has moved it")

// store moves a mail that is stored into cur and says what it is called there.
func (s *settler) store(h *heldClaim) (path string, err error) {
	name, err := s.moveToFreeName(h, h.folders.cur, curName, nil)
	path = filepath.Join(h.Dir, "cur", name)
	if err != nil {
		return path, &fs.PathError{Op: "move to cur", Path: path, Err: err}
	}
	s.step(stepMovedToCur)
	if h.folders.reasons {
		removeStaleReason(h.folders, h.Name)
	}
	return path, nil
}

// refuse moves a mail into failed, with the reason beside it.
func (s *settler) refuse(h *heldClaim, reason error) (path string, err error) {
	name, err := s.moveToFreeName(h, h.folders.failed, failedName, func(name string) error {
		if err := writeReason(h.folders, name, reason); err != nil {
			return err
		}
		h.folders.reasons = true
		s.step(stepReasonWritten)
		return nil
	})
	path = filepath.Join(h.Dir, "failed", name)
	if err != nil {
		return path, &fs.PathError{Op: "move to failed", Path: path, Err: err}
	}
	s.step(stepMovedToFailed)
	return path, nil
}

// moveToFreeName moves a mail to the first of its names that no other file has. It calls before with a name that
// seems free.
func (s *settler) moveToFreeName(
	h *heldClaim, folder int, nameFor func(string, int) string, before func(string) error,
) (string, error) {
	// The lock keeps nobody from moving the file by hand while the handler stores it. A file that has its name now is
	// not stored, and stays.
	switch now, err := inodeAt(h.folders.new, h.Name); {
	case err == unix.ENOENT, err == nil && now != h.file:
		return h.Name, errMoved
	case err != nil:
		return h.Name, err
	}
	for choice := range maxChoices {
		name := nameFor(h.Name, choice)
		if before != nil && free(folder, name, h.file) {
			if err := before(name); err != nil {
				return name, err
			}
		}
		err := s.mover.move(h.folders.new, h.Name, folder, name)
		if err == unix.EEXIST {
			err = s.finishMove(h, folder, name)
		}
		if err != unix.EEXIST {
			return name, err
		}
	}
	return h.Name, errNoFreeName
}

// free tells whether a mail could be moved to a name: no file has it, or the mail itself does, after a move that was
// cut off.
func free(folder int, name string, file inode) bool {
	there, err := inodeAt(folder, name)
	return err == unix.ENOENT || err == nil && there == file
}

// finishMove ends a move by link and unlink that was cut off between the two, when the taken name is the same file.
// It returns EEXIST when that is another file.
func (s *settler) finishMove(h *heldClaim, folder int, name string) error {
	there, err := inodeAt(folder, name)
	if err != nil {
		return err
	}
	if there != h.file {
		return unix.EEXIST
	}
	return ignoringEINTR(func() error { return unix.Unlinkat(h.folders.new, h.Name, 0) })
}
