package db

import (
	"context"
	"time"

	"patchwatch/db/internal/derive"
)

// Somebody who waits for a write lock may have to ask for it again and again: every 20 ms where it is this program,
// every 100 ms where it is another that uses SQLite. There is no queue: a process that lets go of the lock and takes it
// again at once can keep all others waiting for ever. So long work now and then leaves the lock free for longer than
// these times.
const (
	holdAtOnce = 60 * time.Millisecond  // about as long as one transaction of long work may take
	holdInAll  = 200 * time.Millisecond // until the lock is left free
	leaveFree  = 130 * time.Millisecond
)

// pace does long work in short transactions.
type pace struct {
	store *Store
	size  int // mails in a transaction

	held  time.Duration // how long in all since the lock was last left free
	began time.Time     // the transaction in hand
	ended time.Time     // the last one
}

// write is Store.write, after a rest where one is due.
func (p *pace) write(ctx context.Context, f func(w *writing) error) error {
	if err := p.rest(ctx); err != nil {
		return err
	}
	err := p.store.write(ctx, func(w *writing) error {
		p.began = time.Now()
		err := f(w)
		p.adapt(time.Since(p.began))
		return err
	})
	p.ended = time.Now()
	p.held += p.ended.Sub(p.began)
	return err
}

// adapt looks at the work alone, without the commit, which waits for the disk as long for few mails as for many. To ask
// a database on another machine takes as long for a few mails as for one, so there are never less than some.
func (p *pace) adapt(worked time.Duration) {
	switch {
	case worked > 2*holdAtOnce:
		p.size = max(derive.RerouteStep, p.size/2)
	case worked < holdAtOnce:
		p.size = min(derive.RereadBatch, 2*p.size)
	}
}

// enough tells a transaction that it has taken its time.
func (p *pace) enough() bool { return time.Since(p.began) > holdAtOnce/2 } // what it has to derive takes as long again

// rest leaves the lock free for others. Time for which it has been free already counts.
func (p *pace) rest(ctx context.Context) error {
	free := time.Since(p.ended)
	if p.held >= holdInAll && free < leaveFree {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(leaveFree - free):
		}
		free = leaveFree
	}
	if free >= leaveFree {
		p.held = 0
	}
	return nil
}
