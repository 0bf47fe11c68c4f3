package track

import "time"

// Filter chooses patches or series. Zero fields don't restrict.
type Filter struct {
	ID        int64   // this one mail
	Project   string  // link name
	States    []State // any of these
	Submitter string  // an address, or a part of an address or name
	Delegate  string  // an address
	Text      string  // in the subject, ignoring case
	Since     time.Time
	Until     time.Time
	Series    int64
	Archived  bool // archived ones too
	Hidden    bool // hidden ones too; one that is asked for by its number is found in any case

	Incomplete bool // series of which patches are missing

	Among In[int64] // stored mails that are patches, or series, by number; nil: all

	Limit int // 0: all
}

// Narrows tells whether the filter leaves anything out, apart from its limit.
func (f Filter) Narrows() bool {
	return f.ID != 0 || f.Project != "" || len(f.States) > 0 || f.Submitter != "" || f.Delegate != "" || f.Text != "" ||
		!f.Since.IsZero() || !f.Until.IsZero() || f.Series != 0 || f.Incomplete || f.Among != nil
}

// PatchView is a patch as lists show it.
type PatchView struct {
	ID        int64 // the number by which it is called: that of the copy that was stored first
	Mail      int64 // that of the stored mail that stands for it
	Project   string
	MsgID     string
	Name      string
	Date      time.Time
	Submitter Person
	State     State
	// Superseded is the series because of which the patch shows as superseded, by the project's setting; 0: none.
	Superseded int64
	Delegate   string
	Archived   bool
	Series     int64 // 0: none
	Number     int
	Total      int
	Version    int
	PullURL    string
	Hash       string
	Trailers   map[string]int // how often each key occurs in the patch and the comments on it
}

// SeriesView is a series as lists show it.
type SeriesView struct {
	ID        int64 // the smallest number by which its mails are called
	Project   string
	Key       string
	Name      string // what a person called it, otherwise the cover's title, or the name of the lowest patch
	Version   int
	Resend    bool // its subjects say RESEND: the same as before, once more
	Total     int
	Received  int
	Complete  bool
	Date      time.Time
	Submitter Person
	Cover     string
	Revises   int64 // the number of the series that this is a new version of, or the same once more; 0: none
	Link      Link  // why it is taken for that
	PartOf    int64 // the number of the series of which this is a part that was sent again; 0: of none
}

// Dependency is what a Depends-on line names.
type Dependency struct {
	Written string // a Message-ID or a URL
	Series  int64  // the number of the series that is meant; 0: none that is known here
}

// Dependencies are what a series depends on, in the order in which it says so, and what depends on it, by number.
type Dependencies struct {
	On []Dependency
	Of []int64
}

// MailView is any stored mail: a cover, a comment, a reply that waits for its parent.
type MailView struct {
	ID        int64 // the number by which it is called
	Mail      int64 // that of the stored mail
	Project   string
	MsgID     string
	Kind      Role
	Name      string
	Date      time.Time
	Submitter Person
	Refs      []string
	Parent    string
	Series    int64
	Variants  int
	Trailers  []Trailer
	Notes     []string

	Hidden         bool // out of everybody's sight
	ActionRequired bool // a comment asks the submitter to do something (X-Patchwork-Action-Required)
}
