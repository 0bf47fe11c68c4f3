package engine

import (
	"context"
	"errors"
)

// Shared is an engine in which several can store mail at once: each list at one place at a time, several lists at
// several places.
type Shared interface {
	// WriteBeside is Write beside others who do the same, and alone among those who Write. f claims what it reads in order
	// to write. Where others would have had to be kept away after all, the error is ErrUnclaimed, and nothing was written.
	WriteBeside(ctx context.Context, f func(Tx, Claims) error) error
}

// Claims keeps others away until the transaction ends. Each is called once, Projects before People, so that no two
// transactions wait for each other.
type Claims interface {
	// Projects claims what belongs to projects, and with 0 what belongs to none.
	Projects(ids []int64) error
	// People claims what people are called.
	People(emails []string) error
}

// ErrUnclaimed says that a transaction touches more than it has claimed: it is to be done once more, by Write. Claims
// can't grow, since others may wait for what was claimed and have what is claimed next.
var ErrUnclaimed = errors.New("the transaction touches what it has not claimed")

// Distant is what an engine is besides that asks a server, whose every answer is a journey. A question that is asked with
// the context of an Ahead takes that along.
type Distant interface {
	// Ask is View for who asks once, mostly, and needs no snapshot: should f ask again, it may see what came meanwhile.
	Ask(ctx context.Context, f func(View) error) error

	// Together runs fs, none of which needs what another one finds. What they Ask with the contexts that they get makes
	// as few journeys as the longest of them. None goes on in a goroutine of its own. The error is that of the first that
	// has one.
	Together(ctx context.Context, fs ...func(context.Context) error) error

	// Moment is Epoch and Changes of a View, in one journey.
	Moment(ctx context.Context, projects []int64) (epoch string, changes map[int64]int64, err error)
}
