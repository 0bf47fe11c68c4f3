package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// TestNoPermission types commands as somebody who may not. Root may do everything, and so becomes nobody here.
func TestNoPermission(t *testing.T) {
	t.Parallel()
	dir := openFolder0755(t)
	for _, m := range []string{"closed", "readable", "mine"} {
		if err := writeMaildir(filepath.Join(dir, m), samples(t, "01*")); err != nil {
			t.Fatal(err)
		}
	}
	own(t, filepath.Join(dir, "mine"))
	forbid(t, filepath.Join(dir, "closed"), 0)
	forbid(t, filepath.Join(dir, "readable"), 0o555)
	if err := writeMboxFile(filepath.Join(dir, "secret.mbox"), samples(t, "01*")); err != nil {
		t.Fatal(err)
	}
	forbid(t, filepath.Join(dir, "secret.mbox"), 0)

	db := filepath.Join(dir, "mine", "patchwatch.db")
	refusedAsNobody(t, dir, `closed.*no permission`, "--db", db, "watch", "--once", "closed")
	refusedAsNobody(t, dir, `readable.*no permission to make`, "--db", db, "watch", "--once", "readable")
	refusedAsNobody(t, dir, `secret.mbox: permission denied`, "--db", db, "import", "secret.mbox")
	if _, err := os.Stat(db); err == nil {
		t.Error("a database was made for nothing")
	}
	refusedAsNobody(t, dir, `database file can't be opened`, "--db", "readable/patchwatch.db", "watch", "--once", "mine")
	if files, _ := os.ReadDir(filepath.Join(dir, "mine", "new")); len(files) != 1 {
		t.Error("the mail is not in new any more")
	}
}

// openFolder0755 is a folder that everybody can enter, with a patchwatch in it that everybody can run.
func openFolder0755(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "patchwatch-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	// a process that another test starts now would have it open for writing, and nobody could run it
	syscall.ForkLock.RLock()
	err = os.WriteFile(filepath.Join(dir, "patchwatch"), text, 0o755)
	syscall.ForkLock.RUnlock()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

const nobody = 65534

func own(t *testing.T, dir string) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, nobody, nobody)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func forbid(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(path, 0o700) })
}

func refusedAsNobody(t *testing.T, dir, want string, args ...string) {
	t.Helper()
	c := exec.Command(filepath.Join(dir, "patchwatch"), args...)
	c.Dir = dir
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	if os.Getuid() == 0 {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
	if err := c.Run(); c.ProcessState == nil {
		t.Fatal(err)
	}
	if code := c.ProcessState.ExitCode(); code != exitFailed {
		t.Errorf("%q: exit code %d", args, code)
	}
	text := stderr.String()
	if strings.Count(text, "\n") != 1 || !regexp.MustCompile(want).MatchString(text) || stdout.Len() > 0 {
		t.Errorf("%q: it says\n%s%s, want one sentence that matches %q", args, stdout.String(), text, want)
	}
}
