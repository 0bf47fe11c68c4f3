package watcher

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// writeReason puts the reason beside the place where a mail is about to be. It comes before the mail: a mail in failed
// without a reason helps nobody, a reason without its mail is overwritten or goes when the mail is stored.
//
// Written under a dotted name and renamed, it is there whole or not at all. The name is always the same, so that a
// crash leaves one file, which the next attempt replaces; no other watcher writes it, for we hold the lock on the mail.
func writeReason(f *folders, failed string, reason error) error {
	name := reasonName(failed)
	tmp := shorten("."+name, maxName)
	if err := writeSynced(f.failed, tmp, reasonText(reason)); err != nil {
		unix.Unlinkat(f.failed, tmp, 0)
		return &fs.PathError{Op: "write reason", Path: filepath.Join(f.dir, "failed", name), Err: err}
	}
	if err := unix.Renameat(f.failed, tmp, f.failed, name); err != nil {
		return &fs.PathError{Op: "write reason", Path: filepath.Join(f.dir, "failed", name), Err: err}
	}
	return nil
}

func reasonText(reason error) string {
	text := strings.TrimSpace(reason.Error())
	if text == "" {
		text = "No reason was given."
	}
	return text + "\n"
}

func writeSynced(folder int, name, text string) error {
	var fd int
	err := ignoringEINTR(func() (err error) {
		unix.Unlinkat(folder, name, 0) // what a crash left, or a link or a FIFO that somebody put there
		flags := unix.O_WRONLY | unix.O_CREAT | unix.O_EXCL | unix.O_NOFOLLOW | unix.O_CLOEXEC
		fd, err = unix.Openat(folder, name, flags, 0o600)
		return err
	})
	if err != nil {
		return err
	}
	file := os.NewFile(uintptr(fd), name)
	defer file.Close()
	if _, err := file.WriteString(text); err != nil {
		return err
	}
	return file.Sync()
}

// removeStaleReason removes the reason of an earlier refusal after the mail has been stored. If a mail of that name
// is in failed, the reason belongs to it, and ours is at the next choice of name. An error does not matter, since
// this only tidies up.
func removeStaleReason(f *folders, name string) {
	for choice := range maxChoices {
		failed := failedName(name, choice)
		reason := reasonName(failed)
		if _, err := inodeAt(f.failed, reason); err != nil {
			return
		}
		if _, err := inodeAt(f.failed, failed); err == unix.ENOENT {
			unix.Unlinkat(f.failed, reason, 0)
			return
		}
	}
}
