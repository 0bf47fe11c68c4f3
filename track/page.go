package track

import (
	"slices"
	"time"
)

// A list is given out page by page. What follows says which rows, in which order, and what a row has.

// Order is a column to sort by. Rows that are equal in all columns come in the order of numbers, reversed where the
// last column is.
type Order struct {
	By   string // a column of the list: "id", "date", "name", …
	Desc bool
}

// Paging cuts a page out of a list.
type Paging struct {
	Order  []Order // none: by number
	Offset int
	Limit  int
}

// Page is a page of a list.
type Page[Row any] struct {
	Rows  []Row
	Total int // rows of the whole list
}

// Scope says what a viewer does not see.
type Scope struct {
	Without []int64 // private projects
	Whole   bool    // hidden mails too
}

// Has tells whether a viewer may see mail of a project. Mail of none (0) nobody sees: its list may be a private one.
func (s Scope) Has(project int64) bool { return project != 0 && !slices.Contains(s.Without, project) }

// In restricts to any of some values. nil: all; none at all: nothing.
type In[T any] []T

// PatchQuery chooses patches for a page. Zero fields don't restrict.
type PatchQuery struct {
	Scope
	Paging
	Projects   In[int64]
	IDs        In[int64] // numbers of patches
	Series     In[int64]
	Submitters In[string] // addresses
	Delegates  In[string]
	Nobodys    bool // only those that are delegated to nobody
	States     In[State]
	Hashes     In[string] // hex
	MsgIDs     In[string] // with <>
	Archived   *bool
	Checked    In[CheckState]
	Since      time.Time // dated then or later
	Before     time.Time // dated before
	Words      []string  // each in the name, ignoring case
}

// CoverQuery chooses covers for a page. Sorted by id, name, date, submitter.
type CoverQuery struct {
	Scope
	Paging
	Projects   In[int64]
	IDs        In[int64]
	Series     In[int64]
	Submitters In[string]
	MsgIDs     In[string]
	Since      time.Time
	Before     time.Time
	Words      []string
}

// SeriesQuery chooses series for a page. Sorted by id, name, date, submitter, received_all.
type SeriesQuery struct {
	Scope
	Paging
	Projects   In[int64]
	IDs        In[int64]
	Submitters In[string]
	Incomplete bool // only those of which patches are missing
	Since      time.Time
	Before     time.Time
	Words      []string
}

// CommentQuery chooses the comments on one patch or cover. Sorted by id, date, submitter, subject.
type CommentQuery struct {
	Scope
	Paging
	Parent int64 // number of the patch or cover
	Words  []string
}

// PersonQuery chooses people who are named by mail. Sorted by id, name, email. People whose mail is all outside of the
// scope are left out, and nobody is called by such mail. Hidden mail names people all the same.
type PersonQuery struct {
	Scope
	Paging
	IDs    In[int64]
	Emails In[string]
	Words  []string // each in the name or the address
}

// EventsQuery chooses events for a page. Sorted by date, which is the order of numbers.
type EventsQuery struct {
	Scope
	Paging
	Projects   In[int64]
	Categories In[Category]
	Series     In[int64]
	Patches    In[int64]
	Covers     In[int64]
	Actors     In[Actor]
	Since      time.Time
	Before     time.Time
	Above      int64 // numbers above this one
}

// PersonView is somebody who is named by mail.
type PersonView struct {
	ID    int64
	Name  string
	Email string
}

// SeriesBrief is a series where it is named beside something else. The zero value: none.
type SeriesBrief struct {
	ID        int64
	Name      string
	Date      time.Time
	Version   int
	Submitter string
}

// MailBrief is a patch or cover where it is named beside something else. The zero value: none.
type MailBrief struct {
	ID      int64
	Project int64
	MsgID   string
	Name    string
	Date    time.Time
}

// PatchRow is a patch in a page.
type PatchRow struct {
	MailBrief
	Mail      int64 // the stored mail that stands for it: whose bytes are its
	CommitRef string
	PullURL   string
	State     State
	Archived  bool
	Hidden    bool
	Hash      string
	Submitter PersonView
	Delegate  string // an address, or the name of an account; empty: nobody
	Series    SeriesBrief
	Number    int // in its series
	Total     int
	Checked   CheckState
	Related   []MailBrief // that are not hidden, in the order of numbers
}

// CoverRow is a cover in a page.
type CoverRow struct {
	MailBrief
	Mail      int64
	Hidden    bool
	Submitter PersonView
	Series    SeriesBrief
}

// SeriesRow is a series in a page.
type SeriesRow struct {
	SeriesBrief
	Project   int64
	Total     int
	Received  int
	Complete  bool
	Submitter PersonView
	Cover     MailBrief
	Patches   []MailBrief // by number
	Hidden    bool
}

// CommentRow is a comment in a page.
type CommentRow struct {
	MailBrief // Name: its subject
	Mail      int64
	Parent    MailBrief
	OnCover   bool // Parent is a cover
	Submitter PersonView
	Addressed *bool // nil: nobody has said
	Hidden    bool
}

// EventRow is an event in a page, with what it is about as it is now.
type EventRow struct {
	ID       int64
	Date     time.Time
	Category Category
	Project  int64
	Actor    Actor // empty: mail did it
	Patch    MailBrief
	Cover    MailBrief
	Comment  MailBrief
	Series   SeriesBrief
	Check    *Check
	Before   string
	After    string
}
