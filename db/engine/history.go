package engine

import (
	"time"

	"patchwatch/track"
)

// Decision is what people decided about a mail. A nil field: nobody decided.
type Decision struct {
	Name
	State      *string
	StateAt    time.Time // when State was decided, in microseconds; zero: it is nil, or nobody knows
	Delegate   *string   // empty: that nobody is to look after it
	Archived   *bool
	SeriesName *string // of the series that this mail is in
	CommitRef  *string // the commit that a patch became
	PullURL    *string // in place of the mail's own
	Hidden     *bool   // out of sight of everybody but those who maintain the project
	Addressed  *bool   // of a comment: somebody has seen to it
	Relation   *int64  // patches of one number are related
	PutWith    *string // the mail whose series this one was put into, or itself: that begins one (track.Item.PutWith)
}

// Put says that a person put a mail into the series of another.
type Put struct {
	Name
	With string // Message-ID
}

// Empty tells whether nothing is decided.
func (d *Decision) Empty() bool { return *d == Decision{Name: d.Name} }

// LogEntry is a line of the log of decisions.
type LogEntry struct {
	ID      int64
	Time    time.Time
	Actor   track.Actor
	What    string // that was decided: "state", "delegate", "archived", "series-name", "project", "rule", …
	Project string // link name
	MsgID   string // of the patch; empty: it is about the project
	Before  string
	After   string
}

// LogQuery chooses entries of the log. Zero fields don't restrict.
type LogQuery struct {
	Project string
	MsgID   string
	Actor   track.Actor
	Below   int64 // numbers below this one
	Most    int
}

// Event is a row of what happened.
type Event struct {
	ID       int64
	Date     time.Time // microseconds
	Category track.Category
	Project  int64
	Mail     int64 // the patch or cover; 0: none
	Comment  int64 // 0: none
	Series   int64 // 0: none
	Check    int64 // 0: none
	Actor    track.Actor
	Before   string
	After    string
}

// EventQuery chooses events.
type EventQuery struct {
	Above int64 // numbers above this one
	Most  int   // 0: all
}
