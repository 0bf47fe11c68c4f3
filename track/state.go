package track

import (
	"slices"
	"strings"
)

// State is what has been decided about a patch, by its slug.
type State string

// The states that Patchwork has.
const (
	StateNew              State = "new" // nobody has decided
	StateUnderReview      State = "under-review"
	StateAccepted         State = "accepted"
	StateRejected         State = "rejected"
	StateRFC              State = "rfc"
	StateNotApplicable    State = "not-applicable"
	StateChangesRequested State = "changes-requested"
	StateAwaitingUpstream State = "awaiting-upstream"
	StateSuperseded       State = "superseded"
	StateDeferred         State = "deferred"
)

// States returns the states that a patch can be in, in Patchwork's order.
func States() []State {
	return []State{
		StateNew, StateUnderReview, StateAccepted, StateRejected, StateRFC, StateNotApplicable, StateChangesRequested,
		StateAwaitingUpstream, StateSuperseded, StateDeferred,
	}
}

// Open tells whether something is still to be done about a patch in this state, which is one of Patchwork's.
func (s State) Open() bool { return s == StateNew || s == StateUnderReview }

// GivesWay tells whether a patch in this state, which is one of Patchwork's, is done with when a newer version of it
// has come. Changes were requested for that newer version, and comments for an RFC.
func (s State) GivesWay() bool { return s.Open() || s == StateChangesRequested || s == StateRFC }

// ParseState finds a state by its slug or its name ("Under Review"), ignoring case.
func ParseState(name string) (State, bool) {
	s := State(strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), " ", "-"))
	if !slices.Contains(States(), s) {
		return "", false
	}
	return s, true
}
