package watcher

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// judged is a batch whose mails are stored or refused, and still in new.
type judged[T any] struct {
	batch    []prepared[T]
	verdicts []Verdict
}

// handOver gives a batch to the handler, and passes the verdicts on to be settled. Mail without a verdict stays in
// new, and its lock is released. Once ctx is done no batch is handed over any more, but those that were are settled.
func (r *round[T]) handOver(ctx context.Context, batch []prepared[T], settle chan<- judged[T]) {
	verdicts, err := r.judge(ctx, batch)
	if err != nil {
		r.failed = true
		r.stop.Store(true)
		r.failAll(time.Now(), err)
	}
	if verdicts == nil {
		for _, h := range batch {
			h.release()
		}
		return
	}
	for _, h := range batch {
		h.forget()
	}
	settle <- judged[T]{batch, verdicts}
}

// judge returns a verdict for each mail of the batch: the handler's, or our own if the mail was too large to read. It
// returns none when it is too late to ask.
func (r *round[T]) judge(ctx context.Context, batch []prepared[T]) ([]Verdict, error) {
	if ctx.Err() != nil || r.failed {
		return nil, nil
	}
	var mails []T
	for _, h := range batch {
		if h.reject == nil {
			mails = append(mails, h.mail)
		}
	}
	given, err := r.ask(ctx, mails)
	if err != nil && ctx.Err() != nil {
		r.Log.Warn("ended without the batch in hand, which stays in new", "error", err)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	verdicts := make([]Verdict, len(batch))
	for i, h := range batch {
		if h.reject != nil {
			verdicts[i].Reject = h.reject
		} else {
			verdicts[i], given = given[0], given[1:]
		}
	}
	return verdicts, nil
}

// ask calls the handler. The handler's context ends a while after ctx does: most batches are stored by then.
func (r *round[T]) ask(ctx context.Context, mails []T) ([]Verdict, error) {
	if len(mails) == 0 {
		return nil, nil
	}
	patient, done := withGrace(ctx, r.Grace)
	defer done()
	verdicts, err := r.Handle(patient, mails)
	if err != nil {
		return nil, err
	}
	if len(verdicts) != len(mails) {
		return nil, fmt.Errorf("handler gave %d verdicts for %d mails", len(verdicts), len(mails))
	}
	if r.pause.end() {
		r.Log.Info("mail is taken again")
	}
	r.Step(stepHandled)
	return verdicts, nil
}

// settle moves the mails of a batch, while the next one is with the handler. Where one cannot be moved its Maildir
// pauses, and those of the other Maildirs go on.
func (r *round[T]) settle(j judged[T]) {
	var done []Settlement[T]
	for i, h := range j.batch {
		if h.box.stopped.Load() {
			continue
		}
		path, err := r.move(h.heldClaim, j.verdicts[i].Reject)
		switch {
		case errors.Is(err, errMoved):
			r.Log.Warn("mail was moved by somebody else while it was stored", "dir", h.Dir, "name", h.Name)
			h.box.dirty.Store(true) // another mail may have its name now
		case err != nil:
			h.box.fail(time.Now(), err)
		default:
			done = append(done, settlement(h, path, j.verdicts[i]))
		}
	}
	for _, h := range j.batch {
		h.release()
	}
	r.Step(stepUnlocked)
	r.tell(done)
}

func settlement[T any](h prepared[T], path string, v Verdict) Settlement[T] {
	return Settlement[T]{
		Dir: h.Dir, Name: h.Name, Path: path, Size: h.size, Delivered: h.Delivered,
		Reject: v.Reject, Mail: h.mail,
	}
}

func (r *round[T]) move(h *heldClaim, reject error) (path string, err error) {
	if reject != nil {
		h.folders.failedTouched = true
		return r.settler.refuse(h, reject)
	}
	h.folders.curTouched = true
	return r.settler.store(h)
}

func (r *round[T]) tell(done []Settlement[T]) {
	for _, s := range done {
		r.settled++
		if s.Reject != nil {
			r.sum.Failed++
		} else {
			r.sum.Stored++
		}
		r.Settled(s)
	}
}

// withGrace is a context that ends some time after ctx does.
func withGrace(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(grace):
			cancel()
		case <-out.Done():
		}
	})
	return out, func() { stop(); cancel() }
}
