package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/db"
	"patchwatch/watcher"
)

// disturbAsTold makes a patchwatch that a test has started kill itself at the n-th time that it gets to a step:
// PATCHWATCH_TEST_KILL="2 committed". It is only in the test binary.
func disturbAsTold(a *app) {
	getStuckAsTold(a)
	if os.Getenv("PATCHWATCH_TEST_SLOW") != "" {
		a.slowAfter = 300 * time.Millisecond
	}
	tellAsTold(a)
	var n int64
	text := os.Getenv("PATCHWATCH_TEST_KILL")
	number, step, _ := strings.Cut(text, " ")
	if _, err := fmt.Sscan(number, &n); err != nil {
		return
	}
	var reached atomic.Int64
	a.disturb = func(c *watcher.Config[*intake.Mail]) {
		c.LinkMoves = os.Getenv("PATCHWATCH_TEST_LINK") != ""
		c.BatchMails = 7
		c.Step = func(s string) {
			if s == step && reached.Add(1) == n {
				syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {} // until it arrives
			}
		}
	}
}

// TestKilledAtEveryStep kills the real program at each step of a mail's life, whatever steps there are, of a lone
// mail and of a batch, at its first time and at a later one, and starts it again: the Maildir and the database are
// what they would have been without, and the same is told.
func TestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	batch := samples(t)
	failing := samples(t, "78*")
	for _, link := range []bool{false, true} {
		undisturbed := map[string]string{}
		for name, mails := range map[string][]sampleMail{"batch": batch, "lone": samples(t, "01*"), "failing": failing} {
			w := newWorkplace(t)
			w.deliver("md", mails)
			w.watchOnce("md", 1)
			undisturbed[name] = w.whole("md")
		}
		if !strings.Contains(undisturbed["batch"], "series-completed") {
			t.Fatal("the mails complete no series")
		}
		for _, step := range allSteps() {
			if step == "linked" && !link {
				continue // it is not reached otherwise
			}
			for _, n := range []int{1, 3} {
				w := newWorkplace(t)
				w.deliver("md", batch)
				w.killedAt("md", step, n, link)
				if got := w.whole("md"); got != undisturbed["batch"] {
					t.Errorf("killed at %q, time %d: %s", step, n, firstDifference(got, undisturbed["batch"]))
				}
			}
			// A lone mail: one that is stored, or for the steps that only a refused one gets to, one that is.
			name, mails := "lone", samples(t, "01*")
			if step == "reason written" || step == "moved to failed" {
				name, mails = "failing", failing
			}
			w := newWorkplace(t)
			w.deliver("md", mails)
			w.killedAt("md", step, 1, link)
			if got := w.whole("md"); got != undisturbed[name] {
				t.Errorf("a lone mail, killed at %q: %s", step, firstDifference(got, undisturbed[name]))
			}
		}
	}
}

// killedAt runs a watcher that dies, then one that does not.
func (w *workplace) killedAt(dir, step string, n int, link bool) {
	w.t.Helper()
	c := w.command("watch", "--once", "--quiet", dir)
	c.Env = append(c.Env, fmt.Sprintf("PATCHWATCH_TEST_KILL=%d %s", n, step))
	if link {
		c.Env = append(c.Env, "PATCHWATCH_TEST_LINK=1")
	}
	out, _ := c.CombinedOutput()
	if status := c.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGKILL {
		if n == 1 || !onlyOnce(step) {
			w.t.Fatalf("it has not come to %q, time %d: %v\n%s", step, n, c.ProcessState, clip(string(out)))
		}
		return
	}
	w.watchOnce(dir, 1)
	if said := w.run("check", dir); !strings.Contains(said, "nothing is lost, nothing is wrong") {
		w.t.Errorf("killed at %q, time %d: %s", step, n, said)
	}
}

// onlyOnce is of the steps that the sample mails may get to but once or twice.
func onlyOnce(step string) bool {
	return step == "reason written" || step == "moved to failed" || step == "synced"
}

// whole is all that a run leaves: the names in the folders, and the dump.
func (w *workplace) whole(dir string) string {
	w.t.Helper()
	var b strings.Builder
	for _, folder := range []string{"tmp", "new", "cur", "failed"} {
		for _, name := range w.list(dir, folder) {
			fmt.Fprintln(&b, filepath.Join(folder, name))
		}
	}
	return b.String() + w.run("dump") + w.told()
}

// eventNumbers are what is not the same of an event when its mails came in another order, or at another time.
var eventNumbers = regexp.MustCompile(`"id":\d+,?|"date":"[^"]*",`)

// told are the events without their numbers and dates, sorted. That a series is complete is told again when a patch
// comes after that, as [PATCH 3/2] does, and so depends on what was stored before a crash: of these one is kept.
func (w *workplace) told() string {
	w.t.Helper()
	lines := strings.SplitAfter(eventNumbers.ReplaceAllString(w.run("events", "--json"), ""), "\n")
	slices.Sort(lines)
	lines = slices.CompactFunc(lines, func(a, b string) bool {
		return a == b && strings.Contains(a, `"category":"series-completed"`)
	})
	return strings.Join(lines, "")
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("line %d is %q, want %q", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

// allSteps lists the points at which a crash leaves a state of its own, in the order of a mail's life.
func allSteps() []string {
	return slices.Concat(watcher.Steps(), []string{intake.StepParsed}, db.Steps())
}

// TestKilledBetweenDecisions does the same where a person has put mails into series before the rest of them comes.
func TestKilledBetweenDecisions(t *testing.T) {
	t.Parallel()
	early, late := samples(t, "0[156]*", "1[14]*"), samples(t, "0[78]*", "1[256]*", "19*", "2[0-2]*")
	decided := func() *workplace {
		w := newWorkplace(t)
		for i := range early { // one after the other: what is told depends on their numbers
			w.deliver("md", early[i:i+1])
			w.watchOnce("md", 1)
		}
		w.run("series", "move", "20261009003144.45943-1-mei.tanaka@example.net", "--to",
			"cover.1791400502.git.bjorn@example.com")
		w.run("series", "split", "20261006091210.25091-1-priya@example.com", "cover.1791400502.git.bjorn@example.com")
		w.run("series", "split", "20261012-belt-ratio-v1-2-5f1c9e7a0b21@example.org")
		w.deliver("md", late)
		return w
	}
	w := decided()
	w.watchOnce("md", 1)
	undisturbed := w.whole("md")
	w.run("rebuild")
	if got := w.whole("md"); got != undisturbed {
		t.Fatalf("rebuilt: %s", firstDifference(got, undisturbed))
	}
	for _, step := range allSteps() {
		if step == "linked" || onlyOnce(step) {
			continue // not reached
		}
		w := decided()
		w.killedAt("md", step, 1, false)
		if got := w.whole("md"); got != undisturbed {
			t.Errorf("killed at %q: %s", step, firstDifference(got, undisturbed))
		}
	}
}
