package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

// oneRequest is the time within which two signals count as one request. Nobody presses Ctrl-C twice as fast.
const oneRequest = 100 * time.Millisecond

// interrupted is why a context ended: a signal came.
type interrupted struct{ signal syscall.Signal }

func (i interrupted) Error() string { return "interrupted" }

// code is the exit code that shells give a program that a signal ended.
func (i interrupted) code() int { return 128 + int(i.signal) }

// interrupts says what a signal does: it ends a command that only reads, and a command that writes finishes what it
// has in hand.
type interrupts struct {
	err      io.Writer    // standard error
	patience atomic.Int64 // how long a command that only reads is waited for; 0: it writes
}

type interruptsKey struct{}

// interruptible returns a context that ends with the first SIGINT or SIGTERM. A command that only reads then ends,
// even if it is stuck in a pipe or on a disk. A command that writes finishes the batch in hand; a second signal ends
// it at once, and loses nothing either.
//
// A signal right behind the first is the same request: timeout(1) signals its child and then the child's whole group.
//
// A signal right behind the first is the same request: timeout(1) signals its child and then the child's whole group.
func interruptible(err io.Writer) context.Context {
	in := &interrupts{err: err}
	ctx, cancel := context.WithCancelCause(context.WithValue(context.Background(), interruptsKey{}, in))
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		why := interrupted{(<-signals).(syscall.Signal)}
		cancel(why)
		in.end(why, signals)
	}()
	return ctx
}

// end ends the program if it has not ended by itself: at a second signal, or when its patience is over.
func (in *interrupts) end(why interrupted, signals <-chan os.Signal) {
	first := time.Now()
	for tick := time.NewTicker(oneRequest / 2); ; {
		select {
		case <-signals:
			if time.Since(first) >= oneRequest {
				os.Exit(exitAtOnce)
			}
		case <-tick.C:
			if patience := time.Duration(in.patience.Load()); patience > 0 && time.Since(first) >= patience {
				in.sayWithoutWaiting("patchwatch: interrupted\n")
				os.Exit(why.code())
			}
		}
	}
}

// sayWithoutWaiting writes to standard error, but does not wait long for it: it may be a pipe that nobody reads.
func (in *interrupts) sayWithoutWaiting(text string) {
	said := make(chan struct{})
	go func() {
		io.WriteString(in.err, text)
		close(said)
	}()
	select {
	case <-said:
	case <-time.After(oneRequest):
	}
}

// How long a command that only reads may take to end after a signal. One that has made a copy of the database removes
// it first.
const (
	soon     = 300 * time.Millisecond
	tidiedUp = 15 * time.Second
)

// onlyReading declares that the command writes nothing until done is called.
func onlyReading(ctx context.Context, patience time.Duration) (done func()) {
	in, ok := ctx.Value(interruptsKey{}).(*interrupts)
	if !ok {
		return func() {}
	}
	before := in.patience.Swap(int64(patience))
	return func() {
		if ctx.Err() == nil { // after a signal wasReading still has to know
			in.patience.Store(before)
		}
	}
}

// wasReading gives the signal that ended a context while nothing was being written.
func wasReading(ctx context.Context) (why interrupted, ok bool) {
	in, found := ctx.Value(interruptsKey{}).(*interrupts)
	return why, found && in.patience.Load() > 0 && errors.As(context.Cause(ctx), &why)
}
