package main

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/ops"
	"patchwatch/db/sqlite"
)

var addFrob = []string{"project", "add", "frob-devel", "--list-id", "frob-devel.lists.example.org",
	"--list-email", "frob-devel@lists.example.org"}

// twoThousandUnrouted is a database with mail of lists that are not tracked, and the dump that it is to have once
// frob-devel is.
func twoThousandUnrouted(t *testing.T) (w *workplace, want string) {
	mails := multiply(samples(t), 28)
	first := newWorkplace(t)
	first.run("project", "add", "another", "--list-id", "another.example.org")
	first.run(addFrob...)
	first.deliver("md", mails)
	first.watchOnce("md", 1)

	w = newWorkplace(t)
	w.run("project", "add", "another", "--list-id", "another.example.org")
	w.deliver("md", mails)
	w.watchOnce("md", 1)
	return w, first.run("dump")
}

func (w *workplace) unfinished() int {
	w.t.Helper()
	var r ops.Report
	if err := json.Unmarshal([]byte(w.run("status", "--json", "md")), &r); err != nil {
		w.t.Fatal(err)
	}
	return r.Database.Unfinished
}

// killedInTheMiddle adds the project and kills the command when some of the mail has followed; false if it had ended
// before.
func (w *workplace) killedInTheMiddle() bool {
	store, err := sqlite.OpenReadOnly(w.t.Context(), w.path("patchwatch.db"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer store.Close()
	p := w.start(addFrob...)
	for left := 0; left == 0 && !p.exited(); time.Sleep(time.Millisecond) { // the decision is not committed yet
		if left, err = store.Unfinished(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
	time.Sleep(rand.N(100 * time.Millisecond)) // anywhere in what follows
	p.kill()
	return w.unfinished() > 0
}

// A project is added, and the command is killed again and again: in the end all is as if it had been there before its
// mail.
func TestKilledWhileAProjectIsAdded(t *testing.T) {
	t.Parallel()
	w, want := twoThousandUnrouted(t)
	midway := 0
	for range 8 {
		if w.killedInTheMiddle() {
			midway++
		}
	}
	t.Logf("killed 8 times, %d of them midway", midway)
	if midway == 0 {
		t.Error("it was never killed midway")
	}
	last := w.start(addFrob...)
	<-last.done
	if last.cmd.ProcessState.ExitCode() != exitDone { // it may all have been done before it was killed
		last.wants("there is a project frob-devel already")
	}
	w.run("rebuild")
	if got := w.run("dump"); got != want {
		t.Error(firstDifference(got, want))
	}
	w.run("check", "md")
}

// A watcher does what a killed command has left, and check says so until then.
func TestWatcherFinishesAChangeOfProjects(t *testing.T) {
	for _, args := range [][]string{{"--rescan", "1s"}, {"--once"}} {
		t.Run(args[0], func(t *testing.T) {
			t.Parallel()
			w, want := twoThousandUnrouted(t)
			for tries := 0; !w.killedInTheMiddle(); tries++ {
				if tries > 20 {
					t.Skip("the command could not be killed midway: it is too fast, or had ended")
				}
			}
			c := w.command("check", "md")
			if out, err := c.CombinedOutput(); err == nil || !strings.Contains(string(out), "have not followed yet") {
				t.Errorf("check: %v, %s", err, out)
			}
			w.start(append([]string{"watch", "md"}, args...)...).waitFor("finished a change of projects or rules")
			if left := w.unfinished(); left != 0 {
				t.Errorf("%d mails are left", left)
			}
			if got := w.run("dump"); got != want {
				t.Error(firstDifference(got, want))
			}
			w.run("check", "md")
		})
	}
}
