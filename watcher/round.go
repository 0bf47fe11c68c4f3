package watcher

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// roundBatches bounds a round, in full batches. Rounds are short so that a single mail in one Maildir need not wait for
// a hundred thousand in another, and long enough that their ends, where readers have nothing to do, cost little.
const roundBatches = 16

// gatherTime is how long a batch may wait for names that are already in the hands of the readers. It ends the wait when
// those are busy with huge mails, or need the memory of this very batch.
const gatherTime = 20 * time.Millisecond

// job is one name to look at.
type job struct {
	box     *box
	folders *folders
	name    string
}

// result is what came of it.
type result[T any] struct {
	job
	prepared[T] // where outcome is outcomeTaken
	outcome     outcome
	err         error
}

// prepared is a claim and what has been made of it.
type prepared[T any] struct {
	*heldClaim
	mail T
}

// round takes a part of what waits: some goroutines claim, read and prepare, this one hands over what they have, and
// one moves what is stored. So while one batch is stored, the next one is read and the one before is moved.
type round[T any] struct {
	*engine[T]
	work          []job
	next          atomic.Int64 // index of the next job
	stop          atomic.Bool  // no more jobs
	results       chan result[T]
	failed        bool // the handler did; nothing more is handed over
	noDescriptors bool // this process has no file descriptor left
	settled       int
}

// round does one round of whatever is ready.
func (e *engine[T]) round(ctx context.Context) {
	work, opened := e.assign(time.Now())
	r := &round[T]{engine: e, work: work, results: make(chan result[T], e.BatchMails)}
	if len(work) > 0 {
		r.run(ctx)
	}
	e.closeFolders(opened)
	e.closeRound(r)
}

func (r *round[T]) run(ctx context.Context) {
	var readers sync.WaitGroup
	for range min(r.Readers, len(r.work)) {
		readers.Go(func() { r.read(ctx) })
	}
	go func() {
		readers.Wait()
		close(r.results)
	}()
	stored := make(chan judged[T]) // unbuffered: one batch is settled while one is stored, no more
	var settling sync.WaitGroup
	settling.Go(func() {
		for j := range stored {
			r.settle(j)
		}
	})
	r.collect(ctx, stored)
	close(stored)
	settling.Wait()
}

// read looks at one name after the other.
func (r *round[T]) read(ctx context.Context) {
	for !r.stop.Load() && ctx.Err() == nil {
		i := int(r.next.Add(1)) - 1
		if i >= len(r.work) {
			return
		}
		j := r.work[i]
		if j.box.stopped.Load() {
			continue
		}
		held, seen, err := r.claimer.claim(j.box, j.folders, j.name)
		p := prepared[T]{heldClaim: held}
		if seen == outcomeTaken && held.reject == nil {
			p.mail = r.Prepare(held.Claim)
		}
		r.results <- result[T]{j, p, seen, err}
	}
}

// collect makes batches of what has been read, until all is. It waits for no mail to arrive: the round knows what there
// is, so a single mail is handed over at once, and under load the next batch fills while this one is stored.
func (r *round[T]) collect(ctx context.Context, stored chan<- judged[T]) {
	for first := range r.results {
		var b batch[T]
		r.add(&b, first)
		r.gather(&b)
		if len(b.mails) > 0 {
			r.handOver(ctx, b.mails, stored)
		}
	}
}

func (r *round[T]) gather(b *batch[T]) {
	patience := time.NewTimer(gatherTime)
	defer patience.Stop()
	for len(b.mails) < r.BatchMails && b.bytes < r.BatchBytes {
		select {
		case next, ok := <-r.results:
			if !ok {
				return
			}
			r.add(b, next)
		case <-patience.C:
			return
		}
	}
}

// batch is what goes to the handler at once.
type batch[T any] struct {
	mails []prepared[T]
	bytes int64
}

func (r *round[T]) add(b *batch[T], res result[T]) {
	res.job.box.record(res.job.name, res.outcome, res.err)
	switch res.outcome {
	case outcomeTaken:
		b.mails = append(b.mails, res.prepared)
		b.bytes += int64(len(res.Data))
	case outcomeNoDescriptors:
		r.noDescriptors = true
		r.stop.Store(true)
	}
}
