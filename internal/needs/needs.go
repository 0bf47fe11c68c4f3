// Package needs is for tests that run programs which not every machine has.
package needs

import (
	"os"
	"os/exec"
	"testing"
)

// Git skips a test where git is not installed. Where PATCHWATCH_CI is set, as .ci/run does, the test fails: there git
// is always to be had, and a test that is skipped there would never run.
func Git(t testing.TB) {
	t.Helper()
	_, err := exec.LookPath("git")
	switch {
	case err == nil:
	case os.Getenv("PATCHWATCH_CI") != "":
		t.Fatalf("git must be installed, as PATCHWATCH_CI is set: %v", err)
	default:
		t.Skip("git is not installed, and this test runs it: on Debian, apt-get install git")
	}
}
