package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/ops"
	"patchwatch/cmd/patchwatch/internal/ops/opstest"
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
	a.disturb = func(c *watcher.Config[*intake.Mail]) {
		c.Step = func(step string) {
			if step == at {
				time.Sleep(time.Hour)
			}
		}
	}
}

// startService runs patchwatch as a service, which has to give a sign of life every 200 ms.
func (w *workplace) startService(m *opstest.Manager, env string, args ...string) *process {
	w.t.Helper()
	c := w.command(args...)
	c.Env = append(c.Env, "NOTIFY_SOCKET="+m.Address, "WATCHDOG_USEC=200000", env)
	return w.startCommand(c)
}

// TestServiceManagerIsTold: a watcher says when it is ready, what it does and why it does nothing, that it lives also
// while the database is gone, and when it ends.
func TestServiceManagerIsTold(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{"path": "notify",
		"abstract": fmt.Sprintf("@patchwatch-test-%d", os.Getpid())} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorkplace(t)
			if name == "path" {
				address = w.path(address)
			}
			m := opstest.NewManager(t, address)
			w.deliver("md", nil)
			p := w.startService(m, "", "watch", "md")
			m.WaitFor("READY=1")
			if _, err := os.Stat(w.path("patchwatch.db")); err != nil {
				t.Error("it is ready without a database")
			}
			w.deliver("md", samples(t, "01*"))
			m.WaitFor("STATUS=Watching; mails settled: 1")
			m.WaitFor("WATCHDOG=1")

			move(t, w.path("patchwatch.db"), w.path("away.db"))
			w.deliver("md", samples(t, "05*"))
			if said := m.WaitFor("STATUS=Paused, mail waits in new: "); !strings.Contains(said, "move it back") {
				t.Errorf("it does not say why: %s", said)
			}
			for range 5 {
				m.WaitFor("WATCHDOG=1")
			}
			move(t, w.path("away.db"), w.path("patchwatch.db"))
			m.WaitFor("STATUS=Watching; mails settled: 2")

			p.signal(syscall.SIGTERM)
			m.WaitFor("STOPPING=1")
			p.waitExit(exitDone)
			m.HearsNo("READY=1")
		})
	}
}

// TestStuckWatcherGivesNoSignOfLife: only a process that does nothing any more lets the watchdog bark.
func TestStuckWatcherGivesNoSignOfLife(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	m := opstest.NewManager(t, w.path("notify"))
	w.deliver("md", nil)
	w.startService(m, "PATCHWATCH_TEST_STUCK=committed", "watch", "--rescan", "200ms", "md")
	m.WaitFor("READY=1")
	start := time.Now()
	for range 10 { // an idle one lives
		m.WaitFor("WATCHDOG=1")
	}
	if took := time.Since(start); took > 10*400*time.Millisecond {
		t.Errorf("ten signs of life took %v, where one is wanted every 200 ms", took)
	}
	w.deliver("md", samples(t, "01*"))
	for end := time.Now().Add(longEnough); m.Hear(2*time.Second) != nil; {
		if time.Now().After(end) {
			t.Fatal("it hangs, and says that it lives")
		}
	}
	if len(w.list("md", "new")) != 1 {
		t.Error("it was not stuck")
	}
}

// TestServiceManagerIsToldOfNoFailure: what can't begin is not ready, and ends as without a manager; --once is no
// service.
func TestServiceManagerIsToldOfNoFailure(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	m := opstest.NewManager(t, w.path("notify"))
	w.deliver("md", samples(t, "01*"))
	w.write("no.db", strings.Repeat("not a database at all\n", 500))
	w.startService(m, "", "--db", "no.db", "watch", "md").waitExit(exitFailed)
	w.startService(m, "", "watch", "--once", "md").waitExit(exitDone)
	if said := m.Hear(100 * time.Millisecond); said != nil {
		t.Errorf("it says %q", said)
	}
	m.Conn.Close()
	p := w.startService(m, "", "watch", "md") // nobody listens
	p.waitFor("msg=watching")
	p.signal(syscall.SIGTERM)
	p.waitExit(exitDone)
}

// TestWatcherTellsItsManager: what a watcher tells of mails and scans, and that a mail is a sign of life.
func TestWatcherTellsItsManager(t *testing.T) {
	m := opstest.NewManager(t, filepath.Join(t.TempDir(), "notify"))
	t.Setenv("NOTIFY_SOCKET", m.Address)
	t.Setenv("WATCHDOG_USEC", "20000")
	n := ops.NewNotifier(time.Second)
	w := &watching{quiet: true, manager: n, seen: &ops.Seen{}}
	w.tellManager()
	if said := m.Hear(100 * time.Millisecond); said != nil {
		t.Errorf("it says %q, and is not ready yet", said)
	}
	w.tellState(watcher.State{})
	m.WaitFor("READY=1") // and with it, in one datagram, what it does

	defer n.Keep(t.Context())()
	for end := time.Now().Add(longEnough); m.Hear(500*time.Millisecond) != nil; { // it gives no sign of life any more
		if time.Now().After(end) {
			t.Fatal("nothing happens, and it says that it lives")
		}
	}
	w.tellSettled(watcher.Settlement[*intake.Mail]{Mail: &intake.Mail{}})
	m.WaitFor("WATCHDOG=1")
	w.tellManager()
	m.WaitFor("STATUS=Watching; mails settled: 1")
}

// TestWatcherTellsOfStuckMail: status says why mail stays in new, as long as it does.
func TestWatcherTellsOfStuckMail(t *testing.T) {
	w := &watching{manager: &ops.Notifier{}, seen: &ops.Seen{}}
	dir := t.TempDir()
	for _, why := range []string{`"x" cannot be read: permission denied`, ""} {
		w.tellState(watcher.State{Dirs: []watcher.DirState{{Dir: dir, Stuck: why}}})
		if got := ops.ReadStuck(dir); got != why {
			t.Errorf("%q is told, want %q", got, why)
		}
	}
}
