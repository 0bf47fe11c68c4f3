package watcher

import (
	"time"

	"golang.org/x/sys/unix"
)

// read takes the bytes from a descriptor of its own, since flock does not show its. That it is the same inode also
// proves that the name still was this mail when we had the lock.
func (c *claimer) read(h *held) (look, error) {
	fd, err := openAt(h.folders.new, h.Name)
	if err != nil {
		return lookOf(err), err
	}
	defer unix.Close(fd)

	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return lookUnreadable, err
	}
	if inodeOf(&st) != h.file {
		return lookGone, nil
	}
	c.step(stepClaimed)
	h.size = st.Size
	return c.readBytes(h, fd, &st)
}

// readBytes reads a mail that is ours, unless it is too large or somebody is still writing it. The budget is waited
// for before finished takes its lease, which would hold up a writer.
func (c *claimer) readBytes(h *held, fd int, st *unix.Stat_t) (look, error) {
	if st.Size > c.maxMail {
		h.reject = tooLarge(st.Size, c.maxMail)
		return lookTaken, nil
	}
	c.budget.take(st.Size)
	h.budget = c.budget
	if !c.finished(fd, st, time.Now()) {
		return lookUnfinished, nil
	}
	data, err := readAll(fd, st.Size)
	if err != nil {
		return lookUnreadable, err
	}
	if int64(len(data)) != st.Size {
		return lookUnfinished, nil
	}
	h.Data = data
	c.step(stepRead)
	return lookTaken, nil
}

func openAt(folder int, name string) (fd int, err error) {
	err = again(func() error {
		fd, err = unix.Openat(folder, name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		return err
	})
	return fd, err
}

// readAll asks for a byte more than the size, which shows that the file has grown, and stops when it has the size: one
// more read to be told of the end would be one more for every mail.
func readAll(fd int, size int64) ([]byte, error) {
	buf := make([]byte, size+1)
	n := 0
	for n < int(size) {
		got := 0
		err := again(func() (err error) {
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
