package main

import (
	"fmt"
	"math"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/watcher"
)

// getStuckAsTold makes a patchwatch that a test has started hang for ever at a step, PATCHWATCH_TEST_STUCK="committed",
// and be taken for stuck soon. It is only in the test binary.
func getStuckAsTold(a *app) {
	at := os.Getenv("PATCHWATCH_TEST_STUCK")
	if at == "" {
		return
	}
	a.stuckAfter = 500 * time.Millisecond
	a.disturb = func(c *watcher.Config[*parsed]) {
		c.Step = func(step string) {
			if step == at {
				time.Sleep(time.Hour)
			}
		}
	}
}

// manager is a service manager that listens as systemd does: it reads all the time, since a datagram is lost where ten wait.
type manager struct {
	t         *testing.T
	conn      *net.UnixConn
	address   string
	datagrams chan string
	told      []string // all lines
}

func newManager(t *testing.T, address string) *manager {
	t.Helper()
	m := &manager{t: t, conn: listenAsManager(t, address), address: address, datagrams: make(chan string, 10_000)}
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := m.conn.Read(buf)
			if err != nil {
				return
			}
			m.datagrams <- string(buf[:n])
		}
	}()
	return m
}

func listenAsManager(t *testing.T, address string) *net.UnixConn {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: address, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// start runs patchwatch as a service, which has to give a sign of life every 200 ms.
func (m *manager) start(w *workplace, env string, args ...string) *process {
	m.t.Helper()
	c := w.command(args...)
	c.Env = append(c.Env, "NOTIFY_SOCKET="+m.address, "WATCHDOG_USEC=200000", env)
	return w.startCommand(c)
}

// hear gives the lines of one datagram; none if there is none for so long.
func (m *manager) hear(most time.Duration) []string {
	m.t.Helper()
	select {
	case datagram := <-m.datagrams:
		lines := strings.Split(datagram, "\n")
		m.told = append(m.told, lines...)
		return lines
	case <-time.After(most):
		return nil
	}
}

// waitFor hears until a line begins so.
func (m *manager) waitFor(start string) string {
	m.t.Helper()
	for end := time.Now().Add(longEnough); time.Now().Before(end); {
		for _, line := range m.hear(time.Second) {
			if strings.HasPrefix(line, start) {
				return line
			}
		}
	}
	m.t.Fatalf("%s was not heard, only %q", start, m.told)
	return ""
}

// TestServiceManagerIsTold: a watcher says when it is ready, what it does and why it does nothing, that it lives also while
// the database is gone, and when it ends.
func TestServiceManagerIsTold(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{"path": "notify", "abstract": fmt.Sprintf("@patchwatch-test-%d", os.Getpid())} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorkplace(t)
			if name == "path" {
				address = w.path(address)
			}
			m := newManager(t, address)
			w.deliver("md", nil)
			p := m.start(w, "", "watch", "md")
			m.waitFor("READY=1")
			if _, err := os.Stat(w.path("patchwatch.db")); err != nil {
				t.Error("it is ready without a database")
			}
			w.deliver("md", samples(t, "01*"))
			m.waitFor("STATUS=Watching; mails settled: 1")
			m.waitFor("WATCHDOG=1")

			move(t, w.path("patchwatch.db"), w.path("away.db"))
			w.deliver("md", samples(t, "05*"))
			if said := m.waitFor("STATUS=Paused, mail waits in new: "); !strings.Contains(said, "move it back") {
				t.Errorf("it does not say why: %s", said)
			}
			for range 5 {
				m.waitFor("WATCHDOG=1")
			}
			move(t, w.path("away.db"), w.path("patchwatch.db"))
			m.waitFor("STATUS=Watching; mails settled: 2")

			p.signal(syscall.SIGTERM)
			m.waitFor("STOPPING=1")
			p.waitExit(exitDone)
			m.hearsNo("READY=1")
		})
	}
}

// TestServiceManagerThatIsBusy: what a manager had no room for is said again, else it would wait for READY=1 until it kills
// the watcher.
func TestServiceManagerThatIsBusy(t *testing.T) {
	address := newWorkplace(t).path("notify")
	conn := listenAsManager(t, address)
	t.Setenv("NOTIFY_SOCKET", address)
	n := newNotifier(time.Second)
	for waiting := 0; n.send("WATCHDOG=1"); waiting++ {
		if waiting == 10_000 {
			t.Skip("the kernel has room for whatever a manager does not read")
		}
	}
	n.tell("Watching")
	read := func() (all string) {
		buf := make([]byte, 4096)
		for {
			conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
			size, err := conn.Read(buf)
			if err != nil {
				return all
			}
			all += string(buf[:size]) + "\n"
		}
	}
	if said := read(); strings.Contains(said, "READY") {
		t.Errorf("it was not busy: %s", said)
	}
	n.tell("Watching")
	n.tell("Watching")
	if said := read(); said != "READY=1\nSTATUS=Watching\n" {
		t.Errorf("it says %q", said)
	}
}

// hearsNo says that what is left to hear has no such line.
func (m *manager) hearsNo(line string) {
	m.t.Helper()
	for lines := m.hear(100 * time.Millisecond); lines != nil; lines = m.hear(100 * time.Millisecond) {
		for _, l := range lines {
			if l == line {
				m.t.Errorf("it says %s", line)
			}
		}
	}
}

// TestStuckWatcherGivesNoSignOfLife: only a process that does nothing any more lets the watchdog bark.
func TestStuckWatcherGivesNoSignOfLife(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	m := newManager(t, w.path("notify"))
	w.deliver("md", nil)
	m.start(w, "PATCHWATCH_TEST_STUCK=committed", "watch", "--rescan", "200ms", "md")
	m.waitFor("READY=1")
	start := time.Now()
	for range 10 { // an idle one lives
		m.waitFor("WATCHDOG=1")
	}
	if took := time.Since(start); took > 10*400*time.Millisecond {
		t.Errorf("ten signs of life took %v, where one is wanted every 200 ms", took)
	}
	w.deliver("md", samples(t, "01*"))
	for end := time.Now().Add(longEnough); m.hear(2*time.Second) != nil; {
		if time.Now().After(end) {
			t.Fatal("it hangs, and says that it lives")
		}
	}
	if len(w.list("md", "new")) != 1 {
		t.Error("it was not stuck")
	}
}

// TestServiceManagerIsToldOfNoFailure: what can't begin is not ready, and ends as without a manager; --once is no service.
func TestServiceManagerIsToldOfNoFailure(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	m := newManager(t, w.path("notify"))
	w.deliver("md", samples(t, "01*"))
	w.write("no.db", strings.Repeat("not a database at all\n", 500))
	m.start(w, "", "--db", "no.db", "watch", "md").waitExit(exitFailed)
	m.start(w, "", "watch", "--once", "md").waitExit(exitDone)
	if said := m.hear(100 * time.Millisecond); said != nil {
		t.Errorf("it says %q", said)
	}
	m.conn.Close()
	p := m.start(w, "", "watch", "md") // nobody listens
	p.waitFor("msg=watching")
	p.signal(syscall.SIGTERM)
	p.waitExit(exitDone)
}

// TestNotifier: what a watcher tells its manager of mails, and that after STOPPING=1 it tells nothing more.
func TestNotifier(t *testing.T) {
	m := newManager(t, filepath.Join(t.TempDir(), "notify"))
	t.Setenv("NOTIFY_SOCKET", m.address)
	n := newNotifier(time.Second)
	wants := func(lines ...string) {
		t.Helper()
		if got := m.hear(100 * time.Millisecond); !slices.Equal(got, lines) {
			t.Errorf("it says %q, want %q", got, lines)
		}
	}
	w := &watching{quiet: true, manager: n, seen: map[string]db.Maildir{}}
	w.note(t.Context())
	wants() // it is not ready yet
	w.tellState(watcher.State{})
	wants("READY=1", "STATUS=Watching; mails settled: 0")
	n.alive = time.Time{}
	w.tellSettled(watcher.Settlement[*parsed]{})
	if time.Since(n.alive) > time.Minute {
		t.Error("a mail is no sign of life")
	}
	w.seen = nil // for the database
	w.note(t.Context())
	wants("STATUS=Watching; mails settled: 1")
	n.stopping()
	wants("STOPPING=1", "STATUS=Finishing the batch in hand")
	n.tell("more")
	n.show("and more")
	wants()
}

// TestWatchdogTime: the variable may be of another process, from which this one has it.
func TestWatchdogTime(t *testing.T) {
	own := strconv.Itoa(os.Getpid())
	for _, c := range []struct {
		usec, pid string
		want      time.Duration
	}{
		{"200000", own, 200 * time.Millisecond}, {"200000", "", 200 * time.Millisecond}, {"200000", "1" + own, 0},
		{"", own, 0}, {"0", own, 0}, {"-1", own, 0}, {"soon", own, 0},
		{"9223372036854775807", own, math.MaxInt64 / time.Microsecond * time.Microsecond},
	} {
		t.Setenv("WATCHDOG_USEC", c.usec)
		t.Setenv("WATCHDOG_PID", c.pid)
		if got := watchdogTime(); got != c.want {
			t.Errorf("WATCHDOG_USEC=%s WATCHDOG_PID=%s: %v, want %v", c.usec, c.pid, got, c.want)
		}
	}
}
