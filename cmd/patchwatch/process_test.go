package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/watcher"
)

// TestEightWatchersOnOneMaildir: however many processes empty a Maildir at once, every mail is stored once, and the
// database is the one that a single import makes. The same mails once more change nothing.
func TestEightWatchersOnOneMaildir(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	mails := multiply(samples(t), 8)
	w.deliver("md", mails)

	start := time.Now()
	w.watchOnce("md", 8)
	t.Logf("%d mails by 8 processes in %v", len(mails), time.Since(start))
	w.checkNothingLost("md", mails)
	before := w.run("dump")

	putBack(t, w.path("md"))
	w.watchOnce("md", 8)
	w.checkNothingLost("md", mails)
	if after := w.run("dump"); after != before {
		t.Error("the same mails once more have changed the dump")
	}
}

// TestWatchersAreKilledAtRandom: mail is delivered while watchers are killed all the time, and none is lost or taken
// twice.
func TestWatchersAreKilledAtRandom(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	mails := multiply(samples(t), 4)
	w.deliver("md", nil)

	delivered := make(chan error, 1)
	go func() { delivered <- deliverSlowly(w.path("md"), mails, 2*time.Second) }()
	kills := w.watchAndKill("md", 4, delivered)
	w.watchOnce("md", 2)
	t.Logf("%d mails, %d watchers killed", len(mails), kills)
	w.checkNothingLost("md", mails)
}

// deliverSlowly delivers in an order of chance over a span of time.
func deliverSlowly(dir string, mails []sampleMail, over time.Duration) error {
	for n, i := range rand.Perm(len(mails)) {
		if err := deliverOne(dir, mails[i], i); err != nil {
			return err
		}
		if n%16 == 0 {
			time.Sleep(over * 16 / time.Duration(len(mails)))
		}
	}
	return nil
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

// TestStoppedWatcherFindsAllMail: while a watcher is stopped the kernel's queue of events overflows. When it goes on it
// finds all the mail all the same. PATCHWATCH_TEST_STOPPED sets the number of mails.
func TestStoppedWatcherFindsAllMail(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	n := 3000
	if raceEnabled || testing.Short() {
		n = 600
	}
	if s := os.Getenv("PATCHWATCH_TEST_STOPPED"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	w.deliver("md", nil)
	fill := eventsFiller(t, w.path("md", "new"))
	p := w.start("watch", "--quiet", "--rescan", "1h", "md") // no timer finds what events do not
	p.waitFor("msg=watching")
	mails := numbered(n)
	w.deliver("md", mails[:1])
	w.waitUntilEmpty("md")
	time.Sleep(5500 * time.Millisecond) // after a first timed scan, at 5 s, it relies on events

	p.signal(syscall.SIGSTOP)
	fill() // so that no event of a mail has room in the queue
	w.deliver("md", mails[1:])
	start := time.Now()
	p.signal(syscall.SIGCONT)
	w.waitUntilEmpty("md")
	t.Logf("%d mails settled %v after SIGCONT", n, time.Since(start))
	p.signal(syscall.SIGTERM)
	p.waitExit(exitDone)
	if got := len(w.list("md", "cur")); got != n {
		t.Errorf("%d mails in cur, want %d", got, n)
	}
	if got := len(w.dumped("mail")); got != n {
		t.Errorf("%d mails in the dump, want %d", got, n)
	}
}

// numbered makes small mails that are all different.
func numbered(n int) []sampleMail {
	out := make([]sampleMail, n)
	for i := range out {
		raw := fmt.Sprintf("From: Ada <ada@example.org>\nSubject: mail %d\nMessage-ID: <n%d@example.org>\n"+
			"List-Id: <many.example.org>\n\ntext\n", i, i)
		out[i] = sampleMail{raw: []byte(raw), delivered: time.Unix(1795000000+int64(i), 0)}
	}
	return out
}

// eventsFiller gives a function that makes more events than the kernel keeps for a watcher that does not read them:
// of two files that no watcher takes, in turn, as the kernel makes one event of equal ones in a row.
func eventsFiller(t *testing.T, dir string) (fill func()) {
	t.Helper()
	text, err := os.ReadFile("/proc/sys/fs/inotify/max_queued_events")
	if err != nil {
		t.Skip("no inotify here:", err)
	}
	most, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	if most > 200_000 {
		t.Skipf("the kernel keeps %d events, which takes too long to fill", most)
	}
	files := []string{filepath.Join(dir, ".a"), filepath.Join(dir, ".b")}
	for _, f := range files {
		if err := os.WriteFile(f, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		for i := range most + 1000 {
			if err := os.Chmod(files[i%2], 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestDeliveredMailIsSeenSoon: mail that is delivered while a watcher runs is soon in another process's list.
func TestDeliveredMailIsSeenSoon(t *testing.T) {
	w := newWorkplace(t)
	w.deliver("md", samples(t, "01*"))
	p := w.start("watch", "md")
	p.waitFor("msg=watching")
	w.waitUntilEmpty("md")

	// The best of three, as other work on the machine can hold up one.
	best := time.Hour
	for i := range 3 {
		id := fmt.Sprintf("soon.%d@example.org", i)
		w.runWith(strings.NewReader(patchMail(id)), "deliver", "md")
		start := time.Now()
		for !strings.Contains(w.run("list", "--json"), id) {
			if time.Since(start) > longEnough {
				t.Fatalf("%s is not listed after %v", id, time.Since(start))
			}
		}
		best = min(best, time.Since(start))
	}
	list := w.timed("list", "--json")
	t.Logf("delivered, settled and listed in %v, of which a patchwatch list takes %v", best, list)
	if best > 2*time.Second+5*list {
		t.Errorf("the fastest of three was listed after %v", best)
	}
	p.signal(syscall.SIGTERM)
	p.waitExit(exitDone)
}

// TestSignalsWhileTheDatabaseIsLocked: the first signal lets the batch in hand be finished, the second does not wait
// for it. Either way the mail is not lost.
func TestSignalsWhileTheDatabaseIsLocked(t *testing.T) {
	for _, first := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(first.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorkplace(t)
			w.deliver("md", nil)
			p := w.startTelling("watch", "md")
			p.waitFor("msg=watching")

			unlock := lockDatabase(t, w.path("patchwatch.db"))
			w.deliver("md", samples(t, "01*"))
			p.waitFor(batchInHand) // and it waits for the database
			p.signal(first)
			p.signal(syscall.SIGTERM) // at once: the same request, as timeout(1) makes it
			time.Sleep(300 * time.Millisecond)
			if p.exited() {
				t.Fatal("it has not finished the batch in hand")
			}
			unlock()
			p.waitExit(exitDone)
			if len(w.list("md", "cur")) != 1 {
				t.Error("the batch in hand was not settled")
			}
			p.wants(`msg=stopped settled=1`)
		})
	}
	t.Run("a second one", func(t *testing.T) {
		t.Parallel()
		w := newWorkplace(t)
		w.deliver("md", nil)
		p := w.startTelling("watch", "md")
		p.waitFor("msg=watching")

		unlock := lockDatabase(t, w.path("patchwatch.db"))
		mails := samples(t, "01*")
		w.deliver("md", mails)
		p.waitFor(batchInHand)
		p.signal(syscall.SIGTERM)
		time.Sleep(300 * time.Millisecond)
		start := time.Now()
		// it may only now have come to the first, and take this one for the same
		for !p.exited() && time.Since(start) < time.Minute {
			p.cmd.Process.Signal(syscall.SIGINT)
			time.Sleep(300 * time.Millisecond)
		}
		p.waitExit(130)
		if took := time.Since(start); took > 20*time.Second { // it would wait for the database for a minute
			t.Errorf("it took %v to end at once", took)
		}
		if len(w.list("md", "new")) != 1 {
			t.Error("the mail is not in new any more, and not stored")
		}
		unlock()
		w.watchOnce("md", 1)
		w.checkNothingLost("md", mails)
	})
}

// batchInHand is what a patchwatch that is started so writes when it begins to store a batch. It is only in the test
// binary.
const batchInHand = "a batch is in hand"

func tellAsTold(a *app) {
	if os.Getenv("PATCHWATCH_TEST_TELL") == "" {
		return
	}
	a.disturb = func(c *watcher.Config[*intake.Mail]) {
		handle := c.Handle
		c.Handle = func(ctx context.Context, batch []*intake.Mail) ([]watcher.Verdict, error) {
			fmt.Fprintln(os.Stderr, batchInHand)
			return handle(ctx, batch)
		}
	}
}

func (w *workplace) startTelling(args ...string) *process {
	w.t.Helper()
	c := w.command(args...)
	c.Env = append(c.Env, "PATCHWATCH_TEST_TELL=1")
	return w.startCommand(c)
}

// TestInterruptedOnce: watch --once waits for a mail that another watcher holds, and says what it has left when it is
// not let wait.
func TestInterruptedOnce(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	mails := samples(t, "01*", "05*")
	w.deliver("md", mails)
	held, err := os.Open(w.path("md", "new", mails[1].mtaName(1)))
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if err := unix.Flock(int(held.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	p := w.start("watch", "--once", "md")
	p.waitFor("failed malloc")
	p.signal(syscall.SIGINT)
	p.waitExit(exitFailed)
	p.wants("1 stored, 0 failed, 1 left in new")
	p.wants("patchwatch: interrupted before all was done; ")
	held.Close()
	w.watchOnce("md", 1)
	w.checkNothingLost("md", mails)
}

func lockDatabase(t *testing.T, path string) (unlock func()) {
	t.Helper()
	d, err := openSQL(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	conn, err := d.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(context.Background(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return sync.OnceFunc(func() {
		if _, err := conn.ExecContext(context.Background(), "ROLLBACK"); err != nil {
			t.Error(err)
		}
		conn.Close()
	})
}

func patchMail(id string) string {
	return "From: Ada <ada@example.org>\nSubject: [PATCH] " + id + "\nMessage-ID: <" + id +
		">\nList-Id: <soon.example.org>\n\n---\n" +
		"diff --git a/README b/README\n--- a/README\n+++ b/README\n@@ -1 +1 @@\n-a\n+b\n"
}

var (
	idField   = regexp.MustCompile(`(?mi)^(?:Message-ID|In-Reply-To|References):.*\n(?:[ \t].*\n)*`)
	idPattern = regexp.MustCompile(`<([^<>\s@]+)@([^<>\s@]+)>`)
	dateField = regexp.MustCompile(`(?m)^Date: (.*)\n`)
)

// earlier makes a Date field some hours older, so that the copies of a series are not taken for one sending.
func earlier(field []byte, n int) []byte {
	date, err := mail.ParseDate(string(dateField.FindSubmatch(field)[1]))
	if err != nil {
		return field
	}
	return fmt.Appendf(nil, "Date: %s\n", date.Add(-time.Duration(n)*7*time.Hour).Format(time.RFC1123Z))
}

// multiply gives so many copies of mails, each with Message-IDs and references of its own.
func multiply(mails []sampleMail, copies int) []sampleMail {
	var out []sampleMail
	for n := range copies {
		for _, m := range mails {
			header, body, found := bytes.Cut(m.raw, []byte("\n\n"))
			if found && n > 0 {
				header = idField.ReplaceAllFunc(append(header, '\n'), func(field []byte) []byte {
					return idPattern.ReplaceAll(field, fmt.Appendf(nil, "<$1.copy%d@$2>", n))
				})
				header = dateField.ReplaceAllFunc(header, func(field []byte) []byte { return earlier(field, n) })
				m.raw = fmt.Appendf(nil, "%sX-Copy: %d\n\n%s", header, n, body)
			}
			out = append(out, m)
		}
	}
	return out
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

// workplace is a folder in which patchwatch runs, in processes of their own.
type workplace struct {
	t   *testing.T
	dir string
}

func newWorkplace(t *testing.T) *workplace { return &workplace{t, t.TempDir()} }

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

// process is a patchwatch that runs in the background.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	said *saying
	done chan struct{}
}

// saying collects what a process writes while it is read.
type saying struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *saying) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *saying) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
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

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.done
}

func (p *process) exited() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

func (p *process) waitExit(want int) {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(longEnough):
		p.t.Fatalf("%s has not ended:\n%s", p.cmd, clip(p.said.String()))
	}
	if got := p.cmd.ProcessState.ExitCode(); got != want {
		p.t.Fatalf("%s: exit code %d, want %d:\n%s", p.cmd, got, want, clip(p.said.String()))
	}
}

func (p *process) waitFor(text string) {
	p.t.Helper()
	for end := time.Now().Add(longEnough); !strings.Contains(p.said.String(), text); time.Sleep(time.Millisecond) {
		if time.Now().After(end) || p.exited() {
			p.t.Fatalf("%s did not say %q:\n%s", p.cmd, text, clip(p.said.String()))
		}
	}
}

func (p *process) count(text string) int { return strings.Count(p.said.String(), text) }

// waitForMore waits until the process says a text so many times more.
func (p *process) waitForMore(times int, text string) {
	p.t.Helper()
	p.waitForCount(p.count(text)+times, text)
}

func (p *process) waitForCount(times int, text string) {
	p.t.Helper()
	for end := time.Now().Add(longEnough); p.count(text) < times; time.Sleep(time.Millisecond) {
		if time.Now().After(end) || p.exited() {
			p.t.Fatalf("%s said %q %d times, not %d:\n%s", p.cmd, text, p.count(text), times, clip(p.said.String()))
		}
	}
}

func (p *process) wants(text string) {
	p.t.Helper()
	if !strings.Contains(p.said.String(), text) {
		p.t.Errorf("%s did not say %q:\n%s", p.cmd, text, clip(p.said.String()))
	}
}
