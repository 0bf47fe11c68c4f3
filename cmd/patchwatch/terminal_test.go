package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/cmd/patchwatch/internal/term/termtest"
)

// TestOnATerminal runs commands on a terminal of 80 columns, as a person sees them: tables fit, and the only escapes
// are those with which the progress line is erased.
func TestOnATerminal(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	w.deliver("md", samples(t))
	seen := w.onTerminal("watch", "--once", "--verbose", "md")
	if !strings.Contains(seen, "76 stored, 1 failed, 0 left in new") || !strings.Contains(seen, "WARN failed") {
		t.Errorf("watch --once --verbose wrote\n%s", seen)
	}
	noEscapes(t, "watch --once --verbose", seen)

	putBack(t, w.path("md"))
	seen = w.onTerminal("--db", "other.db", "watch", "--once", "md")
	noEscapes(t, "watch --once", strings.ReplaceAll(seen, "\r\x1b[K", ""))
	if n := strings.Count(seen, "\n"); n > 5 {
		t.Errorf("watch --once wrote %d lines for mails that were stored: a progress line is enough\n%s", n, seen)
	}

	w.run("--db", "imported.db", "import", "--quiet", "md") // in which numbers are in order of names
	for _, command := range []string{"list", "series", "failed list", "project list", "--db imported.db show s5"} {
		seen := w.onTerminal(strings.Fields(command)...)
		noEscapes(t, command, seen)
		for _, line := range strings.Split(seen, "\n") {
			if term.Columns(line) > 80 && command != "failed list" { // a file's name is not shortened: it will be typed
				t.Errorf("%s: this line has %d columns: %s", command, term.Columns(line), line)
			}
		}
	}
	if name := w.failedName("md"); !strings.Contains(w.onTerminal("failed", "list"), " "+name+" ") {
		t.Errorf("failed list does not say %s, as other commands take it", name)
	}
	if seen, err := w.tryOnTerminal(nil, "raw", "mallory.1@example.net"); err == nil ||
		!strings.Contains(seen, "say --force") {
		t.Errorf("raw on a terminal wrote %q, %v", seen, err)
	}
	if seen := w.onTerminal("raw", "--force", "mallory.1@example.net"); !strings.Contains(seen, "\x1b") {
		t.Errorf("raw --force on a terminal wrote %q", seen)
	}
	// Even what is byte for byte in a pipe is made harmless on a terminal.
	for _, command := range []string{"mbox mallory.1@example.net", "show mallory.1@example.net", "dump", "list --json"} {
		noEscapes(t, command, w.onTerminal(strings.Fields(command)...))
	}
}

// With colours there are no escapes but those, and lines are as wide as without. What is in a pipe has none.
func TestColoursAndPager(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	w.deliver("md", samples(t))
	w.run("import", "--quiet", "md")
	w.run("watch", "--once", "--quiet", "md") // for what fails
	w.run("state", "1", "accepted")
	for _, command := range []string{"list", "series", "show 1", "show mallory.1@example.net", "show s5", "failed list"} {
		args := strings.Fields(command)
		plain, coloured := w.onTerminal(args...), w.onTerminalWith([]string{"NO_COLOR="}, args...)
		if !strings.Contains(coloured, "\x1b[1m") {
			t.Errorf("%s has no colours: %s", command, coloured)
		}
		if got := sgr.ReplaceAllString(coloured, ""); got != plain {
			t.Errorf("%s without its colours:\n%s\nand without colours:\n%s", command, got, plain)
		}
		quoted := "> " + strings.ReplaceAll(strings.TrimSuffix(plain, "\n"), "\n", "\n> ") + "\n"
		if piped := w.onTerminalWith([]string{"PAGER=sed 's/^/> /'"}, args...); piped != quoted {
			t.Errorf("%s in a pager:\n%s", command, piped)
		}
	}
	for _, command := range []string{"list --state accepted", "show s1"} {
		seen := w.onTerminalWith([]string{"NO_COLOR="}, strings.Fields(command)...)
		if !strings.Contains(seen, "\x1b[32maccepted\x1b[m") {
			t.Errorf("%s: what is accepted is not green: %s", command, seen)
		}
	}
	if seen := w.onTerminalWith([]string{"NO_COLOR="}, "show", "1"); !strings.Contains(seen, "\x1b[36m@@ ") ||
		!strings.Contains(seen, "\x1b[32m+") {
		t.Errorf("the diff has no colours: %s", seen)
	}
	if seen := w.onTerminalWith([]string{"PAGER=head -1"}, "list"); strings.Count(seen, "\n") != 1 {
		t.Errorf("a pager that is left: %s", seen)
	}
}

// TestPagerGoesWrong: a pager that shows nothing is a failure, also when nobody reads what is written to it; and the
// keys that interrupt are the pager's, which goes on.
func TestPagerGoesWrong(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	w.deliver("md", samples(t, "01*"))
	w.run("import", "--quiet", "md")
	for _, pager := range []string{"no-such-pager", "cat >/dev/null; exit 3"} {
		seen, err := w.tryOnTerminal([]string{"PAGER=" + pager}, "list")
		if err == nil || !strings.Contains(seen, "patchwatch: the pager, "+pager+": exit status ") {
			t.Errorf("%s: %v, %s", pager, err, seen)
		}
	}
	seen := w.onTerminalWith([]string{"PAGER=sleep .2; kill -INT $PPID; sleep .1; kill -INT $PPID; sleep .1; cat"}, "list")
	if !strings.Contains(seen, "frob: check for") {
		t.Errorf("interrupted in the pager: %s", seen)
	}
}

var sgr = regexp.MustCompile(`\x1b\[[0-9]*m`)

func noEscapes(t *testing.T, command, seen string) {
	t.Helper()
	if at := termtest.Harmful(seen); at != "" {
		t.Errorf("%s writes %s", command, at)
	}
}

// onTerminal runs a command with standard output and error on a terminal, and gives what is written there.
func (w *workplace) onTerminal(args ...string) string {
	w.t.Helper()
	return w.onTerminalWith(nil, args...)
}

func (w *workplace) onTerminalWith(env []string, args ...string) string {
	w.t.Helper()
	seen, err := w.tryOnTerminal(env, args...)
	if err != nil {
		w.t.Fatalf("%q: %v\n%s", args, err, seen)
	}
	return seen
}

func (w *workplace) tryOnTerminal(env []string, args ...string) (seen string, err error) {
	w.t.Helper()
	master, terminal := openTerminal(w.t)
	defer master.Close()
	c := w.command(args...)
	c.Env = append(c.Env, env...)
	c.Stdout, c.Stderr = terminal, terminal
	read := make(chan string)
	go func() {
		var all []byte
		piece := make([]byte, 4096)
		for {
			n, err := master.Read(piece) // ends with EIO when nobody has the terminal open any more
			all = append(all, piece[:n]...)
			if err != nil {
				read <- string(all)
				return
			}
		}
	}()
	err = c.Run()
	terminal.Close()
	select {
	case seen := <-read:
		return strings.ReplaceAll(seen, "\r\n", "\n"), err // the terminal adds the CR
	case <-time.After(longEnough):
		w.t.Fatalf("%q: the terminal is not let go of", args)
		return "", err
	}
}

func openTerminal(t *testing.T) (master, terminal *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here:", err)
	}
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
		t.Fatal(err)
	}
	return master, terminal
}
