package watcher

import (
	"io/fs"
	"syscall"

	"golang.org/x/sys/unix"
)

// inode identifies a file whatever its name is. A name may pass to another file while we look; an inode that is held
// open does not.
type inode struct{ dev, ino uint64 }

func inodeOf(st *unix.Stat_t) inode {
	return inode{uint64(st.Dev), st.Ino}
}

// inodeOfInfo returns the zero inode, which no file has, if info does not come from a file.
func inodeOfInfo(info fs.FileInfo) inode {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return inode{}
	}
	return inode{uint64(st.Dev), st.Ino}
}

// inodeOfOpen is the inode of a descriptor.
func inodeOfOpen(fd int) (inode, error) {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return inode{}, err
	}
	return inodeOf(&st), nil
}

// inodeAt is the inode of a name in an open folder; a symbolic link is not followed.
func inodeAt(folder int, name string) (inode, error) {
	var st unix.Stat_t
	if err := unix.Fstatat(folder, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return inode{}, err
	}
	return inodeOf(&st), nil
}

// inodeOfPath follows symbolic links: a Maildir may well be one, only mail may not.
func inodeOfPath(path string) (inode, error) {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return inode{}, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	return inodeOf(&st), nil
}

// ignoringEINTR repeats a system call that a signal has interrupted; the Go runtime sends itself many.
func ignoringEINTR(call func() error) error {
	for {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
}
