package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// workplace is a folder in which patchwatch runs, in processes of their own.
type workplace struct {
	t   *testing.T
	dir string
}

func newWorkplace(t *testing.T) *workplace { return workplaceIn(t, t.TempDir()) }

func workplaceIn(t *testing.T, dir string) *workplace {
	t.Helper()
	storeOnServer(t)
	return &workplace{t, dir}
}

// checkNothingLost holds the promises against what is on the disk, for mails that were delivered into a Maildir.
func (w *workplace) checkNothingLost(dir string, mails []sampleMail) {
	w.t.Helper()
	w.checkNothingLostIn("patchwatch.db", dir, mails)
}

// checkNothingLostIn is checkNothingLost for a database of any name.
func (w *workplace) checkNothingLostIn(database, dir string, mails []sampleMail) {
	w.t.Helper()
	if left := w.list(dir, "new"); len(left) > 0 {
		w.t.Errorf("%d mails are left in new: %q", len(left), left)
	}
	stored, unreadable := 0, 0
	sums := map[string]bool{}
	for _, m := range mails {
		if !bytes.Contains(m.raw, []byte(": ")) {
			unreadable++
		} else if !sums[string(m.raw)] {
			sums[string(m.raw)] = true
			stored++
		}
	}
	if got := len(w.list(dir, "cur")); got != len(mails)-unreadable {
		w.t.Errorf("%d mails in cur, want %d", got, len(mails)-unreadable)
	}
	w.checkFailed(dir, unreadable)
	w.checkDumpedOnce(database, stored)
	if said := w.run("--db", database, "check", dir); !strings.Contains(said, "nothing is lost, nothing is wrong") {
		w.t.Error(said)
	}
	imported := filepath.Join(w.t.TempDir(), "imported.db")
	w.run("--db", imported, "import", "--quiet", dir)
	w.run("compare", database, imported) // fails the test if there is any difference
}

func (w *workplace) checkFailed(dir string, want int) {
	w.t.Helper()
	failed := w.list(dir, "failed")
	mails := 0
	for _, name := range failed {
		if strings.HasSuffix(name, ".reason") {
			continue
		}
		mails++
		if !slices.Contains(failed, name+".reason") {
			w.t.Errorf("%s is in failed without a reason", name)
		}
	}
	if mails != want || len(failed) != 2*want {
		w.t.Errorf("%d mails in failed, want %d: %q", mails, want, failed)
	}
}

// checkDumpedOnce: every mail is in the dump once, or is counted as a variant of one that is.
func (w *workplace) checkDumpedOnce(database string, want int) {
	w.t.Helper()
	seen := map[string]bool{}
	total := 0
	for _, r := range w.dumpedFrom(database, "mail") {
		key := fmt.Sprint(r["project"], r["msgid"])
		if seen[key] {
			w.t.Errorf("%v of %v is twice in the dump", r["msgid"], r["project"])
		}
		seen[key] = true
		total += 1 + int(r["variants"].(float64))
	}
	if total != want {
		w.t.Errorf("%d mails in the dump, with variants, want %d", total, want)
	}
}

// putBack moves the mails of cur back to new, as a person would.
func putBack(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "cur"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ":2,")
		if err := os.Rename(filepath.Join(dir, "cur", e.Name()), filepath.Join(dir, "new", name)); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *workplace) path(elem ...string) string {
	return filepath.Join(append([]string{w.dir}, elem...)...)
}

func (w *workplace) list(elem ...string) []string {
	w.t.Helper()
	entries, err := os.ReadDir(w.path(elem...))
	if err != nil {
		w.t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names
}

func (w *workplace) deliver(dir string, mails []sampleMail) {
	w.t.Helper()
	if err := writeMaildir(w.path(dir), mails); err != nil {
		w.t.Fatal(err)
	}
	if err := os.MkdirAll(w.path(dir, "failed"), 0o700); err != nil {
		w.t.Fatal(err)
	}
}

// longEnough is how long a test waits for what must happen: it is no measure of how fast that is, which the machine
// decides.
const longEnough = 100 * time.Second

func (w *workplace) waitUntilEmpty(dir string) {
	w.t.Helper()
	for end := time.Now().Add(longEnough); len(w.list(dir, "new")) > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("%d mails are in new after %v", len(w.list(dir, "new")), longEnough)
		}
	}
}

func (w *workplace) command(args ...string) *exec.Cmd {
	c := exec.Command("patchwatch", args...)
	c.Dir = w.dir
	c.Env = append(os.Environ(), "PATCHWATCH_DB=", "PAGER=", "NO_COLOR=1")
	return c
}

// run runs a command that must succeed, and gives what it writes to standard output.
func (w *workplace) run(args ...string) string {
	w.t.Helper()
	return w.runWith(nil, args...)
}

func (w *workplace) runWith(stdin io.Reader, args ...string) string {
	w.t.Helper()
	var stderr bytes.Buffer
	c := w.command(args...)
	c.Stdin, c.Stderr = stdin, &stderr
	out, err := c.Output()
	if err != nil {
		w.t.Fatalf("patchwatch %s: %v\n%s%s", strings.Join(args, " "), err, clip(string(out)), clip(stderr.String()))
	}
	return string(out)
}

// clip keeps a failing test's output readable.
func clip(text string) string {
	if len(text) > 4000 {
		return text[:4000] + "\n...\n"
	}
	return text
}

func (w *workplace) timed(args ...string) time.Duration {
	start := time.Now()
	w.run(args...)
	return time.Since(start).Round(time.Millisecond)
}

// watchOnce runs so many watchers at once, each of which must find new empty in the end.
func (w *workplace) watchOnce(dir string, n int) {
	w.t.Helper()
	var all []*process
	for range n {
		all = append(all, w.start("watch", "--once", "--quiet", dir))
	}
	for _, p := range all {
		p.waitExit(exitDone)
	}
}

// dumped gives the records of one type in the dump.
func (w *workplace) dumped(kind string) []map[string]any {
	w.t.Helper()
	return w.dumpedFrom("patchwatch.db", kind)
}

func (w *workplace) dumpedFrom(database, kind string) []map[string]any {
	w.t.Helper()
	var out []map[string]any
	for _, line := range strings.Split(strings.TrimSpace(w.run("--db", database, "dump")), "\n") {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			w.t.Fatalf("%s: %v", line, err)
		}
		if r["type"] == kind {
			out = append(out, r)
		}
	}
	return out
}

func (w *workplace) start(args ...string) *process {
	w.t.Helper()
	return w.startCommand(w.command(args...))
}

func (w *workplace) startCommand(c *exec.Cmd) *process {
	w.t.Helper()
	p := &process{t: w.t, cmd: c, said: &saying{}, done: make(chan struct{})}
	if p.cmd.Stderr = p.said; p.cmd.Stdout == nil {
		p.cmd.Stdout = p.said
	}
	if err := p.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	go func() {
		p.cmd.Wait()
		close(p.done)
	}()
	w.t.Cleanup(p.kill)
	return p
}

// watchAndKill runs so many watchers and kills one of them now and then, with another in its place, until all mail
// has been delivered.
func (w *workplace) watchAndKill(dir string, n int, delivered <-chan error) (kills int) {
	watchers := make([]*process, n)
	for i := range watchers {
		watchers[i] = w.start("watch", "--quiet", dir)
	}
	for {
		select {
		case err := <-delivered:
			for _, p := range watchers {
				p.kill()
			}
			if err != nil {
				w.t.Fatal(err)
			}
			return kills + n
		case <-time.After(time.Duration(20+rand.IntN(100)) * time.Millisecond):
			i := kills % n // the oldest of them: it has had the time to begin
			watchers[i].kill()
			watchers[i] = w.start("watch", "--quiet", dir)
			kills++
		}
	}
}
