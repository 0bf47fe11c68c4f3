package sqlite

import (
	"fmt"
	"time"
)

// The write-ahead log is written back every 64 MiB and not, as SQLite would, every 4: each time costs two waits for
// the disk and writes the same index pages again, and with many mails stored these are most of what is written.
//
// SQLite begins the log anew only when nobody reads from it. Of sixteen who read page after page somebody always does,
// so the log would grow for ever. So the writer waits for them, while it holds the write lock. Those who begin to read
// meanwhile find all in the database and are not waited for, so the wait is no longer than the slowest page takes: one
// in a thousand takes some hundred milliseconds when all processors are busy. The writer gives up on a long reader, such
// as a dump, and tries again, with more patience, when the log has grown by an eighth. All the waits together take at
// most a twentieth of the time.
const (
	walSize = 64 << 20
	walKept = 96 << 20 // a log that had to grow larger is cut back to this

	walWait      = 250 * time.Millisecond // one wait for those who read
	walWaitAgain = time.Second            // after a wait that was in vain
	walWaitSaved = 2 * walWaitAgain
	walWaitShare = 20 // waits take one part in so many of the time
)

// walKeeper keeps the write-ahead log small.
type walKeeper struct {
	size  int64         // of the log, in pages, when it is written back
	next  int64         // pages at which the next try is due; 0: at size
	saved time.Duration // how long others may be waited for
	since time.Time     // when saved was last counted
}

func newWALKeeper(size int64) walKeeper {
	return walKeeper{size: size / pageSize, saved: walWaitSaved, since: time.Now()}
}

// keepWALSmall is called after a commit. It gives no error, since what was committed is stored in any case; the next
// commit tries again.
func (w *writer) keepWALSmall() {
	k := &w.wal
	frames, _ := w.checkpoint("NOOP", 0)
	if frames < max(k.next, k.size) {
		return
	}
	w.checkpoint("PASSIVE", 0) // most of the work, while other processes can write
	wait := k.wait(time.Now())
	began := time.Now()
	if _, done := w.checkpoint("RESTART", wait); done {
		k.next = 0
	} else {
		k.next = frames + k.size/8
	}
	k.saved -= min(time.Since(began), wait)
}

// wait is how long others may be waited for now.
func (k *walKeeper) wait(now time.Time) time.Duration {
	k.saved = min(k.saved+now.Sub(k.since)/walWaitShare, walWaitSaved)
	k.since = now
	if k.next > 0 {
		return min(k.saved, walWaitAgain)
	}
	return min(k.saved, walWait)
}

// checkpoint writes the log back, and gives how many pages are in it and whether it was done. NOOP only looks.
func (w *writer) checkpoint(how string, wait time.Duration) (frames int64, done bool) {
	if wait > 0 {
		_ = w.script(fmt.Sprintf("PRAGMA busy_timeout = %d", wait.Milliseconds()))
		defer w.script("PRAGMA busy_timeout = 0")
	}
	var busy, written int64
	found, err := w.row("PRAGMA wal_checkpoint("+how+")", nil, &busy, &frames, &written)
	return frames, found && err == nil && busy == 0
}
