// Package needs is for tests that run programs which not every machine has.
package needs

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// Git skips a test where git is not installed. Where PATCHWATCH_CI is set, as .ci/run does, the test fails: there git
// is always to be had, and a test that is skipped there would never run.
func Git(t testing.TB) {
	t.Helper()
	program(t, "git")
}

// Chromium is the path of the browser. Without it a test is skipped or fails, as without git.
func Chromium(t testing.TB) string {
	t.Helper()
	return program(t, "chromium")
}

func program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
	case os.Getenv("PATCHWATCH_CI") != "":
		t.Fatalf("%s must be installed, as PATCHWATCH_CI is set: %v", name, err)
	default:
		t.Skipf("%s is not installed, and this test runs it: on Debian, apt-get install %[1]s", name)
	}
	return path
}

// SmallDisk mounts a file system in memory on dir until the test ends, with options as mount has them ("size=64k"). It
// skips a test that may not mount: that takes root, and a machine that lets root do so.
func SmallDisk(t testing.TB, dir, options string) {
	t.Helper()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

// Networks skips a test that may not make networks of its own: that takes root, and ip of the package iproute2.
func Networks(t testing.TB) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root may make networks")
	}
	program(t, "ip")
}

// PostgreSQL is the folder of PostgreSQL's programs. Debian has them out of the way, by version: the newest is taken.
// Without them a test is skipped or fails, as without git.
func PostgreSQL(t testing.TB) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1])
	}
	return filepath.Dir(program(t, "postgres"))
}
