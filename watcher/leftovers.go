package watcher

// leftovers are the names in new that stay there: no regular files, or unreadable. They are remembered so that each is
// logged once, and tried again by timed scans only: ten thousand unreadable mails must not be opened at every event.
type leftovers struct {
	scan  int // counts the timed scans
	names map[string]leftover
}

type leftover struct {
	odd  bool
	scan int // in which it was last seen
}

func (l *leftovers) has(name string) bool {
	_, ok := l.names[name]
	return ok
}

// add says whether the name is new here.
func (l *leftovers) add(name string, odd bool) bool {
	known := l.has(name)
	if l.names == nil {
		l.names = map[string]leftover{}
	}
	l.names[name] = leftover{odd, l.scan}
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
		if left.odd {
			odd++
		} else {
			unreadable++
		}
	}
	return odd, unreadable
}
