package watcher

import (
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// leftovers are the names in new that stay there. No regular files, and unreadable ones, are remembered so that each is
// logged once, and tried again by timed scans only: ten thousand unreadable mails must not be opened at every event.
// Those that are locked or incomplete are remembered so that it can be said why one stays for long.
type leftovers struct {
	scan  int // counts the timed scans
	names map[string]leftover
}

type leftover struct {
	why   outcome
	err   error     // of one that is unreadable
	since time.Time // of why
	scan  int       // in which it was last seen
}

// heldLong is from when on a mail that another process holds, or is written, is told of.
const heldLong = time.Minute

func (l leftover) held() bool { return l.why == outcomeLocked || l.why == outcomeIncomplete }

// has says whether a name is left to timed scans.
func (l *leftovers) has(name string) bool {
	left, known := l.names[name]
	return known && !left.held()
}

// add says whether the name is new here, by this reason.
func (l *leftovers) add(name string, why outcome, err error, now time.Time) bool {
	left, known := l.names[name]
	if known = known && left.why == why; !known {
		left = leftover{why: why, since: now}
	}
	left.err, left.scan = err, l.scan
	if l.names == nil {
		l.names = map[string]leftover{}
	}
	l.names[name] = left
	return !known
}

func (l *leftovers) remove(name string) { delete(l.names, name) }

// prune forgets what the timed scan that has just ended did not see.
func (l *leftovers) prune() {
	for name, left := range l.names {
		if left.scan != l.scan {
			delete(l.names, name)
		}
	}
}

func (l *leftovers) count() (odd, unreadable int) {
	for _, left := range l.names {
		switch left.why {
		case outcomeOdd:
			odd++
		case outcomeUnreadable:
			unreadable++
		}
	}
	return odd, unreadable
}

// stuck is why mails stay in new that nobody takes, for people: of how many, and of the first by name. It is empty if
// there is none.
func (l *leftovers) stuck(now time.Time) string {
	first, mails := "", 0
	for name, left := range l.names {
		if left.why == outcomeOdd || left.held() && now.Sub(left.since) < heldLong {
			continue
		}
		if mails++; mails == 1 || name < first {
			first = name
		}
	}
	if mails == 0 {
		return ""
	}
	text := fmt.Sprintf("%q ", first)
	switch left := l.names[first]; left.why {
	case outcomeLocked:
		text += "is held by another process"
	case outcomeIncomplete:
		text += "is still being written"
	default:
		text += fmt.Sprintf("cannot be read: %v", withoutPath(left.err))
	}
	if mails > 1 {
		text += fmt.Sprintf("; %d mails stay in all", mails)
	}
	return text
}

// withoutPath is what an error says beside the path, which the reader knows.
func withoutPath(err error) error {
	var of *fs.PathError
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}
