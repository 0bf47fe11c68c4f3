package main

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestCurIsOnDisk follows the system calls of a watcher: when a mail is moved to cur, the log has been synced since
// the mail was written to it. Else a power cut could leave a mail in cur and not in the database. A mail is known in
// the log by its Message-ID, since the next batch is written while one is moved.
func TestCurIsOnDisk(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	mails := multiply(samples(t), 9)
	w.deliver("md", mails)
	ids := map[string]string{} // by name in new
	for i, m := range mails {
		if id := messageIDLine.FindSubmatch(m.raw); id != nil {
			ids[m.mtaName(i)] = string(id[1])
		}
	}
	moves := 0
	var written []string // ids in the log and not yet synced
	onDisk := map[string]bool{}
	for _, c := range w.trace("watch", "--once", "--quiet", "md") {
		switch {
		case c.name == "pwrite64" && strings.Contains(c.line, "-wal>"):
			written = append(written, idInLog.FindAllString(c.line, -1)...)
		case (c.name == "fsync" || c.name == "fdatasync") && c.done && strings.Contains(c.line, "-wal>"):
			for _, id := range written {
				onDisk[id] = true
			}
			written = nil
		case moveToCur.MatchString(c.line):
			id := ids[moveToCur.FindStringSubmatch(c.line)[1]]
			if id == "" {
				continue
			}
			moves++
			if !onDisk[id] {
				t.Fatalf("%s was moved before the log with it was synced: %s", id, clip(c.line))
			}
		}
	}
	if moves < 500 {
		t.Errorf("only %d moves to cur were seen", moves)
	}
}

var (
	messageIDLine = regexp.MustCompile(`(?im)^message-id:\s*(<[^<>\s]+>)\s*$`)
	idInLog       = regexp.MustCompile(`<[^<>\s]+>`)
	moveToCur     = regexp.MustCompile(`^\d+ +(?:rename|link)\w*\(.*"([^"]+)", \d+<[^>]*/cur>`)
)

// TestDeliveredMailIsOnDisk does the same for deliver: when it says that it has the mail, the mail is on disk, whole,
// and in new.
func TestDeliveredMailIsOnDisk(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	w.deliver("md", nil)
	var steps []string
	for _, c := range w.traceWith(samples(t, "01*")[0].raw, "deliver", "md") {
		switch {
		case !c.done:
		case c.name == "write" && strings.Contains(c.line, "/md/tmp/"):
			steps = append(steps, "write")
		case strings.HasSuffix(c.name, "sync") && strings.Contains(c.line, "/md/tmp/"):
			steps = append(steps, "sync mail")
		case strings.HasPrefix(c.name, "rename") && strings.Contains(c.line, "/md/new>"):
			steps = append(steps, "move")
		case strings.HasSuffix(c.name, "sync") && strings.Contains(c.line, "/md/new>"):
			steps = append(steps, "sync new")
		}
	}
	if got, want := strings.Join(steps, ", "), "write, sync mail, move, sync new"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// call is a system call, in the order in which they end, but for those that change something: these count from their
// beginning.
type call struct {
	name, line string
	done       bool // it has succeeded
}

func (w *workplace) trace(args ...string) []call { return w.traceWith(nil, args...) }

// strace writes "123 fsync(6</x/y>) = 0", or that in two parts when another thread comes between.
var (
	callLine    = regexp.MustCompile(`^(\d+) +(\w+)\((.*)$`)
	resumedLine = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>(.*)$`)
)

func (w *workplace) traceWith(stdin []byte, args ...string) (calls []call) {
	w.t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		w.t.Skip("strace is not installed: what is on disk when is not looked at")
	}
	binary, err := exec.LookPath("patchwatch")
	if err != nil {
		w.t.Fatal(err)
	}
	c := w.command(args...)
	c.Path, c.Stdin = strace, bytes.NewReader(stdin)
	c.Args = append([]string{"strace", "-f", "-y", "-s", "9000", "-o", "trace", "-e",
		"trace=fsync,fdatasync,write,pwrite64,rename,renameat,renameat2,link,linkat", binary}, args...)
	if out, err := c.CombinedOutput(); err != nil {
		if bytes.Contains(out, []byte("ptrace")) {
			w.t.Skipf("strace may not be used here: %s", clip(string(out)))
		}
		w.t.Fatalf("%v: %s", err, clip(string(out)))
	}
	text, err := os.ReadFile(w.path("trace"))
	if err != nil {
		w.t.Fatal(err)
	}
	open := map[string]string{} // by process, what has begun
	for line := range strings.SplitSeq(string(text), "\n") {
		if m := callLine.FindStringSubmatch(line); m != nil {
			unfinished := strings.Contains(m[3], "<unfinished")
			if unfinished {
				open[m[1]] = line
			}
			calls = append(calls, call{m[2], line, !unfinished && !strings.Contains(m[3], "= -1")})
		} else if m := resumedLine.FindStringSubmatch(line); m != nil {
			calls = append(calls, call{m[2], open[m[1]], !strings.Contains(m[3], "= -1")})
		}
	}
	return calls
}
