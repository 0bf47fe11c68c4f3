package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"patchwatch/cmd/patchwatch/internal/ops"
	"patchwatch/cmd/patchwatch/internal/term"
)

// typed is a command line that runs in this process.
type typed struct {
	app
	stdout, stderr bytes.Buffer
}

func newTyped(stdin string) *typed {
	c := &typed{}
	c.app = app{in: strings.NewReader(stdin), out: &c.stdout, err: &c.stderr, stuckAfter: ops.StuckAfter,
		slowAfter: slowAfter}
	return c
}

// wants runs the command line, and says what it is to end with and to write.
func (c *typed) wants(t *testing.T, code int, stdout, stderr string, args ...string) {
	t.Helper()
	if got := c.run(context.Background(), args); got != code {
		t.Errorf("%q: exit code %d, want %d", args, got, code)
	}
	if got := c.stdout.String(); !strings.Contains(got, stdout) || stdout == "" && got != "" {
		t.Errorf("%q writes %q, want %q", args, got, stdout)
	}
	if got := c.stderr.String(); !strings.Contains(got, stderr) || stderr == "" && got != "" {
		t.Errorf("%q says %q, want %q", args, got, stderr)
	}
}

// TestCommandsShareNothing runs command lines side by side in one process: each has its own input, output and database.
func TestCommandsShareNothing(t *testing.T) {
	for i := range 4 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			id, db := fmt.Sprintf("of.%d@example.org", i), filepath.Join(t.TempDir(), "x.db")
			mbox := "From a@x Thu Jan  1 00:00:00 2026\n" + patchMail(id) + "\n"
			newTyped(mbox).wants(t, exitDone, "1 mails read: 1 stored", "", "--db", db, "import", "-")
			newTyped("").wants(t, exitDone, id, "", "--db", db, "list")
			newTyped("").wants(t, exitDone, "", "no patches with these filters", "--db", db, "list", "--state", "accepted")
			newTyped("").wants(t, exitDone, "Usage:", "", "list", "--help")
			newTyped("").wants(t, exitUsage, "", "there is no command", "lost")
			newTyped("").wants(t, exitFailed, "", "there is no mail", "--db", db, "show", "99")

			onScreen := newTyped("")
			onScreen.screen = term.Screen{There: true}
			onScreen.wants(t, exitFailed, "", "say --force", "--db", db, "raw", "1")
		})
	}
}

// TestPagerOfACommand: what a person would see at a terminal goes through the pager into the command's own output.
func TestPagerOfACommand(t *testing.T) {
	t.Setenv("PAGER", "sed 's/^/> /'")
	db := filepath.Join(t.TempDir(), "x.db")
	mbox := "From a@x Thu Jan  1 00:00:00 2026\n" + patchMail("a@example.org") + "\n"
	newTyped(mbox).wants(t, exitDone, "1 stored", "", "--db", db, "import", "-")
	before := os.Stdout
	c := newTyped("")
	c.screen = term.Screen{There: true}
	c.wants(t, exitDone, "> ID", "", "--db", db, "list")
	if os.Stdout != before {
		t.Error("the process has another standard output now")
	}
	newTyped("").wants(t, exitDone, "ID ", "", "--db", db, "list")
}
