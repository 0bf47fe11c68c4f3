package watcher

import (
	"time"

	"golang.org/x/sys/unix"
)

// isComplete says whether a mail is whole. One that was delivered as the Maildir specification has it, written in tmp
// and then renamed or linked into new, always is; one that somebody copies straight into new grows before our eyes,
// and half a mail must not be stored.
//
// The kernel knows: it grants a read lease only while nobody has the file open for writing (fcntl(2), F_SETLEASE).
// That is exact and costs about a microsecond, where waiting until the file rests would hold up every mail for a
// second. The lease lasts until fd is closed, so nobody begins to write while we read: who opens the file for writing
// waits so long in open(2). The signal that tells us of them, SIGIO, is ignored by the Go runtime.
//
// Leases are for the owner of the file (or CAP_LEASE) on a file system that has them; elsewhere the file must have
// rested for settleTime. An empty file is given more time: some programs make the file, close it, and open it again to
// write. A file that is closed half-written and opened again later is beyond us.
func (c *claimer) isComplete(fd int, st *unix.Stat_t, now time.Time) bool {
	if st.Size == 0 && !rested(st, now, c.emptyTime) {
		return false
	}
	switch _, err := unix.FcntlInt(uintptr(fd), unix.F_SETLEASE, unix.F_RDLCK); err {
	case nil:
		return true
	case unix.EAGAIN:
		return false
	}
	return rested(st, now, c.settleTime)
}

// rested goes by the ctime. The mtime is whatever the sender of the file says (cp -p), the ctime is this machine's
// clock at the last write or rename. A ctime well in the future is a clock that has been set back, and counts as rest:
// otherwise the mail would wait until the clock has caught up.
func rested(st *unix.Stat_t, now time.Time, rest time.Duration) bool {
	age := now.Sub(time.Unix(st.Ctim.Unix()))
	return age >= rest || age <= -rest
}
