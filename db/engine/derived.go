package engine

import (
	"cmp"
	"time"

	"patchwatch/internal/order"
	"patchwatch/track"
)

// Derived are derived rows.
type Derived struct {
	Series  []SeriesRow
	Patches []PatchRow
	Covers  []CoverRow
	Replies []ReplyRow
	People  []PersonRow
}

// Sorted puts rows into the order of their keys: see Tx.
func (d *Derived) Sorted() *Derived {
	order.By(d.Series, func(a, b SeriesRow) int { return cmp.Compare(a.ID, b.ID) })
	order.By(d.Patches, func(a, b PatchRow) int { return cmp.Compare(a.Mail, b.Mail) })
	order.By(d.Covers, func(a, b CoverRow) int { return cmp.Compare(a.Mail, b.Mail) })
	order.By(d.Replies, func(a, b ReplyRow) int { return cmp.Compare(a.Mail, b.Mail) })
	order.By(d.People, func(a, b PersonRow) int { return cmp.Compare(a.Email, b.Email) })
	return d
}

// SeriesRow is a series. Its number is the smallest by which its mails are called (Row.Called), so that a rebuild gives
// the same numbers, and another copy of a mail that takes the place of the first changes none.
type SeriesRow struct {
	ID, Project    int64
	Key            string // the smallest Message-ID of its members
	Name           string // empty: that of its leading mail
	Given          string // by a person; empty: none
	Version, Total int
	Received       int // patches that are there, of whatever number
	Complete       bool
	Date           time.Time
	Submitter      string // address
	Cover          int64  // mail; 0: none
	Hidden         bool   // all of its mails are

	// Revises is the series that this one is a new version of, or the same once more, or of which it is a part that was
	// sent again; 0: none. It is kept of projects whose older versions show as superseded, and 0 in others.
	Revises int64
}

// Equal tells whether two rows say the same.
func (r *SeriesRow) Equal(o *SeriesRow) bool {
	b := *o
	b.Date = r.Date
	return r.Date.Equal(o.Date) && *r == b
}

// NewestFirst is the order of versions, the newest first.
func NewestFirst(a, b SeriesRow) int {
	return cmp.Or(cmp.Compare(b.Version, a.Version), b.Date.Compare(a.Date),
		cmp.Compare(a.Key, b.Key), cmp.Compare(a.ID, b.ID))
}

// PatchRow is what has become of a patch.
type PatchRow struct {
	Mail, Project int64
	Series        int64 // 0: none
	Number        int   // in its series; means nothing without one
	Date          time.Time
	Submitter     string
	State         track.State // that is shown
	Superseded    int64       // the series because of which the rule shows it as superseded; 0: none
	Delegate      string      // address; empty: nobody
	Archived      bool
	ID            int64 // by which others call it (Row.Called)
	Hidden        bool
	Checked       track.CheckState // what all checks say together
}

// Equal tells whether two rows say the same.
func (r *PatchRow) Equal(o *PatchRow) bool {
	b := *o
	b.Date = r.Date
	return r.Date.Equal(o.Date) && *r == b
}

// CoverRow is what has become of a cover.
type CoverRow struct {
	Mail, Project, Series int64
	ID                    int64 // by which others call it
	Date                  time.Time
	Submitter             string
	Hidden                bool
}

// Equal tells whether two rows say the same.
func (r *CoverRow) Equal(o *CoverRow) bool {
	b := *o
	b.Date = r.Date
	return r.Date.Equal(o.Date) && *r == b
}

// ReplyRow is what has become of a reply or other talk, and of mail that asks to be ignored.
type ReplyRow struct {
	Mail, Project int64
	Parent        int64 // the patch or cover; 0: it waits for one
	Date          time.Time
	Ignored       bool
	Clean         bool  // no loop of references leads through it (see db/internal/derive/replies.go)
	ID            int64 // by which others call it
	Hidden        bool
}

// Equal tells whether two rows say the same.
func (r *ReplyRow) Equal(o *ReplyRow) bool {
	b := *o
	b.Date = r.Date
	return r.Date.Equal(o.Date) && *r == b
}

// PersonRow is somebody with the name that counts, and the mail that it comes from.
type PersonRow struct {
	Email string
	Name  string
	Date  time.Time // of the mail
	Mail  int64
	MsgID string // of the mail; read only
	ID    int64  // read only: given when somebody is named first, and never to anybody else
}

// Naming is a mail as one that may name its sender.
type Naming struct {
	Mail        int64
	MsgID       string
	Date        time.Time
	Email, Name string
}

// Before tells whether a mail names the sender rather than another: one with a name, then the newest.
func (n *Naming) Before(o *Naming) bool {
	switch {
	case (n.Name != "") != (o.Name != ""):
		return n.Name != ""
	case !n.Date.Equal(o.Date):
		return n.Date.After(o.Date)
	case n.MsgID != o.MsgID:
		return n.MsgID < o.MsgID
	}
	return n.Name < o.Name
}

// Member is a mail of a series.
type Member struct {
	Mail   int64
	Number int // 0: the cover
	Cover  bool
	MsgID  string
	Sender string
	Refs   []string
	Name   string

	Title, Change int64 // as in Mail
	Hash          []byte
	Earlier       string
	Hidden        bool // of a patch
}

// DerivedMail is a chosen mail with all that was derived of it.
type DerivedMail struct {
	Mail
	Variants  int
	Patch     *PatchRow // nil: it is none
	Cover     *CoverRow
	Reply     *ReplyRow
	SeriesKey string // of a patch's series; empty: none
	ParentID  string // of a reply; empty: none
}

// Misplaced is a derived row without a mail that it may hang on.
type Misplaced struct {
	What  string // "patch", "cover", "reply", "parent of a reply" or "cover of a series"
	Mail  int64
	MsgID string
}
