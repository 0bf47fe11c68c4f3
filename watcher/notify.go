package watcher

import (
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"
)

// A notifier is told by the kernel that something has arrived. It has one fsnotify watcher for all Maildirs, since a
// user may have only 128. An event only says that it is time to list new; no name is taken from it.
type notifier struct {
	fs    *fsnotify.Watcher
	boxes []*box
	wake  chan struct{} // one slot: any number of events is one reason to look
	log   *slog.Logger
	done  sync.WaitGroup
}

// newNotifier returns nil if the kernel gives no watcher; the timer alone finds the mail then.
func newNotifier(boxes []*box, log *slog.Logger) *notifier {
	fs, err := fsnotify.NewWatcher()
	if err != nil {
		log.Error("no events from the kernel, mail is found by the timer alone", "err", err)
		return nil
	}
	n := &notifier{fs: fs, boxes: boxes, wake: make(chan struct{}, 1), log: log}
	n.done.Go(n.run)
	return n
}

func (n *notifier) close() {
	n.fs.Close()
	n.done.Wait()
}

// run does nothing that takes long: meanwhile the kernel's queue would fill.
func (n *notifier) run() {
	for {
		select {
		case event, ok := <-n.fs.Events:
			if !ok {
				return
			}
			n.handle(event)
		case err, ok := <-n.fs.Errors:
			if !ok {
				return
			}
			n.handleError(err)
		}
	}
}

func (n *notifier) handle(event fsnotify.Event) {
	name := filepath.Clean(event.Name) // a watch on "." says "./new"
	for _, b := range n.boxes {
		switch {
		case name == b.newDir(), name == b.dir:
			if event.Has(fsnotify.Create | fsnotify.Rename | fsnotify.Remove) {
				b.replaced.Store(true)
				n.markDirty(b)
			}
		case filepath.Dir(name) == b.newDir():
			b.lastEvent.Store(time.Now().UnixMicro())
			// A delivery is a Create, by rename or link or open. Our own moves out of new are Renames, and would
			// wake us for nothing. Writes do not matter: a mail that grows is looked at again anyway.
			if event.Has(fsnotify.Create) {
				n.markDirty(b)
			}
		}
	}
}

// handleError has every Maildir listed. After an overflow or a failure some events are gone, and nobody knows whose.
func (n *notifier) handleError(err error) {
	if !errors.Is(err, fsnotify.ErrEventOverflow) {
		n.log.Error("events from the kernel", "err", err)
	}
	for _, b := range n.boxes {
		n.markDirty(b)
	}
}

func (n *notifier) markDirty(b *box) {
	b.dirty.Store(true)
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// checkWatches makes sure that the watches are on the folders that have the names now. It is called before a listing
// begins, so that a mail is in the listing or makes an event. When new is renamed, fsnotify drops the watch without a
// word; so the inodes are compared, and on a timed scan the watches are set in any case.
func (n *notifier) checkWatches(b *box) error {
	replaced := b.replaced.Swap(false)
	now, err := b.inodes()
	if err != nil {
		return err
	}
	changed := now != b.watched || replaced
	if !changed && time.Now().Before(b.due) {
		return nil
	}
	if changed {
		b.abandon() // it may be the listing of the former folder
	}
	n.watch(b, now)
	return nil
}

// watch sets the watches on a Maildir. The Maildir goes on without them if need be: mail that is found late is better
// than none.
func (n *notifier) watch(b *box, now [2]inode) {
	for i, path := range []string{b.dir, b.newDir()} {
		if now[i] != b.watched[i] {
			n.fs.Remove(path) // the watch on what had this name before
		}
		if err := n.fs.Add(path); err != nil {
			if !b.unwatched {
				n.log.Error("no events from this folder, mail is found by the timer alone", "dir", path, "err", err)
			}
			b.unwatched = true
			return
		}
	}
	b.unwatched = false
	b.watched = now
}

// inodes returns what has the names now: the Maildir, and new.
func (b *box) inodes() (now [2]inode, err error) {
	for i, path := range []string{b.dir, b.newDir()} {
		if now[i], err = inodeOfPath(path); err != nil {
			return now, err
		}
	}
	return now, nil
}
