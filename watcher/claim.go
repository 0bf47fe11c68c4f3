package watcher

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sys/unix"
)

// heldClaim is a claim with what is needed to settle it.
type heldClaim struct {
	Claim
	box     *box
	folders *folders
	lock    *flock.Flock
	file    inode
	size    int64
	budget  *budget // nil where no bytes were read
	reject  error   // the watcher itself refuses this mail
}

// release lets go of the mail wherever it is now. It is safe to call after the move: the lock is on the inode.
func (h *heldClaim) release() {
	h.lock.Unlock()
	h.forget()
}

// forget gives back the memory that its bytes take; the lock stays.
func (h *heldClaim) forget() {
	if h.budget != nil {
		h.budget.give(h.size)
		h.budget = nil
	}
	h.Data = nil
}

// outcome is what came of looking at one name in new.
type outcome int

const (
	outcomeTaken         outcome = iota // claimed and read
	outcomeGone                         // another watcher has settled it
	outcomeLocked                       // another watcher holds it
	outcomeIncomplete                   // being written, or empty and young
	outcomeOdd                          // no regular file
	outcomeUnreadable                   // may not be opened, or cannot be read
	outcomeNoDescriptors                // this process has no file descriptor left
)

// claimer claims and reads. It is used by several goroutines at once.
type claimer struct {
	maxMail    int64
	settleTime time.Duration
	emptyTime  time.Duration
	budget     *budget
	step       func(string)
}

// claim takes one name in new. Each part of it was once missing somewhere and lost mail:
//
//   - No O_CREATE, which is flock's default: the loser of a race would make an empty file under the name that the
//     winner has moved away, and then move that over the good mail.
//   - O_NONBLOCK: opening a FIFO without it waits for ever. O_NOFOLLOW: a symbolic link could point at any file.
//   - TryLock, never Lock: whoever waits gets the lock on a file that has been moved away.
//   - A new Flock for each attempt: one that is locked already says yes again.
//   - After locking, read opens the name again and finds the same inode: between our open and our lock another
//     watcher may have settled the mail and let go of it, and then it would be taken twice.
func (c *claimer) claim(b *box, f *folders, name string) (*heldClaim, outcome, error) {
	path := filepath.Join(f.dir, "new", name)
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, outcomeOf(err), err
	}
	if !locked {
		return nil, outcomeLocked, nil
	}
	h := &heldClaim{Claim: Claim{Dir: f.dir, Name: name}, box: b, folders: f, lock: lock}
	seen, err := c.fill(h)
	if seen != outcomeTaken {
		h.release()
		return nil, seen, err
	}
	return h, outcomeTaken, nil
}

// fill checks what was locked and reads it.
func (c *claimer) fill(h *heldClaim) (outcome, error) {
	info, err := h.lock.Stat()
	if err != nil {
		return outcomeUnreadable, err
	}
	if !info.Mode().IsRegular() {
		return outcomeOdd, nil
	}
	h.file = inodeOfInfo(info)
	h.Delivered = Delivered(h.Name, info.ModTime())
	return c.read(h)
}

// outcomeOf sorts the errors of opening a name in new.
func outcomeOf(err error) outcome {
	switch {
	case errors.Is(err, unix.ENOENT):
		return outcomeGone
	case errors.Is(err, unix.ELOOP), errors.Is(err, unix.ENXIO), errors.Is(err, unix.ENODEV):
		return outcomeOdd // a symbolic link, a socket, a device without a driver
	case errors.Is(err, unix.EMFILE), errors.Is(err, unix.ENFILE):
		return outcomeNoDescriptors
	}
	return outcomeUnreadable
}

// tooLarge is the reason why a mail was not even read.
func tooLarge(size, limit int64) error {
	return fmt.Errorf("the mail has %d bytes, more than the limit of %d", size, limit)
}
