package dbtest

import (
	"sync"

	"patchwatch/db/engine"
)

// Fault is the one call that fails.
type Fault struct {
	mu     sync.Mutex
	in     int // calls until it fails; 0: none does
	err    error
	failed string
}

// Faulty gives an engine in which calls can be made to fail.
func Faulty(e engine.Engine) (engine.Engine, *Fault) {
	f := &Fault{}
	return hooked{e, f.before, func(string, any) {}}, f
}

// Next has one call fail with err: the first from now on, if n is 1, and so on.
func (f *Fault) Next(n int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.in, f.err, f.failed = n, err, ""
}

// Failed is the method that failed since Next; empty: none, as there were not so many calls.
func (f *Fault) Failed() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failed
}

func (f *Fault) before(method string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.in == 0 {
		return nil
	}
	if f.in--; f.in > 0 {
		return nil
	}
	f.failed = method
	return f.err
}
