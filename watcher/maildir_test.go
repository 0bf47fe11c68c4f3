package watcher

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/sys/unix"
)

func TestPrepare(t *testing.T) {
	dir := t.TempDir()
	for _, want := range []bool{true, false} {
		created, err := EnsureMaildir(dir)
		if err != nil || created != want {
			t.Errorf("created %v, %v, want %v", created, err, want)
		}
	}
	wantNames(t, ls(t, dir), "cur", "failed", "new", "tmp")
	info, err := os.Stat(filepath.Join(dir, "failed"))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Error(info.Mode(), err)
	}

	os.Remove(filepath.Join(dir, "failed"))
	if created, err := EnsureMaildir(dir); created || err != nil {
		t.Error("only failed was missing:", created, err)
	}
}

func TestPrepareErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	inside := t.TempDir()
	write(t, filepath.Join(inside, "cur"), "")
	for dir, want := range map[string]error{
		filepath.Join(t.TempDir(), "missing"): fs.ErrNotExist,
		file:                                  unix.ENOTDIR,
		inside:                                unix.ENOTDIR,
	} {
		_, err := EnsureMaildir(dir)
		if !errors.Is(err, want) || !strings.Contains(err.Error(), dir) {
			t.Errorf("%v, want %v", err, want)
		}
	}
}

func TestPrepareWithoutPermission(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root to become somebody else")
	}
	closed, readOnly := t.TempDir(), newMaildir(t)
	os.Chmod(filepath.Join(readOnly, "cur"), 0o755)
	for _, path := range []string{
		filepath.Dir(closed), filepath.Dir(readOnly), readOnly, filepath.Join(readOnly, "new"),
		filepath.Join(readOnly, "failed"),
	} {
		os.Chmod(path, 0o755)
	}
	asNobody(func() {
		for _, dir := range []string{closed, readOnly} {
			if _, err := EnsureMaildir(dir); !errors.Is(err, fs.ErrPermission) {
				t.Errorf("%s: %v", dir, err)
			}
		}
	})
}

// asNobody calls f in a thread without root's rights over files.
func asNobody(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlocked, so that the thread ends with the goroutine
		unix.Setfsgid(65534)
		unix.Setfsuid(65534)
		f()
	}()
	<-done
}

func TestDeliver(t *testing.T) {
	dir := newMaildir(t)
	before := time.Now().Truncate(time.Microsecond)
	names := map[string]bool{}
	for range 3 {
		name, err := Deliver(dir, strings.NewReader("mail"))
		if err != nil {
			t.Fatal(err)
		}
		names[name] = true
		if !regexp.MustCompile(`^\d+\.M\d{6}P\d+Q\d+\.[^/:]+$`).MatchString(name) {
			t.Errorf("name %q", name)
		}
		if at := Delivered(name, time.Time{}); at.Before(before) || at.After(time.Now()) {
			t.Errorf("delivered %v", at)
		}
		if read(t, dir, "new", name) != "mail" {
			t.Error("not the mail")
		}
	}
	if len(names) != 3 || len(ls(t, dir, "tmp")) != 0 {
		t.Error(names, ls(t, dir, "tmp"))
	}
}

func TestDeliverFails(t *testing.T) {
	dir := newMaildir(t)
	broken := io.MultiReader(strings.NewReader("half a"), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := Deliver(dir, broken); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
	os.Remove(filepath.Join(dir, "new"))
	if _, err := Deliver(dir, strings.NewReader("mail")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	wantNames(t, ls(t, dir, "tmp"))
}

// The bytes are on disk before the name is in new, and the name before Deliver returns.
func TestDeliverSyncs(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("needs strace")
	}
	dir, trace := newMaildir(t), filepath.Join(t.TempDir(), "trace")
	cmd := child(t, "deliver", dir)
	cmd.Args = append([]string{strace, "-f", "-o", trace, "-e", "trace=write,fsync,renameat2", cmd.Path}, cmd.Args[1:]...)
	cmd.Path, cmd.Stderr = strace, nil
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("strace does not run here: %v\n%s", err, out)
	}
	calls := regexp.MustCompile(`write\(\d+, "the mail|fsync\(|renameat2\(`).FindAllString(read(t, trace), -1)
	got := regexp.MustCompile(`\(.*`).ReplaceAllString(strings.Join(calls, "\n"), "")
	if want := "write\nfsync\nrenameat2\nfsync"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFailedAndRetry(t *testing.T) {
	dir := newMaildir(t)
	put(t, dir, "1700000000.M1.h", "bad")
	put(t, dir, "x.reason", "bad")
	put(t, dir, "good", "good")
	s := newStore()
	if sum := once(t, config{Prepare: bare,
		Dirs: []string{dir}, Handle: s.handle}); sum != (Summary{Stored: 1, Failed: 2}) {
		t.Error(sum)
	}
	failed, err := Failed(dir)
	if err != nil || len(failed) != 2 {
		t.Fatal(failed, err)
	}
	for _, mail := range failed {
		if mail.Size != 3 || mail.Reason != "This mail is bad.\nIt says so itself." || time.Since(mail.Time) > time.Minute {
			t.Errorf("%+v", mail)
		}
	}

	put(t, dir, "x.reason~", "another")
	if err := Retry(dir, "x.reason~"); !errors.Is(err, fs.ErrExist) {
		t.Error(err)
	}
	for _, folder := range []string{"new/sub", "failed/sub"} {
		os.Mkdir(filepath.Join(dir, folder), 0o700)
	}
	write(t, filepath.Join(dir, "failed/sub/x"), "")
	for _, name := range []string{
		"", "sub/x", "sub", ".", "..", "../new/good", "a/b", "a\x00b", ".hidden", "1700000000.M1.h.reason", "missing",
	} {
		if err := Retry(dir, name); err == nil {
			t.Errorf("Retry(%q) did something", name)
		}
	}
	os.Remove(filepath.Join(dir, "new/sub"))
	os.RemoveAll(filepath.Join(dir, "failed/sub"))
	if err := Retry(dir, "1700000000.M1.h"); err != nil {
		t.Fatal(err)
	}
	wantNames(t, ls(t, dir, "new"), "1700000000.M1.h", "x.reason~")
	wantNames(t, ls(t, dir, "failed"), "1700000000.M1.h.reason", "x.reason~", "x.reason~.reason")

	// What is stored at the second try leaves no reason behind; the reason of another mail stays.
	write(t, filepath.Join(dir, "new", "1700000000.M1.h"), "now good")
	once(t, config{Prepare: bare, Dirs: []string{dir}, Handle: s.handle})
	wantNames(t, ls(t, dir, "failed"), "x.reason~", "x.reason~.reason")
	wantNames(t, ls(t, dir, "new"))
}

func TestFailedWithoutReason(t *testing.T) {
	dir := newMaildir(t)
	write(t, filepath.Join(dir, "failed", "a"), "mail")
	os.Symlink("/etc/passwd", filepath.Join(dir, "failed", "a.reason"))
	os.Mkdir(filepath.Join(dir, "failed", "folder"), 0o700)
	failed, err := Failed(dir)
	if err != nil || len(failed) != 1 || failed[0].Name != "a" || failed[0].Reason != "" {
		t.Error(failed, err)
	}
	os.RemoveAll(filepath.Join(dir, "failed"))
	if failed, err := Failed(dir); err != nil || len(failed) != 0 {
		t.Error(failed, err)
	}
}

func TestWaiting(t *testing.T) {
	dir := newMaildir(t)
	if q, err := Waiting(dir); err != nil || q != (Queue{}) {
		t.Error(q, err)
	}
	put(t, dir, "1700000009.M1.h", "")
	put(t, dir, "1700000000.M1.h", "")
	put(t, dir, "plain", "")
	put(t, dir, ".hidden", "")
	os.Mkdir(filepath.Join(dir, "new", "folder"), 0o700)
	q, err := Waiting(dir)
	if err != nil || q.Mails != 3 || q.Odd != 1 || q.Oldest.UnixMicro() != 1700000000_000001 {
		t.Error(q, err)
	}
	if _, err := Waiting(filepath.Join(dir, "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// A Maildir name can come again: mail that is dropped under one neither replaces another nor stays for good.
func TestDropUnderATakenName(t *testing.T) {
	dir := newMaildir(t)
	drop := func(mail, reason string) {
		t.Helper()
		write(t, filepath.Join(dir, "failed", "x"), mail)
		write(t, filepath.Join(dir, "failed", "x.reason"), reason)
		if err := Drop(dir, "x"); err != nil {
			t.Error(err)
		}
		wantNames(t, ls(t, dir, "failed"))
	}
	drop("first", "why the first")
	drop("second", "why the second")
	os.Remove(filepath.Join(dir, "dropped", "x")) // a person did, and left the reason
	drop("third", "why the third")
	wantNames(t, ls(t, dir, "dropped"), "x.reason", "x~1", "x~1.reason", "x~2", "x~2.reason")
	if read(t, dir, "dropped", "x~2")+read(t, dir, "dropped", "x~2.reason") != "thirdwhy the third" {
		t.Error("the third is not what it was")
	}
}
