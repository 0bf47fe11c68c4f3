package watcher

import (
	"time"

	"golang.org/x/sys/unix"
)

// read opens a descriptor of its own, since flock does not show the one that it has. If that leads to the same inode,
// the name still belonged to this mail when we got the lock.
func (c *claimer) read(h *heldClaim) (outcome, error) {
	fd, err := openAt(h.folders.new, h.Name)
	if err != nil {
		return outcomeOf(err), err
	}
	defer unix.Close(fd)

	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return outcomeUnreadable, err
	}
	if inodeOf(&st) != h.file {
		return outcomeGone, nil
	}
	c.step(stepClaimed)
	h.size = st.Size
	return c.readBytes(h, fd, &st)
}

// readBytes reads a mail that is ours, unless it is too large or somebody is still writing it. It waits for the
// budget before isComplete takes its lease, since a lease holds up writers.
func (c *claimer) readBytes(h *heldClaim, fd int, st *unix.Stat_t) (outcome, error) {
	if st.Size > c.maxMail {
		h.reject = tooLarge(st.Size, c.maxMail)
		return outcomeTaken, nil
	}
	c.budget.take(st.Size)
	h.budget = c.budget
	if !c.isComplete(fd, st, time.Now()) {
		return outcomeIncomplete, nil
	}
	data, err := readAll(fd, st.Size)
	if err != nil {
		return outcomeUnreadable, err
	}
	if int64(len(data)) != st.Size {
		return outcomeIncomplete, nil
	}
	h.Data = data
	c.step(stepRead)
	return outcomeTaken, nil
}

func openAt(folder int, name string) (fd int, err error) {
	err = ignoringEINTR(func() error {
		fd, err = unix.Openat(folder, name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		return err
	})
	return fd, err
}

// readAll asks for one byte more than the size, to see whether the file has grown. It stops at the size: reading on
// to be told of the end would cost one more system call for every mail.
func readAll(fd int, size int64) ([]byte, error) {
	buf := make([]byte, size+1)
	n := 0
	for n < int(size) {
		got := 0
		err := ignoringEINTR(func() (err error) {
			got, err = unix.Read(fd, buf[n:])
			return err
		})
		if err != nil {
			return nil, err
		}
		if got == 0 {
			break
		}
		n += got
	}
	return buf[:n:n], nil
}
