package main

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"patchwatch/internal/needs"
)

// fault is something that breaks under a running watcher and is mended again.
type fault struct {
	name  string
	root  bool // only root can bring it about
	setUp func(t *testing.T, w *workplace)
	begin func(t *testing.T, w *workplace)
	end   func(t *testing.T, w *workplace)
	says  string // in the log, and in status
}

// The database is db/x.db and the Maildir is md in each.
var faults = []fault{
	{
		name: "the database's disk is full", root: true,
		setUp: func(t *testing.T, w *workplace) { needs.SmallDisk(t, w.path("db"), "size=4m") },
		begin: func(t *testing.T, w *workplace) { fill(t, w.path("db", "filler")) },
		end:   func(t *testing.T, w *workplace) { os.Remove(w.path("db", "filler")) },
		says:  "the disk that holds the database is full",
	},
	{
		name:  "the database is gone",
		begin: func(t *testing.T, w *workplace) { move(t, w.path("db", "x.db"), w.path("away.db")) },
		end:   func(t *testing.T, w *workplace) { move(t, w.path("away.db"), w.path("db", "x.db")) },
		says:  "is gone: move it back",
	},
	{
		name: "the database is replaced by something else",
		begin: func(t *testing.T, w *workplace) {
			move(t, w.path("db", "x.db"), w.path("away.db"))
			w.write("db/x.db", strings.Repeat("not a database at all\n", 500))
		},
		end:  func(t *testing.T, w *workplace) { move(t, w.path("away.db"), w.path("db", "x.db")) },
		says: "not an SQLite database",
	},
	{
		name: "the database is damaged",
		begin: func(t *testing.T, w *workplace) {
			move(t, w.path("db", "x.db"), w.path("away.db"))
			text, err := os.ReadFile(w.path("away.db"))
			if err != nil {
				t.Fatal(err)
			}
			for i := 100; i < len(text); i++ {
				text[i] ^= 0x5a
			}
			w.write("db/x.db", string(text))
		},
		end:  func(t *testing.T, w *workplace) { move(t, w.path("away.db"), w.path("db", "x.db")) },
		says: "damaged",
	},
}

// TestFault breaks one thing after the other under a watcher that runs: mail stays in new, the log and status say why
// and what to do, and when it is mended all goes on by itself.
func TestFault(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			if f.root && os.Getuid() != 0 {
				t.Skip("only root can mount a file system to break")
			}
			w := newWorkplace(t)
			if err := os.Mkdir(w.path("db"), 0o700); err != nil {
				t.Fatal(err)
			}
			if f.setUp != nil {
				f.setUp(t, w)
			}
			w.deliver("md", samples(t, "01*"))
			p := w.startTelling("--db", "db/x.db", "watch", "md")
			w.waitUntilEmpty("md")
			f.begin(t, w)
			mails := samples(t, "0[5-9]*")
			if err := writeMaildir(w.path("md"), mails); err != nil {
				t.Fatal(err)
			}
			p.waitFor(f.says)
			p.waitForMore(2, batchInHand) // it is tried again, and again
			if left := len(w.list("md", "new")); left != len(mails) {
				t.Errorf("%d of %d mails are left in new", left, len(mails))
			}
			w.waitForPause(f.says, "--db", "db/x.db", "status", "md")
			if failed := w.list("md", "failed"); len(failed) > 0 {
				t.Errorf("mail was blamed: %q", failed)
			}
			f.end(t, w)
			w.waitUntilEmpty("md")
			p.signal(unix.SIGTERM)
			p.waitExit(exitDone)
			if said := w.run("--db", "db/x.db", "check", "md"); !strings.Contains(said, "nothing is lost, nothing is wrong") {
				t.Error(said)
			}
			if got := len(w.list("md", "cur")); got != len(mails)+1 {
				t.Errorf("%d mails in cur, want %d", got, len(mails)+1)
			}
			if status := w.run("--db", "db/x.db", "status", "md"); strings.Contains(status, "PAUSED") {
				t.Errorf("it is over, and status still says: %s", status)
			}
		})
	}
}

// waitForPause waits until status says why no mail is taken. The watcher's log says so first.
func (w *workplace) waitForPause(why string, status ...string) {
	w.t.Helper()
	for end := time.Now().Add(longEnough); ; time.Sleep(20 * time.Millisecond) {
		out, _ := w.command(status...).Output() // it may fail: the database can't be read
		if strings.Contains(string(out), "PAUSED") && strings.Contains(string(out), why) {
			return
		}
		if time.Now().After(end) {
			w.t.Fatalf("status does not say why: %s", out)
		}
	}
}

// TestReadOnlyDatabase: it can't even be begun, and says so; the mail stays where it is.
func TestReadOnlyDatabase(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can mount a file system to break")
	}
	w := newWorkplace(t)
	if err := os.Mkdir(w.path("db"), 0o700); err != nil {
		t.Fatal(err)
	}
	needs.SmallDisk(t, w.path("db"), "size=16m")
	w.deliver("md", samples(t, "01*"))
	w.run("--db", "db/x.db", "watch", "--once", "md")
	if err := writeMaildir(w.path("md"), samples(t, "05*")); err != nil {
		t.Fatal(err)
	}
	remount(t, w.path("db"), unix.MS_RDONLY)
	p := w.start("--db", "db/x.db", "watch", "--once", "md")
	p.waitExit(exitFailed)
	p.wants("can't be")
	if left := w.list("md", "new"); len(left) != 1 {
		t.Errorf("in new: %q", left)
	}
	remount(t, w.path("db"), 0)
	w.run("--db", "db/x.db", "watch", "--once", "md")
}

// TestDatabaseIsLockedForLong: somebody holds the database while mail comes. With PATCHWATCH_LONG=1 in the
// environment, as make test-faults has it, for longer than the minute that a watcher waits for it at once.
func TestDatabaseIsLockedForLong(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	w.deliver("md", samples(t, "01*"))
	p := w.startTelling("watch", "md")
	w.waitUntilEmpty("md")
	unlock := lockDatabase(t, w.path("patchwatch.db"))
	inHand := p.count(batchInHand)
	if err := writeMaildir(w.path("md"), samples(t, "05*")); err != nil {
		t.Fatal(err)
	}
	p.waitForCount(inHand+1, batchInHand)
	if os.Getenv("PATCHWATCH_LONG") != "" {
		p.waitFor("another process holds the database locked")
	}
	if left := w.list("md", "new"); len(left) != 1 {
		t.Errorf("it is not in new any more: %q", left)
	}
	unlock()
	w.waitUntilEmpty("md")
	p.signal(unix.SIGTERM)
	p.waitExit(exitDone)
	w.run("check", "md")
}

// TestMaildirsDiskIsFull: a mail that can't be read needs a file with the reason, for which there is no room. It
// stays in new, those that can be read are taken, and it follows when there is room.
func TestMaildirsDiskIsFull(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can mount a file system to break")
	}
	w := newWorkplace(t)
	if err := os.Mkdir(w.path("md"), 0o700); err != nil {
		t.Fatal(err)
	}
	needs.SmallDisk(t, w.path("md"), "size=1m")
	w.deliver("md", nil)
	bad := samples(t, "78*")
	if err := writeMaildir(w.path("md"), bad); err != nil {
		t.Fatal(err)
	}
	fill(t, w.path("md", "filler"))
	p := w.start("watch", "md")
	p.waitFor("no space left")
	if left := w.list("md", "new"); len(left) != 1 {
		t.Errorf("in new: %q", left)
	}
	if failed := w.list("md", "failed"); len(failed) > 1 {
		t.Errorf("in failed: %q", failed)
	}
	os.Remove(w.path("md", "filler"))
	w.waitUntilEmpty("md")
	p.signal(unix.SIGTERM)
	p.waitExit(exitDone)
	w.checkFailed("md", 1)
}

// TestFewDescriptors empties a Maildir with no more file descriptors than a shell gives to the careless.
func TestFewDescriptors(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	mails := multiply(samples(t), 4)
	w.deliver("md", mails)
	c := w.command()
	c.Path, c.Args = "/bin/sh", []string{"sh", "-c", "ulimit -n 64 && exec patchwatch watch --once --quiet md"}
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, clip(string(out)))
	}
	w.checkNothingLost("md", mails)
}

// TestWrongClocks: times that can't be, of files and in their names, hold no mail up and lose none.
func TestWrongClocks(t *testing.T) {
	t.Parallel()
	w := newWorkplace(t)
	w.deliver("md", nil)
	now := time.Now()
	for name, at := range map[string]time.Time{
		"99999999999.M1P1.host": now, "0.M1P2.host": now, "-5.M1P3.host": now, "no time at all": now,
		"1790000000.M1P4.host": time.Unix(0, 0), "1790000000.M1P5.host": now.AddDate(20, 0, 0),
		"1790000000.M1P6.host": time.Unix(-1000, 0),
	} {
		m := sampleMail{raw: []byte(patchMail(strings.ReplaceAll(name, " ", "."))), delivered: at}
		if err := writeFile(w.path("md", "new", name), m); err != nil {
			t.Fatal(err)
		}
	}
	p := w.start("watch", "md")
	w.waitUntilEmpty("md")
	p.signal(unix.SIGTERM)
	p.waitExit(exitDone)
	if got := len(w.list("md", "cur")); got != 7 {
		t.Errorf("%d of 7 mails are in cur", got)
	}
	w.run("check", "md")
}

// TestLogStaysSmallBesideAReader: a person looks at a list in a pager, or stops a dump halfway, while a backlog is
// drained. That must not keep the log from being cut back.
func TestLogStaysSmallBesideAReader(t *testing.T) {
	if raceEnabled {
		t.Skip("the same as without the race detector, ten times slower")
	}
	w := newWorkplace(t)
	w.deliver("first", multiply(samples(t), 12))
	w.watchOnce("first", 1)
	w.deliver("md", bulky(2000))
	var readers []*process
	for _, args := range [][]string{{"list", "--all"}, {"series", "--all"}, {"dump"}} {
		readers = append(readers, w.startInto(newSmallPipe(t), args...)) // they have begun, and nobody reads from their pipes
	}
	p := w.start("watch", "--once", "--quiet", "md")
	most := int64(0)
	for !p.exited() {
		if info, err := os.Stat(w.path("patchwatch.db-wal")); err == nil {
			most = max(most, info.Size())
		}
		time.Sleep(5 * time.Millisecond)
	}
	p.waitExit(exitDone)
	for _, r := range readers {
		if r.exited() {
			t.Errorf("%s was not stuck in its pipe: %s", r.cmd, r.said.String())
		}
	}
	size, err := os.Stat(w.path("patchwatch.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the log had %d MiB at most, the database has %d MiB", most>>20, size.Size()>>20)
	const limit = 120 << 20 // it is cut back at 64 MiB, or some eighths of that later, when the readers have got stuck
	if most > limit {
		t.Errorf("the log grew to %d MiB", most>>20)
	}
	if size.Size() < limit {
		t.Errorf("the database has %d MiB: that much would be in the log if it were never cut back", size.Size()>>20)
	}
}

// bulky are mails of 128 KiB that can't be compressed to less than 96.
func bulky(n int) (mails []sampleMail) {
	r := rand.NewChaCha8([32]byte{1})
	noise := make([]byte, 96<<10)
	for i := range n {
		r.Read(noise)
		raw := patchMail(fmt.Sprintf("bulky-%d@x", i)) + base64.StdEncoding.EncodeToString(noise) + "\n"
		mails = append(mails, sampleMail{raw: []byte(raw), delivered: time.Unix(1_700_000_000+int64(i), 0)})
	}
	return mails
}

func remount(t *testing.T, dir string, flags uintptr) {
	t.Helper()
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT|flags, ""); err != nil {
		t.Fatal(err)
	}
}

// fill takes all the room that there is.
func fill(t *testing.T, path string) {
	t.Helper()
	if err := fillUp(path); err != nil {
		t.Fatal(err)
	}
}

func fillUp(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for block := make([]byte, 1<<16); len(block) > 0; {
		if _, err := f.Write(block); err != nil {
			block = block[:len(block)/2]
		}
	}
	return nil
}

func move(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func (w *workplace) write(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}
