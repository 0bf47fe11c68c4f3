package engine

import (
	"time"

	"patchwatch/track"
)

// Hooks finds where events are sent, and who sends them.
type Hooks interface {
	// Hooks gives all hooks, by number.
	Hooks() ([]track.Hook, error)
	// Lease is the one of a name; the zero value but for the name: nobody has it.
	Lease(name string) (Lease, error)
}

// Lease says who does what only one process may do at a time.
type Lease struct {
	Name   string
	Holder string
	Until  time.Time // microseconds
}
