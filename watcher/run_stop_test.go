package watcher

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// The environment is at fault: nothing is moved, it is tried again, and people are told once.
func TestHandlerFails(t *testing.T) {
	noLeak(t)
	dir := newMaildir(t)
	for i := range 40 {
		put(t, dir, fmt.Sprintf("%02d", i), "good")
	}
	s, log := newStore(), &logBook{}
	calls := 0
	var failed time.Time
	var seen atomic.Bool // by this test, which may be slow
	s.before = func([]Claim) error {
		calls++
		if time.Since(failed) < firstPause/2 {
			t.Error("tried again without a pause")
		}
		if calls >= 3 && (calls < 6 || !seen.Load()) {
			failed = time.Now()
			return errors.New("the disk is full")
		}
		return nil
	}
	r := start(t, config{Prepare: bare,
		Dirs: []string{dir}, Handle: s.handle, Log: log.logger(), BatchMails: 5, Readers: 1})
	eventually(t, func() bool { return r.lastState().Paused == "the disk is full" })
	if r.lastState().Since.IsZero() || len(ls(t, dir, "new"))+len(ls(t, dir, "cur")) != 40 {
		t.Errorf("%+v", r.lastState())
	}
	seen.Store(true)
	r.waitSettled(40)
	eventually(t, func() bool { return r.lastState().Paused == "" })
	for _, name := range s.names() {
		if s.count(name) != 1 {
			t.Errorf("%s was handled %d times", name, s.count(name))
		}
	}
	if log.count("the disk is full") != 1 || log.count("taken again") != 1 {
		t.Errorf("log:\n%s", log.buf.String())
	}
}

func TestWrongNumberOfVerdicts(t *testing.T) {
	dir := newMaildir(t)
	put(t, dir, "a", "good")
	_, err := Once(t.Context(), config{Prepare: bare,
		Dirs: []string{dir}, Handle: func(context.Context, []Claim) ([]Verdict, error) {
			return nil, nil
		}})
	if err == nil || !strings.Contains(err.Error(), "0 verdicts for 1 mails") {
		t.Error(err)
	}
	wantNames(t, ls(t, dir, "new"), "a")
}

// Where mail of one Maildir cannot be moved, that one pauses and the others go on.
func TestMoveFails(t *testing.T) {
	broken, whole := newMaildir(t), newMaildir(t)
	os.Remove(filepath.Join(broken, "cur"))
	s := newStore()
	var once atomic.Bool
	s.before = func(batch []Claim) error {
		if batch[0].Dir == broken && !once.Swap(true) {
			// After the folders were opened: what is moved into a folder that is gone is refused.
			os.Remove(filepath.Join(broken, "cur"))
			write(t, filepath.Join(broken, "cur"), "in the way")
		}
		return nil
	}
	r := start(t, config{Prepare: bare, Dirs: []string{broken, whole}, Handle: s.handle})
	put(t, broken, "a", "good")
	eventually(t, func() bool { return len(r.lastState().Dirs) > 0 && r.lastState().Dirs[0].Paused != "" })
	put(t, whole, "b", "good")
	r.waitSettled(1)
	wantNames(t, ls(t, broken, "new"), "a")
	wantNames(t, ls(t, whole, "cur"), "b:2,")
	os.Remove(filepath.Join(broken, "cur"))
	r.waitSettled(2)
	wantNames(t, ls(t, broken, "cur"), "a:2,")
	eventually(t, func() bool { return r.lastState().Dirs[0].Paused == "" })
	r.stop()
	if !slices.ContainsFunc(r.states, func(s State) bool { return strings.HasPrefix(s.Dirs[0].Paused, "move to cur ") }) {
		t.Error("nobody was told that the move failed")
	}
}

// The batch in hand is finished, and no lock is left.
func TestStop(t *testing.T) {
	noLeak(t)
	dir := newMaildir(t)
	for i := range 30 {
		put(t, dir, fmt.Sprintf("%02d", i), "good")
	}
	ctx, cancel := context.WithCancel(t.Context())
	s := newStore()
	err := Run(ctx, config{Prepare: bare,
		Dirs: []string{dir}, BatchMails: 10, Handle: func(handed context.Context, batch []Claim) ([]Verdict, error) {
			cancel()
			if handed.Err() != nil {
				t.Error("the handler sees the end")
			}
			return s.handle(handed, batch)
		}})
	if err != nil {
		t.Error(err)
	}
	left := ls(t, dir, "new")
	if len(ls(t, dir, "cur")) != len(s.names()) || len(left) != 30-len(s.names()) || len(s.batches) != 1 {
		t.Errorf("%d handled, %d in new", len(s.names()), len(left))
	}
	for _, name := range left {
		lock := flock.New(filepath.Join(dir, "new", name), flock.SetFlag(os.O_RDONLY))
		if ok, err := lock.TryLock(); !ok {
			t.Errorf("%s is still locked: %v", name, err)
		}
		lock.Unlock()
	}
}

// A batch that waits for somebody else, who may hold the database for long, stays in new.
func TestStopWhileTheHandlerWaits(t *testing.T) {
	noLeak(t)
	dir := newMaildir(t)
	put(t, dir, "a", "good")
	ctx, cancel := context.WithCancel(t.Context())
	begun := time.Now()
	err := Run(ctx, config{Prepare: bare,
		Dirs: []string{dir}, Grace: ms(50), Handle: func(handed context.Context, batch []Claim) ([]Verdict, error) {
			cancel()
			select {
			case <-handed.Done():
			case <-time.After(ms(20_000)):
			}
			return nil, handed.Err()
		}})
	if took := time.Since(begun); err != nil || took > ms(10_000) {
		t.Errorf("it ended with %v after %s", err, took)
	}
	wantNames(t, ls(t, dir, "new"), "a")
	wantNames(t, ls(t, dir, "cur"))
}

func TestStopWhilePaused(t *testing.T) {
	noLeak(t)
	dir := newMaildir(t)
	put(t, dir, "a", "good")
	e, err := newEngine(config{Prepare: bare,
		Dirs: []string{dir}, Handle: func(context.Context, []Claim) ([]Verdict, error) { return nil, errors.New("no") }})
	if err != nil {
		t.Fatal(err)
	}
	e.notifier = newNotifier(e.boxes, e.Log)
	e.pause.wait = longestPause // it has failed for long
	ctx, cancel := context.WithCancel(t.Context())
	e.Changed = func(s State) {
		if s.Paused != "" {
			time.AfterFunc(ms(50), cancel) // when it sleeps
		}
	}
	begin := time.Now()
	if err := e.run(ctx); err != nil || time.Since(begin) > longestPause/3 {
		t.Error(time.Since(begin), err)
	}
	if len(ls(t, dir, "new")) != 1 {
		t.Error("the mail is not in new")
	}
}

func TestRunCannotBegin(t *testing.T) {
	if err := Run(t.Context(), config{Prepare: bare,
		Dirs: []string{"/nowhere"}, Handle: newStore().handle}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if err := Run(t.Context(), config{}); err == nil {
		t.Error("began without anything")
	}
}

func TestPauseGrows(t *testing.T) {
	var p pause
	now := time.Now()
	for i, want := range []time.Duration{100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000} {
		changed := p.begin(now, errors.New("no"))
		if wait := p.until.Sub(now); changed != (i == 0) || wait > want*time.Millisecond || wait < want*time.Millisecond/2 {
			t.Errorf("pause %d is %v", i, wait)
		}
	}
	if !p.begin(now, errors.New("another")) || !p.end() || p.end() || !p.over(now) {
		t.Error("changes are not seen")
	}
}
