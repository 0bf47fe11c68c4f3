package watcher

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Both ways of moving have to pass the same tests.
func bothMoves(t *testing.T, test func(t *testing.T, linkMoves bool)) {
	t.Run("rename", func(t *testing.T) { test(t, false) })
	t.Run("link", func(t *testing.T) { test(t, true) })
}

func TestStoredAndRejected(t *testing.T) {
	bothMoves(t, func(t *testing.T, link bool) {
		dir := newMaildir(t)
		put(t, dir, "a", "good")
		put(t, dir, "b:2,S", "good")
		put(t, dir, "c", "bad")
		put(t, dir, "huge", strings.Repeat("x", 1001))
		put(t, dir, "largest", strings.Repeat("x", 1000))
		s := newStore()
		var told []Settlement[Claim]
		sum := once(t, config{Prepare: bare, Dirs: []string{dir}, Handle: s.handle, MaxMail: 1000, LinkMoves: link,
			Settled: func(s Settlement[Claim]) { told = append(told, s) }})
		if sum != (Summary{Stored: 3, Failed: 2}) {
			t.Error(sum)
		}
		wantNames(t, s.names(), "a", "b:2,S", "c", "largest")
		wantNames(t, ls(t, dir, "new"))
		wantNames(t, ls(t, dir, "cur"), "a:2,", "b:2,S", "largest:2,")
		wantNames(t, ls(t, dir, "failed"), "c", "c.reason", "huge", "huge.reason")
		if got := read(t, dir, "failed", "c.reason"); got != "This mail is bad.\nIt says so itself.\n" {
			t.Errorf("reason %q", got)
		}
		if got := read(t, dir, "failed", "huge.reason"); got != "the mail has 1001 bytes, more than the limit of 1000\n" {
			t.Errorf("reason %q", got)
		}
		checkTold(t, told)
	})
}

func checkTold(t *testing.T, told []Settlement[Claim]) {
	t.Helper()
	if len(told) != 5 {
		t.Errorf("told of %d mails", len(told))
	}
	for _, s := range told {
		info, err := os.Stat(s.Path)
		if err != nil || info.Size() != s.Size || s.Delivered.IsZero() {
			t.Errorf("%+v: %v", s, err)
		}
		if rejected := filepath.Base(filepath.Dir(s.Path)) == "failed"; rejected != (s.Reject != nil) {
			t.Errorf("%+v", s)
		}
		if s.Reject == nil && s.Mail.Name != s.Name {
			t.Errorf("%+v is not what was prepared", s)
		}
	}
}

// A move never replaces another file.
func TestTargetTaken(t *testing.T) {
	bothMoves(t, func(t *testing.T, link bool) {
		dir := newMaildir(t)
		write(t, filepath.Join(dir, "cur", "a:2,"), "old 1")
		write(t, filepath.Join(dir, "cur", "a~1:2,"), "old 2")
		os.Symlink("nowhere", filepath.Join(dir, "cur", "s:2,"))
		write(t, filepath.Join(dir, "failed", "b"), "old 3")
		write(t, filepath.Join(dir, "failed", "b.reason"), "old reason")
		put(t, dir, "a", "new a")
		put(t, dir, "s", "new s")
		put(t, dir, "b", "bad b")
		once(t, config{Prepare: bare, Dirs: []string{dir}, Handle: newStore().handle, LinkMoves: link})
		for path, want := range map[string]string{
			"cur/a:2,": "old 1", "cur/a~1:2,": "old 2", "cur/a~2:2,": "new a", "cur/s~1:2,": "new s",
			"failed/b": "old 3", "failed/b.reason": "old reason",
			"failed/b~1": "bad b", "failed/b~1.reason": "This mail is bad.\nIt says so itself.\n",
		} {
			if got := read(t, dir, path); got != want {
				t.Errorf("%s: %q, want %q", path, got, want)
			}
		}
		wantNames(t, ls(t, dir, "new"))
	})
}

// A move by link and unlink that was cut off between the two.
func TestLinkedIsFinished(t *testing.T) {
	bothMoves(t, func(t *testing.T, link bool) {
		dir := newMaildir(t)
		put(t, dir, "a", "good")
		put(t, dir, "b", "bad")
		os.Link(filepath.Join(dir, "new", "a"), filepath.Join(dir, "cur", "a:2,"))
		os.Link(filepath.Join(dir, "new", "b"), filepath.Join(dir, "failed", "b"))
		once(t, config{Prepare: bare, Dirs: []string{dir}, Handle: newStore().handle, LinkMoves: link})
		wantNames(t, ls(t, dir, "new"))
		wantNames(t, ls(t, dir, "cur"), "a:2,")
		wantNames(t, ls(t, dir, "failed"), "b", "b.reason")
	})
}

// One mail under two names is two mails: each is settled under its name.
func TestHardLink(t *testing.T) {
	dir := newMaildir(t)
	put(t, dir, "a", "good")
	os.Link(filepath.Join(dir, "new", "a"), filepath.Join(dir, "new", "b"))
	s := newStore()
	once(t, config{Prepare: bare, Dirs: []string{dir}, Handle: s.handle})
	wantNames(t, ls(t, dir, "new"))
	wantNames(t, ls(t, dir, "cur"), "a:2,", "b:2,")
}

func TestNames(t *testing.T) {
	bothMoves(t, func(t *testing.T, link bool) {
		dir := newMaildir(t)
		names := []string{
			"with space", "with\nnewline", "\xff\xfe", "-rf", "*", "~", "%s", `\`, "a:2,S", "a.reason",
			strings.Repeat("l", 255), strings.Repeat("l", 254) + "m", strings.Repeat("l", 251) + ":2,S",
		}
		for _, verdict := range []string{"good", "bad"} {
			for _, name := range names {
				put(t, dir, name, verdict+name)
			}
			s := newStore()
			once(t, config{Prepare: bare, Dirs: []string{dir}, Handle: s.handle, LinkMoves: link})
			wantNames(t, s.names(), names...)
		}
		wantNames(t, ls(t, dir, "new"))
		wantContents(t, filepath.Join(dir, "cur"), "good", names)
		wantContents(t, filepath.Join(dir, "failed"), "bad", names)
		failed, err := Failed(dir)
		if err != nil || len(failed) != len(names) {
			t.Error(len(failed), err)
		}
		for _, mail := range failed {
			if mail.Reason == "" {
				t.Errorf("%q has no reason", mail.Name)
			}
		}
	})
}

// wantContents looks for a file "PREFIX NAME" for each of the names.
func wantContents(t *testing.T, folder, prefix string, names []string) {
	t.Helper()
	var got []string
	for _, file := range ls(t, folder) {
		if name, ok := strings.CutPrefix(read(t, folder, file), prefix); ok {
			got = append(got, name)
		}
	}
	wantNames(t, got, slices.Clone(names)...)
}

// What is no regular file stays where it is, is logged once, and holds up nothing.
func TestOddThings(t *testing.T) {
	dir := newMaildir(t)
	in := func(name string) string { return filepath.Join(dir, "new", name) }
	put(t, dir, ".dot", "good")
	mkfifo(t, in("fifo"))
	os.Symlink("../cur", in("link to a folder"))
	write(t, filepath.Join(dir, "outside"), "good")
	os.Symlink("../outside", in("link to a file"))
	os.Symlink("nowhere", in("dangling"))
	os.Mkdir(in("folder"), 0o700)
	socket(t, in("socket"))
	odd := ls(t, dir, "new")
	put(t, dir, "mail", "good")

	s, log := newStore(), &logBook{}
	r := start(t, config{Prepare: bare,
		Dirs: []string{dir}, Handle: s.handle, Log: log.logger(), BlindScan: ms(10), Rescan: ms(10)})
	r.waitSettled(1)
	put(t, dir, "second", "good")
	r.waitSettled(2)
	eventually(t, func() bool { return len(r.lastState().Dirs) > 0 && r.lastState().Dirs[0].Odd == len(odd)-1 })
	r.stop()
	wantNames(t, ls(t, dir, "new"), odd...)
	wantNames(t, s.names(), "mail", "second")
	if got := log.count("left alone"); got != len(odd)-1 {
		t.Errorf("logged %d times", got)
	}
	if sum := once(t, config{Prepare: bare, Dirs: []string{dir}, Handle: s.handle}); sum != (Summary{Odd: len(odd) - 1}) {
		t.Errorf("%+v", sum)
	}
}

func mkfifo(t *testing.T, path string) {
	t.Helper()
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
}

// socket binds by way of the folder's descriptor: a socket's path is at most 108 bytes long.
func socket(t *testing.T, path string) {
	t.Helper()
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	short := fmt.Sprintf("/proc/self/fd/%d/%s", folder.Fd(), filepath.Base(path))
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: short}); err != nil {
		t.Fatal(err)
	}
}

// The name may have changed hands while the handler was at it: what has it now is not stored, and stays.
func TestMovedByHand(t *testing.T) {
	dir := newMaildir(t)
	put(t, dir, "a", "first")
	s, log := newStore(), &logBook{}
	s.before = func(batch []Claim) error {
		if string(batch[0].Data) == "first" {
			os.Rename(filepath.Join(dir, "new", "a"), filepath.Join(dir, "by hand"))
			put(t, dir, "a", "second")
		}
		return nil
	}
	once(t, config{Prepare: bare, Dirs: []string{dir}, Handle: s.handle, Log: log.logger()})
	if read(t, dir, "by hand") != "first" || read(t, dir, "cur", "a:2,") != "second" {
		t.Error(ls(t, dir, "cur"))
	}
	if s.count("a") != 2 || log.count("somebody else") != 1 {
		t.Error("the second mail was not handled")
	}
}

// cur and failed are made anew when they are gone.
func TestFoldersGone(t *testing.T) {
	dir := newMaildir(t)
	put(t, dir, "a", "good")
	r := start(t, config{Prepare: bare, Dirs: []string{dir}, Handle: newStore().handle})
	r.waitSettled(1)
	os.RemoveAll(filepath.Join(dir, "cur"))
	os.RemoveAll(filepath.Join(dir, "failed"))
	put(t, dir, "b", "good")
	put(t, dir, "c", "bad")
	r.waitSettled(3)
	wantNames(t, ls(t, dir, "cur"), "b:2,")
	wantNames(t, ls(t, dir, "failed"), "c", "c.reason")
}

func TestReasonOfNothing(t *testing.T) {
	if got := reasonText(errorString("")); strings.TrimSpace(got) == "" {
		t.Error("an empty reason")
	}
}

type errorString string

func (e errorString) Error() string { return string(e) }
