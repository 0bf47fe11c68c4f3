package engine

import (
	"context"
	"errors"
	"sync"
)

// Ahead asks for the moment (see Distant) on the way of another question, so that it takes no journey of its own: of
// the first one that is asked with its context. Before that one is answered told is called, and if told returns an
// error, it is the answer.
type Ahead struct {
	Projects []int64

	told func(epoch string, changes map[int64]int64) error

	mu    sync.Mutex
	taken bool // guarded by mu
	known bool // guarded by mu: told has been called
	late  bool // guarded by mu: somebody asked before it was
}

type aheadKey struct{}

// WithAhead is a context whose first question takes one for the moment along.
func WithAhead(
	ctx context.Context, projects []int64, told func(epoch string, changes map[int64]int64) error,
) context.Context {
	return context.WithValue(ctx, aheadKey{}, &Ahead{Projects: projects, told: told})
}

// TakeAhead is called with the context of every question, and gives its Ahead to the first one. nil: there is none.
func TakeAhead(ctx context.Context) *Ahead {
	a, _ := ctx.Value(aheadKey{}).(*Ahead)
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.taken {
		a.late = a.late || !a.known
		return nil
	}
	a.taken = true
	return a
}

// GiveBack is called when the question has ended. Where it was answered without a journey, the next one is the first.
func (a *Ahead) GiveBack() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.taken = a.known
}

// ErrLate says that not all that was asked is of the moment that was told, or of a later one.
var ErrLate = errors.New("something was asked beside the question for the moment")

// Tell tells of the moment.
func (a *Ahead) Tell(epoch string, changes map[int64]int64) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.late {
		return ErrLate
	}
	a.known = true
	return a.told(epoch, changes)
}
