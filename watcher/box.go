package watcher

import (
	"io/fs"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"time"
)

// firstRecheck is how long a locked or incomplete mail is left alone at first.
const firstRecheck = 20 * time.Millisecond

// box is one Maildir while it is watched. All but the atomic fields belong to the goroutine of Run or Once.
type box struct {
	dir string
	log *slog.Logger

	dirty     atomic.Bool  // something has arrived; cleared before the listing that is to find it begins
	replaced  atomic.Bool  // new or the Maildir itself was renamed or made, so the watches may be on the old one
	lastEvent atomic.Int64 // microseconds since 1970; 0: none ever came
	stopped   atomic.Bool  // this Maildir has failed in this round, and the rest of its work is skipped

	watched   [2]inode // what the watches are on: the Maildir, and new
	unwatched bool     // the watches cannot be set

	list     listing
	scanning bool // list has begun, and has not ended
	timed    bool // list also takes leftovers
	seen     tally
	left     leftovers

	lastScan     time.Time
	due          time.Time     // of the next timed scan
	recheckAt    time.Time     // when to look again at what was locked or incomplete; zero: nothing was
	recheckDelay time.Duration // the wait that ends at recheckAt
	pause        pause
}

// tally counts the mails of a listing that cannot be taken now.
type tally struct {
	locked, incomplete int
}

func (b *box) newDir() string { return filepath.Join(b.dir, "new") }

// ready says whether there is something to do now.
func (b *box) ready(now time.Time) bool {
	if !b.pause.over(now) && !b.replaced.Load() {
		return false
	}
	return b.list.open() || b.dirty.Load() || !now.Before(b.nextScan())
}

// nextScan is when to look without an event.
func (b *box) nextScan() time.Time {
	if !b.recheckAt.IsZero() && b.recheckAt.Before(b.due) {
		return b.recheckAt
	}
	return b.due
}

// names gives up to limit names to look at, and begins a listing where none is under way.
func (b *box) names(limit int, now time.Time, rescan time.Duration) ([]string, error) {
	if !b.list.open() {
		if err := b.begin(now, rescan); err != nil {
			return nil, err
		}
	}
	return b.list.next(limit, b.wanted)
}

func (b *box) begin(now time.Time, rescan time.Duration) error {
	if b.dirty.Swap(false) {
		b.recheckDelay = 0
	}
	b.recheckAt = time.Time{}
	b.timed = !now.Before(b.due)
	if b.timed {
		b.due = now.Add(rescan)
		b.left.scan++
	}
	b.lastScan = now
	b.seen = tally{}
	b.scanning = true
	return b.list.start(b.newDir())
}

func (b *box) wanted(entry fs.DirEntry) bool {
	name := entry.Name()
	switch {
	case name[0] == '.':
		return false
	case !entry.Type().IsRegular():
		b.leave(name, outcomeOdd, nil)
		return false
	}
	return b.timed || !b.left.has(name)
}

// record remembers what came of one name.
func (b *box) record(name string, seen outcome, err error) {
	switch seen {
	case outcomeOdd, outcomeUnreadable:
		b.leave(name, seen, err)
		return
	case outcomeLocked:
		b.seen.locked++
		b.left.add(name, seen, nil, time.Now())
		return
	case outcomeIncomplete:
		b.seen.incomplete++
		b.left.add(name, seen, nil, time.Now())
		return
	case outcomeNoDescriptors:
		b.dirty.Store(true)
	}
	b.left.remove(name)
}

func (b *box) leave(name string, why outcome, err error) {
	if !b.left.add(name, why, err, time.Now()) {
		return
	}
	if why == outcomeOdd {
		b.log.Warn("not a regular file, left alone", "dir", b.dir, "name", name)
	} else {
		b.log.Error("mail cannot be read, left in new", "dir", b.dir, "name", name, "err", err)
	}
}

// end closes the scan when its last name has been dealt with. A scan without a failure ends a pause.
func (b *box) end(now time.Time, rescan time.Duration) {
	if !b.scanning || b.list.open() {
		return
	}
	b.scanning = false
	if b.timed {
		b.left.prune()
	}
	if b.pause.end() {
		b.log.Info("mail is taken again", "dir", b.dir)
	}
	if b.seen.locked+b.seen.incomplete == 0 {
		b.recheckDelay = 0
		return
	}
	b.recheckDelay = min(max(2*b.recheckDelay, firstRecheck), rescan)
	b.recheckAt = now.Add(b.recheckDelay)
}

// abandon gives up the listing; the next one begins as soon as it may.
func (b *box) abandon() {
	b.list.close()
	b.scanning = false
	b.dirty.Store(true)
}

// fail pauses this Maildir.
func (b *box) fail(now time.Time, err error) {
	b.abandon()
	if b.stopped.Swap(true) {
		return // a round counts as one failure, however many mails fail in it
	}
	if b.pause.begin(now, err) {
		b.log.Error("no mail is taken from this Maildir until this is cured", "dir", b.dir, "err", err)
	}
}
