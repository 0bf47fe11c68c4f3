package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
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
