package main

import (
	"context"
	"fmt"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/watcher"
)

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
