package watcher

import "sync"

// budget bounds the bytes of mail in memory, whatever the backlog.
type budget struct {
	limit int64

	mu   sync.Mutex // guards used
	used int64
	free sync.Cond // signals that used has become smaller; its lock is mu
}

func newBudget(limit int64) *budget {
	b := &budget{limit: limit}
	b.free.L = &b.mu
	return b
}

// take waits until n more bytes fit within the limit. While nothing is in use, any n fits: otherwise a mail above the
// limit would wait for ever.
func (b *budget) take(n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.used > 0 && b.used+n > b.limit {
		b.free.Wait()
	}
	b.used += n
}

func (b *budget) give(n int64) {
	b.mu.Lock()
	b.used -= n
	b.mu.Unlock()
	b.free.Broadcast()
}
