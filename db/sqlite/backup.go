package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"patchwatch/db/engine"
)

// Backup writes a consistent copy of the database to a new file, while others read and write it. When it returns nil
// the copy is on disk, with the permissions of the database.
//
// The copy is made in a folder of its own, which nobody else may enter, and gets its name when it is whole. So a backup
// that is killed leaves no half copy under that name, and a file that somebody else puts there meanwhile is never
// touched.
func (e *database) Backup(ctx context.Context, file string) error {
	if _, err := os.Lstat(file); err == nil {
		return fmt.Errorf("%s is there already: %w", file, engine.ErrConflict)
	}
	if err := e.backup(ctx, file); err != nil {
		return fmt.Errorf("copy the database to %s: %w", file, explain(err))
	}
	return nil
}

func (e *database) backup(ctx context.Context, file string) error {
	if err := e.readable(); err != nil {
		return err
	}
	info, err := os.Stat(e.path)
	if err != nil {
		return err
	}
	// A connection of its own: query_only, which the readers have, forbids even a VACUUM that writes elsewhere.
	source, err := sql.Open("sqlite3", dsn(e.path, "mode=ro&_busy_timeout=10000"))
	if err != nil {
		return err
	}
	defer source.Close()
	var size int64
	if err := source.QueryRowContext(ctx, usedBytes).Scan(&size); err != nil {
		return err
	}
	if err := roomFor(size, filepath.Dir(file)); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(filepath.Dir(file), ".patchwatch-backup-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, "copy.db")
	if _, err := source.ExecContext(ctx, `VACUUM INTO ?`, copied); err != nil {
		return err
	}
	if err := newEpoch(copied); err != nil {
		return err
	}
	if err := os.Chmod(copied, info.Mode().Perm()); err != nil {
		return err
	}
	if err := syncPath(copied); err != nil { // VACUUM INTO leaves that to the kernel
		return err
	}
	e.reached(stepCopied)
	if err := moveNew(copied, file); err != nil {
		return err
	}
	return syncPath(filepath.Dir(file))
}

// newEpoch has events of a copy be others than those of the same numbers that will come in the original.
func newEpoch(copied string) error {
	w, err := newWriter(dsn(copied, "_synchronous=OFF&"+writeOptions)) // it is brought to the disk afterwards
	if err != nil {
		return err
	}
	return errors.Join(w.exec(`UPDATE epoch SET name = lower(hex(randomblob(8)))`), w.close())
}

// usedBytes is what the pages take that are not free.
const usedBytes = `
	SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size`

// moveNew gives a file a name that no other file has.
func moveNew(from, to string) error {
	err := unix.Renameat2(unix.AT_FDCWD, from, unix.AT_FDCWD, to, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EOPNOTSUPP) {
		err = unix.Link(from, to) // what is left under the other name goes with its folder
	}
	if errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("another file has been put there meanwhile: %w", engine.ErrConflict)
	}
	return err
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// roomFor tells whether a folder's file system has room for so many bytes. Where it can't tell, it says nothing: then
// writing will show it.
func roomFor(size int64, dir string) error {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil || fs.Blocks == 0 {
		return nil
	}
	if free := int64(fs.Bavail) * fs.Bsize; free < size {
		return fmt.Errorf("it takes about %s, and the disk that holds %s has %s left", inWords(size), dir, inWords(free))
	}
	return nil
}

func inWords(size int64) string {
	if size < 10<<20 {
		return fmt.Sprintf("%d KiB", (size+1<<10-1)>>10)
	}
	return fmt.Sprintf("%d MiB", (size+1<<20-1)>>20)
}
