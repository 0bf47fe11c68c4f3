package watcher

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Why a mail stays in new is told: of one that cannot be read at once, of others when it takes long.
func TestStuck(t *testing.T) {
	var l leftovers
	now := time.Now()
	l.add("0", outcomeOdd, nil, now)
	l.add("c", outcomeLocked, nil, now)
	l.add("b", outcomeIncomplete, nil, now.Add(time.Second))
	if got := l.stuck(now.Add(heldLong - 1)); got != "" {
		t.Errorf("too early it is said: %s", got)
	}
	l.add("c", outcomeLocked, nil, now.Add(heldLong)) // it has been since now
	if got, want := l.stuck(now.Add(heldLong)), `"c" is held by another process`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	const want = `"b" is still being written; 2 mails stay in all`
	if got := l.stuck(now.Add(heldLong + time.Second)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	l.add("a\n", outcomeUnreadable, &fs.PathError{Op: "open", Path: "a\n", Err: unix.EACCES}, now)
	if got, want := l.stuck(now), `"a\n" cannot be read: permission denied`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if !l.has("a\n") || !l.has("0") || l.has("c") || l.has("b") {
		t.Error("what is locked or incomplete is looked at whenever something arrives, and nothing else here is")
	}
}

// A mail that is locked for long is told of, and no more once it is taken.
func TestLockedForLong(t *testing.T) {
	dir := newMaildir(t)
	put(t, dir, "held", "good")
	f, err := os.Open(filepath.Join(dir, "new", "held"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	s := newStore()
	r := start(t, config{Dirs: []string{dir}, Prepare: bare, Handle: s.handle, Rescan: ms(20)})
	eventually(t, func() bool { return len(r.lastState().Dirs) == 1 })
	r.stop()
	b := r.boxes[0]
	for name, left := range b.left.names {
		left.since = left.since.Add(-heldLong)
		b.left.names[name] = left
	}
	if got := r.state().Dirs[0].Stuck; !strings.Contains(got, "another process") {
		t.Errorf("it is said: %q", got)
	}
	b.record("held", outcomeTaken, nil)
	if got := r.state().Dirs[0].Stuck; got != "" {
		t.Errorf("when it was taken it is said: %q", got)
	}
}
