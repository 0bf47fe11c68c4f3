package main

import (
	"bytes"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/ops"

	"golang.org/x/sys/unix"
)

// smallPipe is a pipe that holds one page, and that nobody reads.
type smallPipe struct {
	t             *testing.T
	read, toWrite *os.File
}

func newSmallPipe(t *testing.T) *smallPipe {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	if _, err := unix.FcntlInt(w.Fd(), unix.F_SETPIPE_SZ, os.Getpagesize()); err != nil {
		t.Fatal(err)
	}
	return &smallPipe{t, r, w}
}

// waitUntilFull waits until whoever writes into the pipe has filled it, and so is stuck.
func (p *smallPipe) waitUntilFull(by *process) {
	p.t.Helper()
	holds, err := unix.FcntlInt(p.toWrite.Fd(), unix.F_GETPIPE_SZ, 0)
	if err != nil {
		p.t.Fatal(err)
	}
	for end := time.Now().Add(longEnough); ; time.Sleep(time.Millisecond) {
		has, err := unix.IoctlGetInt(int(p.read.Fd()), unix.TIOCINQ)
		if err != nil {
			p.t.Fatal(err)
		}
		if has == holds {
			return
		}
		if by.exited() || time.Now().After(end) {
			p.t.Fatalf("%s wrote %d bytes of the %d that fill the pipe:\n%s", by.cmd, has, holds, by.said.String())
		}
	}
}

// startInto starts a command whose output goes into a pipe, and waits until the pipe is full.
func (w *workplace) startInto(pipe *smallPipe, args ...string) *process {
	w.t.Helper()
	c := w.command(args...)
	c.Stdout = pipe.toWrite
	p := w.startCommand(c)
	pipe.waitUntilFull(p)
	return p
}

// wantEndSoon: a signal ends the process within seconds, with that code.
func wantEndSoon(t *testing.T, p *process, s syscall.Signal, code int) {
	t.Helper()
	sent := time.Now()
	p.signal(s)
	p.waitExit(code)
	if took := time.Since(sent); took > 30*time.Second {
		t.Errorf("%s ended after %v", p.cmd, took)
	}
}

// What only reads ends at the first signal, also where nobody reads what it writes.
func TestReadingCommandsEndAtTheFirstSignal(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	w.deliver("md", multiply(samples(t), 4))
	w.watchOnce("md", 1)
	w.run("dump") // so that nothing below is slow for being the first
	for _, args := range [][]string{{"list", "--all"}, {"series", "--all"}, {"dump"}, {"list", "--all", "--json"}} {
		for s, code := range map[syscall.Signal]int{unix.SIGTERM: 143, unix.SIGINT: 130} {
			p := w.startInto(newSmallPipe(t), args...)
			wantEndSoon(t, p, s, code)
			if said := p.said.String(); said != "patchwatch: interrupted\n" {
				t.Errorf("%v says %q", args, said)
			}
		}
	}
}

// One that waits for somebody else ends likewise: two dumps to compare, of which one does not come.
func TestCompareOfAPipeEndsAtTheFirstSignal(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	w.unopened("unopened")
	silent := w.fifo("silent")
	defer silent.Close()
	p := w.start("compare", "silent", "silent")
	p.feed(silent, "{")
	wantEndSoon(t, p, unix.SIGTERM, 143)

	ended := w.fifo("ended")
	p = w.start("compare", "ended", "unopened")
	p.feed(ended, "{}\n")
	ended.Close()
	wantEndSoon(t, p, unix.SIGTERM, 143)
}

// What takes in mail and waits for more of it ends at the first signal too: there is nothing in hand.
func TestWaitingForMailEndsAtTheFirstSignal(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	w.deliver("md", nil)
	fifo := w.fifo("silent")
	defer fifo.Close()
	for _, c := range []struct {
		args  []string
		stdin bool
		code  int
	}{
		{[]string{"import", "silent"}, false, exitFailed}, {[]string{"import", "-"}, true, exitFailed},
		{[]string{"deliver", "md"}, true, exitTempFail},
	} {
		command, from := w.command(c.args...), fifo
		if c.stdin {
			pipe := newSmallPipe(t)
			command.Stdin, from = pipe.read, pipe.toWrite
		}
		p := w.startCommand(command)
		p.feed(from, "From")
		wantEndSoon(t, p, unix.SIGTERM, c.code)
	}
	if left := append(w.list("md", "tmp"), w.list("md", "new")...); len(left) > 0 {
		t.Errorf("%q is left of a mail that was not finished", left)
	}
}

// What writes finishes the batch in hand at the first signal: what it says it stored is stored, and the rest is not
// lost.
func TestImportFinishesItsBatch(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	w.unopened("mbox")
	p := w.start("import", "--quiet", "mbox")
	f, err := os.OpenFile(w.path("mbox"), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i := range 3 * intake.BatchMails { // more than are read in advance, and no end
		name := strings.Repeat("i", i+1)
		if _, err := f.WriteString("From a@x Thu Jan  1 00:00:00 2026\n" + patchMail(name) + "\n"); err != nil {
			t.Fatal(err)
		}
	}
	for end := time.Now().Add(longEnough); ; time.Sleep(10 * time.Millisecond) { // the first batch is stored
		if status, err := w.command("status", "--json").Output(); err == nil &&
			!bytes.Contains(status, []byte(`"mails": 0,`)) {
			break
		}
		if time.Now().After(end) || p.exited() {
			t.Fatalf("nothing was stored:\n%s", p.said.String())
		}
	}
	p.signal(unix.SIGTERM)
	p.waitExit(exitFailed)
	p.wants("interrupted before all was done; what was done is kept")
	if said := w.run("check"); !strings.Contains(said, "nothing is lost, nothing is wrong") {
		t.Error(said)
	}
}

func TestImportOfAPipe(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	w.unopened("mbox")
	p := w.start("import", "mbox")
	if err := os.WriteFile(w.path("mbox"), []byte("From a@x Thu Jan  1 00:00:00 2026\n"+patchMail("1@x")+"\n"),
		0); err != nil {
		t.Fatal(err)
	}
	p.waitExit(exitDone)
	p.wants("1 mails read: 1 stored")
}

// Nothing that stands in a Maildir holds up the commands that look at it.
func TestFIFOsHoldNobodyUp(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	w.deliver("md", samples(t, "01*"))
	w.watchOnce("md", 1)
	w.write("md/failed/odd", "no mail")
	for _, name := range []string{"md/" + ops.PausedFile, "md/failed/odd.reason", "md/cur/a:2,", "md/new/b",
		"md/failed/c"} {
		defer w.fifo(name).Close()
	}
	w.run("status", "md")
	w.run("failed", "list", "md")
	w.run("failed", "show", "--maildir", "md", "odd")
	w.run("import", "--db", "other.db", "md")
	if p := w.start("check", "md"); true {
		p.waitExit(exitFailed)
		p.wants("odd is in failed without a reason")
	}
	w.unopened("fifo.db")
	for _, args := range [][]string{{"list"}, {"watch", "--once", "md"}} {
		p := w.start(append(args, "--db", "fifo.db")...)
		p.waitExit(exitFailed)
		p.wants("it is no regular file")
	}
}

// fifo makes a FIFO that is open for reading and writing, so that whoever opens it for reading waits for what is
// written.
func (w *workplace) fifo(name string) *os.File {
	w.t.Helper()
	w.unopened(name)
	f, err := os.OpenFile(w.path(name), os.O_RDWR, 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

// unopened makes a pipe and does not open it, not even for a moment: a process that another test starts just then
// would hold it open too, and what is written meanwhile would be lost with that.
func (w *workplace) unopened(name string) {
	w.t.Helper()
	if err := unix.Mkfifo(w.path(name), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// feed writes a few bytes into a pipe, and waits until the process has read them.
func (p *process) feed(pipe *os.File, text string) {
	p.t.Helper()
	if _, err := pipe.WriteString(text); err != nil {
		p.t.Fatal(err)
	}
	for end := time.Now().Add(longEnough); ; time.Sleep(time.Millisecond) {
		left, err := unix.IoctlGetInt(int(pipe.Fd()), unix.TIOCINQ)
		if err != nil {
			p.t.Fatal(err)
		}
		if left == 0 {
			return
		}
		if p.exited() || time.Now().After(end) {
			p.t.Fatalf("%s reads nothing:\n%s", p.cmd, p.said.String())
		}
	}
}
