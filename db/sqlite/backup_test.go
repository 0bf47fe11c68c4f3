package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"patchwatch/db/engine"
	"patchwatch/internal/needs"
)

func wantNothingBeside(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.Contains(" "+strings.Join(names, " ")+" ", " "+e.Name()+" ") {
			t.Errorf("%s is left", e.Name())
		}
	}
}

// Whoever may not read the database may not read its copy.
func TestBackupHasTheDatabasesMode(t *testing.T) {
	for _, mode := range []os.FileMode{0o600, 0o640, 0o644} {
		e, dir := newEngine(t), t.TempDir()
		mustStore(t, e, 1, 10)
		if err := os.Chmod(e.path, mode); err != nil {
			t.Fatal(err)
		}
		e.step = func(string) {
			entries, _ := filepath.Glob(filepath.Join(dir, ".*"))
			for _, e := range entries {
				if info, err := os.Stat(e); err != nil || info.Mode().Perm() != 0o700 {
					t.Errorf("others can look at the copy while it is made: %v, %v", info, err)
				}
			}
		}
		if err := e.Backup(ctx, filepath.Join(dir, "copy")); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(dir, "copy"))
		if err != nil || info.Mode().Perm() != mode {
			t.Errorf("%v, %v, want %v", info.Mode(), err, mode)
		}
		wantNothingBeside(t, dir, "copy")
		wantSound(t, readOnly(t, filepath.Join(dir, "copy")), 9)
	}
}

// Each copy begins an epoch of its own, and is else what the database is.
func TestBackupBeginsAnEpoch(t *testing.T) {
	s, _ := storeAndEngine(t, 1, 20)
	dir := t.TempDir()
	epochs := map[string]bool{}
	for _, name := range []string{"one", "two"} {
		if err := s.Backup(ctx, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		c, err := Open(ctx, filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		epoch, err := c.Epoch(ctx)
		if err != nil || len(epoch) != 16 {
			t.Error(epoch, err)
		}
		epochs[epoch] = true
		wantSame(t, c, name, dump(t, s))
		theirs, err1 := c.Events(ctx, 0, 0)
		ours, err2 := s.Events(ctx, 0, 0)
		if err := errors.Join(err1, err2); err != nil || len(ours) == 0 || !reflect.DeepEqual(ours, theirs) {
			t.Errorf("%d events of %d, %v", len(theirs), len(ours), err)
		}
		c.Close()
	}
	epoch, err := s.Epoch(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if epochs[epoch] = true; len(epochs) != 3 {
		t.Errorf("there are %d epochs in three databases", len(epochs))
	}
	wantNothingBeside(t, dir, "one", "two")
}

// What somebody else puts there while the copy is made stays as it is, whatever it is.
func TestBackupLeavesForeignFiles(t *testing.T) {
	for _, c := range []struct {
		name string
		put  func(path string) error
		kept func(path string) bool
	}{
		{"a file", func(path string) error { return os.WriteFile(path, []byte("theirs"), 0o600) },
			func(path string) bool { text, _ := os.ReadFile(path); return string(text) == "theirs" }},
		{"an empty file", func(path string) error { return os.WriteFile(path, nil, 0o600) },
			func(path string) bool { info, err := os.Lstat(path); return err == nil && info.Size() == 0 }},
		{"a link to nothing", func(path string) error { return os.Symlink("nothing", path) },
			func(path string) bool {
				to, _ := os.Readlink(path)
				_, err := os.Lstat(filepath.Join(filepath.Dir(path), "nothing"))
				return to == "nothing" && os.IsNotExist(err)
			}},
		{"a folder", func(path string) error { return os.Mkdir(path, 0o700) },
			func(path string) bool { info, err := os.Lstat(path); return err == nil && info.IsDir() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, dir := newEngine(t), t.TempDir()
			mustStore(t, e, 1, 10)
			path := filepath.Join(dir, "copy")
			e.step = func(string) {
				if err := c.put(path); err != nil {
					t.Error(err)
				}
			}
			for range 2 { // when it is there already, and when it comes meanwhile
				if err := e.Backup(ctx, path); !errors.Is(err, engine.ErrConflict) {
					t.Error(err)
				}
				if !c.kept(path) {
					t.Error("it is not as it was")
				}
				e.step = nil
			}
			wantNothingBeside(t, dir, "copy")
		})
	}
}

// The same by chance: either the copy is first or the other file, and the other file stays.
func TestBackupInARace(t *testing.T) {
	e, dir := newEngine(t), t.TempDir()
	mustStore(t, e, 1, 100)
	gone := 0
	for i := range 100 {
		path := filepath.Join(dir, fmt.Sprint(i))
		put := make(chan error, 1)
		go func() {
			time.Sleep(time.Duration(i) * 50 * time.Microsecond)
			f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
			if err == nil {
				_, err = f.WriteString("theirs")
				f.Close()
			}
			put <- err
		}()
		err := e.Backup(ctx, path)
		theirs := <-put == nil
		text, _ := os.ReadFile(path)
		switch {
		case theirs && (err == nil || string(text) != "theirs"):
			gone++
		case !theirs && err != nil:
			t.Error(err)
		}
	}
	if gone > 0 {
		t.Errorf("%d files are gone", gone)
	}
}

// A backup that is broken off leaves nothing.
func TestBackupBrokenOff(t *testing.T) {
	e, dir := newEngine(t), t.TempDir()
	mustStore(t, e, 1, 10)
	ctx, stop := context.WithCancel(ctx)
	stop()
	if err := e.Backup(ctx, filepath.Join(dir, "copy")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	wantNothingBeside(t, dir)
}

// Whether there is room is asked before anything is written.
func TestBackupAsksForRoom(t *testing.T) {
	e, dir := newEngine(t), t.TempDir()
	mustStore(t, e, 1, 100)
	needs.SmallDisk(t, dir, "size=64k")
	err := e.Backup(ctx, filepath.Join(dir, "copy"))
	if err == nil || !strings.Contains(err.Error(), "has 64 KiB left") {
		t.Error(err)
	}
	wantNothingBeside(t, dir)
}

// So does Scratch before it makes its copy.
func TestScratchAsksForRoom(t *testing.T) {
	dir := t.TempDir()
	needs.SmallDisk(t, dir, "size=8m")
	e := engineAt(t, filepath.Join(dir, "x.db"))
	defer e.Close() // before the folder goes
	mustStore(t, e, 1, 500)
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "other"),
		make([]byte, int64(fs.Bavail)*fs.Bsize-64<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := e.Scratch(ctx)
	if err == nil || !strings.Contains(err.Error(), "has 64 KiB left") {
		t.Error(err)
	}
	wantNothingBeside(t, dir, "x.db", "x.db-wal", "x.db-shm", "other")
}
