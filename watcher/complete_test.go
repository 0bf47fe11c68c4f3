package watcher

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sys/unix"
)

// A file that is written straight into new is taken when its writer closes it, whole.
func TestGrowingFile(t *testing.T) {
	dir := newMaildir(t)
	s := newStore()
	// no timer finds it
	r := start(t, config{Prepare: bare, Dirs: []string{dir}, Handle: s.handle, Rescan: time.Hour, BlindScan: time.Hour})
	begun := time.Now()
	f, err := os.Create(filepath.Join(dir, "new", "a"))
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		time.Sleep(ms(60))
		f.WriteString("part ")
	}
	if r.count() != 0 {
		t.Fatal("taken before it was whole")
	}
	closed := time.Now()
	f.Close()
	r.waitSettled(1)
	if s.data["a"] != "part part part part part " {
		t.Errorf("%q", s.data["a"])
	}
	// It was there for 300 ms or, on a busy machine, for longer, so it is looked at within as long again.
	if took, grew := time.Since(closed), closed.Sub(begun); took > 2*grew+time.Second {
		t.Errorf("settled after %v, it grew for %v", took, grew)
	}
}

// A file that is open for writing holds up no other, and Once gives it up in the end.
func TestNeverFinished(t *testing.T) {
	dir := newMaildir(t)
	f, err := os.Create(filepath.Join(dir, "new", "a"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	f.WriteString("part")
	put(t, dir, "b", "good")
	s := newStore()
	sum := once(t, config{Prepare: bare, Dirs: []string{dir}, Handle: s.handle, EmptyTime: ms(100)})
	if sum != (Summary{Stored: 1, Left: 1}) {
		t.Errorf("%+v", sum)
	}
	wantNames(t, ls(t, dir, "new"), "a")
}

// An empty file may still be filled; after a while it is handed over as it is.
func TestEmptyFile(t *testing.T) {
	for patience := ms(400); !emptyFile(t, patience); patience *= 2 {
		if patience > 5*time.Second {
			t.Fatal("this machine is too busy to fill a file in time")
		}
	}
}

// emptyFile says whether the file was filled before the watcher's patience was at its end. Else it shows nothing.
func emptyFile(t *testing.T, patience time.Duration) (inTime bool) {
	t.Helper()
	dir := newMaildir(t)
	s := newStore()
	r := start(t, config{Prepare: bare, Dirs: []string{dir}, Handle: s.handle, EmptyTime: patience})
	defer r.stop()
	begun := time.Now()
	write(t, filepath.Join(dir, "new", "filled"), "")
	write(t, filepath.Join(dir, "new", "empty"), "")
	time.Sleep(ms(100))
	taken := r.count()
	write(t, filepath.Join(dir, "new", "filled"), "late")
	if time.Since(begun) > patience-ms(50) {
		return false
	}
	if taken != 0 {
		t.Fatal("taken at once")
	}
	r.waitSettled(2)
	if s.data["filled"] != "late" || s.data["empty"] != "" || s.count("empty") != 1 {
		t.Errorf("%q", s.data)
	}
	return true
}

// A writer that comes while the mail is read waits; it is neither refused nor does it kill us by SIGIO.
func TestWriterWhileReading(t *testing.T) {
	dir := newMaildir(t)
	path := filepath.Join(dir, "new", "a")
	put(t, dir, "a", "good")
	opened := make(chan error)
	step := func(step string) {
		if step != stepRead {
			return
		}
		go func() {
			f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
			if err == nil {
				f.Close()
			}
			opened <- err
		}()
		// The writer waits for the lease.
		for end := time.Now().Add(10 * time.Second); !leaseBreaks(t, path) && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
	}
	s := newStore()
	once(t, config{Prepare: bare, Dirs: []string{dir}, Handle: s.handle, Step: step})
	if err := <-opened; err != nil || s.data["a"] != "good" {
		t.Error(err, s.data)
	}
}

// leaseBreaks says whether somebody waits for the end of a lease on this file.
func leaseBreaks(t *testing.T, path string) bool {
	t.Helper()
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		t.Error(err)
		return true
	}
	for line := range strings.Lines(read(t, "/proc/locks")) {
		if strings.Contains(line, "BREAKING") && strings.Contains(line, fmt.Sprintf(":%d ", st.Ino)) {
			return true
		}
	}
	return false
}

// Once waits for a mail that another watcher holds: that one may die.
func TestOnceWaitsForLocks(t *testing.T) {
	dir := newMaildir(t)
	put(t, dir, "a", "good")
	lock := flock.New(filepath.Join(dir, "new", "a"), flock.SetFlag(os.O_RDONLY))
	if ok, err := lock.TryLock(); !ok {
		t.Fatal(err)
	}
	begin := time.Now()
	time.AfterFunc(ms(200), func() { lock.Unlock() })
	s := newStore()
	sum := once(t, config{Prepare: bare, Dirs: []string{dir}, Handle: s.handle})
	if sum != (Summary{Stored: 1}) || time.Since(begin) < ms(190) {
		t.Errorf("%+v after %v", sum, time.Since(begin))
	}
}

// So does Run, without an event.
func TestRunWaitsForLocks(t *testing.T) {
	dir := newMaildir(t)
	put(t, dir, "a", "good")
	lock := flock.New(filepath.Join(dir, "new", "a"), flock.SetFlag(os.O_RDONLY))
	if ok, err := lock.TryLock(); !ok {
		t.Fatal(err)
	}
	r := start(t, config{Prepare: bare, Dirs: []string{dir}, Handle: newStore().handle})
	time.Sleep(ms(200))
	if r.count() != 0 {
		t.Error("took a mail that somebody else holds")
	}
	lock.Unlock()
	r.waitSettled(1)
}

// Once counts what it has not come to when it is broken off.
func TestOnceCountsWhatIsLeft(t *testing.T) {
	dir := newMaildir(t)
	for i := range 100 {
		put(t, dir, fmt.Sprintf("mail%03d", i), "good")
	}
	ctx, cancel := context.WithCancel(t.Context())
	s := newStore()
	s.before = func([]Claim) error {
		cancel()
		return nil
	}
	sum, err := Once(ctx, config{Prepare: bare, Dirs: []string{dir}, Handle: s.handle, BatchMails: 1, Readers: 1})
	if !errors.Is(err, context.Canceled) || sum != (Summary{Stored: 1, Left: 99}) {
		t.Errorf("%+v, %v", sum, err)
	}
}
