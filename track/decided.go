package track

// Decided is what somebody decides about patches. What is nil stays as it is.
type Decided struct {
	State     *State
	Delegate  *string // an address, or the name of an account that has none; empty: nobody
	Archived  *bool
	CommitRef *string // empty: none
	PullURL   *string // empty: what the mail says
}
