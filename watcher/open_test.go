package watcher

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// writtenFIFO is a FIFO that somebody has open for writing, on which a reader that does not look waits for ever.
func writtenFIFO(t *testing.T, path string) {
	t.Helper()
	mkfifo(t, path)
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
}

func TestReadFile(t *testing.T) {
	in := func(name string) string { return filepath.Join(t.TempDir(), name) }
	file, link, fifo := in("file"), in("link"), in("fifo")
	write(t, file, "some text")
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	writtenFIFO(t, fifo)
	for _, path := range []string{link, fifo, t.TempDir()} {
		if _, _, err := ReadFile(path, 100); !errors.Is(err, ErrNoFile) {
			t.Errorf("%s: %v", path, err)
		}
	}
	for limit, want := range map[int64]string{0: "", 4: "some", 9: "some text", 100: "some text"} {
		if got, info, err := ReadFile(file, limit); string(got) != want || err != nil || info.Size() != 9 {
			t.Errorf("up to %d: %q, %v", limit, got, err)
		}
	}
}

// What is written goes to neither end of a link, into no file that has another name, and into no FIFO.
func TestWriteFile(t *testing.T) {
	for _, kind := range []string{"nothing", "file", "link", "hard link", "fifo"} {
		dir := t.TempDir()
		other, path := filepath.Join(dir, "other"), filepath.Join(dir, "x")
		write(t, other, "precious")
		for _, name := range []string{path, path + ".new"} {
			oddFile(t, kind, name, other)
		}
		if err := WriteFile(path, "text\n"); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		got, _, err := ReadFile(path, 100)
		if precious := read(t, other); string(got) != "text\n" || err != nil || precious != "precious" {
			t.Errorf("%s: %q, %v; the other file has %q", kind, got, err, precious)
		}
	}
}

// The same of the reason of a mail that is refused, which is written into failed.
func TestReasonIsWrittenToNothingElse(t *testing.T) {
	for _, kind := range []string{"nothing", "file", "link", "hard link", "fifo"} {
		dir := t.TempDir()
		other := filepath.Join(dir, "other")
		write(t, other, "precious")
		oddFile(t, kind, filepath.Join(dir, ".m.reason"), other)
		fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(fd)
		if err := writeReason(&folders{dir: dir, failed: fd}, "m", errors.New("no header")); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if got := read(t, filepath.Join(dir, "m.reason")); got != "no header\n" || read(t, other) != "precious" {
			t.Errorf("%s: %q; the other file has %q", kind, got, read(t, other))
		}
	}
}

func oddFile(t *testing.T, kind, name, other string) {
	t.Helper()
	var err error
	switch kind {
	case "file":
		write(t, name, "old")
	case "link":
		err = os.Symlink(other, name)
	case "hard link":
		err = os.Link(other, name)
	case "fifo":
		mkfifo(t, name)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A FIFO in the place of a folder or of a reason is told of at once.
func TestFIFOsInAMaildir(t *testing.T) {
	dir := newMaildir(t)
	write(t, filepath.Join(dir, "failed", "m"), "no mail")
	writtenFIFO(t, filepath.Join(dir, "failed", "m.reason"))
	mails, err := Failed(dir)
	if err != nil || len(mails) != 1 || mails[0].Reason != "" {
		t.Errorf("%v, %v", mails, err)
	}
	for _, name := range []string{"new", "cur"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	mkfifo(t, filepath.Join(dir, "new"))
	if _, err := Waiting(dir); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("%v", err)
	}
	if err := (&listing{}).start(filepath.Join(dir, "new")); err == nil {
		t.Error("a FIFO was listed")
	}
}
