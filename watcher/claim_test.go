package watcher

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// lockThen is the moment that no test can wait for: a mail is locked, and what has its name is not it any more.
func lockThen(t *testing.T, meanwhile func(dir string)) outcome {
	t.Helper()
	dir := newMaildir(t)
	put(t, dir, "a", "good")
	lock := flock.New(filepath.Join(dir, "new", "a"), flock.SetFlag(os.O_RDONLY))
	if ok, err := lock.TryLock(); !ok {
		t.Fatal(err)
	}
	meanwhile(dir)
	b := &box{dir: dir}
	f, err := openFolders(b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	c := &claimer{maxMail: 100, settleTime: time.Second, budget: newBudget(100), step: func(string) {}}
	h := &heldClaim{Claim: Claim{Dir: dir, Name: "a"}, box: b, folders: f, lock: lock}
	defer h.release()
	seen, _ := c.fill(h)
	return seen
}

func TestClaimSeesWhatIsLocked(t *testing.T) {
	rename := func(dir string) { os.Rename(filepath.Join(dir, "new", "a"), filepath.Join(dir, "cur", "a:2,")) }
	for name, c := range map[string]struct {
		meanwhile func(dir string)
		want      outcome
	}{
		"nothing":     {func(string) {}, outcomeTaken},
		"moved":       {rename, outcomeGone},
		"moved, made": {func(dir string) { rename(dir); put(t, dir, "a", "another") }, outcomeGone},
		"moved, linked": {func(dir string) {
			rename(dir)
			os.Symlink("../cur/a:2,", filepath.Join(dir, "new", "a"))
		}, outcomeOdd},
	} {
		if got := lockThen(t, c.meanwhile); got != c.want {
			t.Errorf("%s: outcome %d, want %d", name, got, c.want)
		}
	}
}

// Where the listing does not know what an entry is, claiming finds out, and does not wait for anybody to write into a
// FIFO.
func TestClaimOddThings(t *testing.T) {
	dir := newMaildir(t)
	in := func(name string) string { return filepath.Join(dir, "new", name) }
	mkfifo(t, in("fifo"))
	os.Symlink("../cur", in("link"))
	os.Mkdir(in("folder"), 0o700)
	socket(t, in("socket"))
	b := &box{dir: dir}
	f, err := openFolders(b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	c := &claimer{maxMail: 100, settleTime: time.Second, budget: newBudget(100), step: func(string) {}}
	for _, name := range ls(t, dir, "new") {
		if _, seen, err := c.claim(b, f, name); seen != outcomeOdd {
			t.Errorf("%s: outcome %d, %v", name, seen, err)
		}
	}
	if _, seen, _ := c.claim(b, f, "missing"); seen != outcomeGone {
		t.Errorf("missing: outcome %d", seen)
	}
	wantNames(t, ls(t, dir, "new"), "fifo", "folder", "link", "socket")
}
