package watcher

import "time"

// assign collects the work of a round, taking names from each Maildir in turn, and opens their folders.
func (e *engine[T]) assign(now time.Time) (work []job, opened []*folders) {
	ready := e.ready(now)
	share := max(e.limit/max(len(ready), 1), 1)
	var shares [][]job
	for _, b := range ready {
		b.stopped.Store(false)
		names, f, err := e.open(b, share, now)
		if err != nil {
			b.fail(now, err)
			continue
		}
		if f != nil {
			opened = append(opened, f)
		}
		shares = append(shares, jobs(b, f, names))
	}
	return interleave(shares), opened
}

// open returns the next names of a Maildir, and its folders. Both are nil when there are no names.
func (e *engine[T]) open(b *box, limit int, now time.Time) ([]string, *folders, error) {
	if e.notifier != nil {
		if err := e.notifier.checkWatches(b); err != nil {
			return nil, nil, err
		}
	}
	names, err := b.names(limit, now, e.rescan(b))
	if err != nil || len(names) == 0 {
		return nil, nil, err
	}
	f, err := openFolders(b)
	if err != nil {
		return nil, nil, err
	}
	if e.notifier != nil && f.id != b.watched[1] && !b.unwatched {
		b.abandon() // new has been replaced, and no watch is on this one
		f.close()
		return nil, nil, nil
	}
	return names, f, nil
}

func jobs(b *box, f *folders, names []string) []job {
	all := make([]job, len(names))
	for i, name := range names {
		all[i] = job{b, f, name}
	}
	return all
}

func interleave(shares [][]job) (all []job) {
	for i, more := 0, true; more; i++ {
		more = false
		for _, share := range shares {
			if i < len(share) {
				all = append(all, share[i])
				more = true
			}
		}
	}
	return all
}
