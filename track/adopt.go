package track

import "time"

// What a Patchwork server says, as far as it is taken over.

// AdoptedUser is an account of a Patchwork server.
type AdoptedUser struct {
	Number    int64 // there
	Name      string
	FirstName string
	LastName  string
	Email     string // empty: it is not shown
}

// AdoptedPatch is what was decided about a patch.
type AdoptedPatch struct {
	Number    int64
	MsgID     string // with <>
	State     State
	Delegate  *AdoptedUser // nil: nobody
	Archived  bool
	CommitRef string
	PullURL   string
	Related   []int64 // numbers of other patches

	StateBy, DelegateBy AdoptedDecision
}

// AdoptedDecision is who decided something there, and when. The zero value: it is not known.
type AdoptedDecision struct {
	By *AdoptedUser // nil: it is not known
	At time.Time    // zero: it is not known
}

// AdoptedNumber is the number of a cover, a series or a comment. Of a series MsgID is that of one of its mails.
type AdoptedNumber struct {
	Number    int64
	MsgID     string
	Addressed *bool // of a comment; nil: nobody has said
}

// AdoptedCheck is what a program found out.
type AdoptedCheck struct {
	Number      int64
	User        *AdoptedUser
	Date        time.Time
	State       CheckState
	Context     string
	TargetURL   string
	Description string
}

// AdoptedBundle is a bundle. Patches are Message-IDs.
type AdoptedBundle struct {
	Number  int64
	Owner   *AdoptedUser
	Name    string
	Public  bool
	Patches []string
}

// AdoptedPerson is somebody who is named by mail, with their number there.
type AdoptedPerson struct {
	Number int64
	Email  string
}
