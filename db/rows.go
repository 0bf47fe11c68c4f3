package db

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"time"

	"patchwatch/track"
)

// Sum is a SHA-256.
type Sum = [sha256.Size]byte

// Name is what a mail is called: several mails may have one name, and one of them is chosen to stand for it.
type Name struct {
	Project int64 // 0: in no project
	MsgID   string
}

// Bytes identify a delivered mail.
type Bytes struct {
	MsgID  string
	SHA256 Sum
}

// Known is a stored mail that was found by its bytes.
type Known struct {
	ID         int64
	Delivered  time.Time
	ImportedAs string
}

// MailKey is the little that identifies a stored mail.
type MailKey struct {
	ID        int64
	MsgID     string
	SHA256    Sum
	Delivered time.Time
}

// Mail is a row of facts: a mail as it was delivered, and what it says in the project that it belongs to.
type Mail struct {
	ID      int64 // number; set by Tx.Insert
	SHA256  Sum   // of the bytes
	Project int64 // 0: in none
	MsgID   string
	Chosen  bool // it stands for its name; the others of that name are its variants
	ByList  bool // a List-Id names the project, not an address

	Delivered  time.Time // microseconds; the earliest of all deliveries of these bytes
	Sent       time.Time // as the Date header has it, seconds; zero: absent or unreadable
	Dated      bool      // Date is the header's
	Date       time.Time // track.DateOf
	ImportedAs string    // the list whose archive it came in

	Kind                   track.Kind
	Sender, SenderName     string // the person behind a From that the list rewrote
	Name                   string // the subject as shown in its project
	Marked                 bool
	Number, Total, Version int
	Refs                   []string // nearest first

	ContentSHA []byte
	DiffSHA    []byte // nil: it has no diff
	Hash       []byte // Patchwork's patch hash; nil: none
	PullURL    string
	State      string // that the mail asks for; empty: none
	More       string // JSON of what no list is sorted or filtered by (see MoreOf); empty: nothing
	Title      int64  // a hash by which later versions of a patch or cover are found; 0: of other mail
}

// Copy is one of the mails of a name.
type Copy struct {
	ID        int64
	SHA256    Sum
	Chosen    bool
	ByList    bool
	Delivered time.Time
}

// Row is a chosen mail as assembly needs it, with what was derived of it before.
type Row struct {
	track.Item
	Mail int64

	Derived  bool   // a patch, cover or reply was derived of it
	Series   int64  // of a patch or cover; 0: none
	Slot     int    // of a patch: its number in its series
	Parent   int64  // of a reply: the mail; 0: none
	ParentID string // its Message-ID
	Clean    bool   // of a reply: no loop leads through it
}

// Who says which mails that refer to another are meant: talk, or those that can share a series with others.
type Who int

const (
	Anybody    Who = iota
	Members        // track.Item.Member
	NonMembers     // all others
)

// Referring asks who refers to mails of a project, stored or not.
type Referring struct {
	Project int64
	To      []string // Message-IDs
	Who     Who
	Until   time.Time // dated so at the latest; zero: whenever
	Senders []string  // of these only; nil: of anybody
}

// Referrer is a mail that refers to another.
type Referrer struct {
	To string // the Message-ID
	*Row
}

// Marking asks for the members of a sender, version and total in a time.
type Marking struct {
	Sender         string
	Version, Total int
	From, To       int64 // seconds since 1970, both ends within
	Number         int
	Same           bool // of that number; otherwise of all others
}

// RefKey is a row of the table of references. A Message-ID is kept as a hash there, since the ids themselves would be as
// large as the mails of long threads. Two ids of one hash cost a look too many and change nothing.
type RefKey struct {
	Hash   int64 // RefHash
	Member bool  // of the mail that refers
	Mail   int64
}

// RefHash is cut from a SHA-256, so that nobody can make a thread's hash collide with another's.
func RefHash(project int64, msgid string) int64 {
	text := append(strconv.AppendInt(make([]byte, 0, 128), project, 10), ' ')
	sum := sha256.Sum256(append(text, msgid...))
	return int64(binary.BigEndian.Uint64(sum[:]))
}

// Compare is the order of the table.
func (k RefKey) Compare(o RefKey) int {
	return cmp.Or(cmp.Compare(k.Hash, o.Hash), compareBool(k.Member, o.Member), cmp.Compare(k.Mail, o.Mail))
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// Derived are derived rows.
type Derived struct {
	Series  []SeriesRow
	Patches []PatchRow
	Covers  []CoverRow
	Replies []ReplyRow
	People  []PersonRow
}

// SeriesRow is a series. Its number is the smallest of its mails, so that a rebuild gives the same numbers.
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
}

// PatchRow is what has become of a patch.
type PatchRow struct {
	Mail, Project int64
	Series        int64 // 0: none
	Number        int   // in its series; means nothing without one
	Date          time.Time
	Submitter     string
	State         track.State
	Delegate      string // address; empty: nobody
	Archived      bool
}

// CoverRow is what has become of a cover.
type CoverRow struct{ Mail, Project, Series int64 }

// ReplyRow is what has become of a reply or other talk, and of mail that asks to be ignored.
type ReplyRow struct {
	Mail, Project int64
	Parent        int64 // the patch or cover; 0: it waits for one
	Date          time.Time
	Ignored       bool
	Clean         bool // no loop of references leads through it (replies.go)
}

// PersonRow is somebody with the name that counts, and the mail that it comes from.
type PersonRow struct {
	Email string
	Name  string
	Date  time.Time // of the mail
	Mail  int64
	MsgID string // of the mail; read only
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
	Title  int64 // Mail.Title
}

// Titling asks for mails of a title, sent before or after a version.
type Titling struct {
	Project int64
	Title   int64
	Later   bool      // of higher versions, the lowest and oldest first; otherwise of lower ones, the highest and newest first
	Version int       // that they are above or below
	Until   time.Time // dated so at the latest; zero: whenever
	Most    int
}

// Namesake is a mail that was found by its title. Those of one version and date come in the order of Message-IDs.
type Namesake struct {
	Version int
	Date    time.Time
	MsgID   string
	Series  int64 // 0: none
}

// Finding says how mails may be called. Of its fields but Project one is set.
type Finding struct {
	Project   string // link name; empty: any
	ID        int64
	MsgIDs    []string
	Beginning string // of a Message-ID
	Most      int    // 0: all
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

// Counts of what is stored.
type Counts struct {
	Mails, Patches, Covers, Comments, Pending, Ignored, Unrouted, Variants, Series int

	NoSubject       int   // mails in which no subject was found
	NewestNoSubject int64 // the one of them that was stored last; 0: there is none
}

// Project is a tracked list as it is stored.
type Project struct {
	track.Project
	Removed bool // kept for its decisions, should it be added again
}

// Work is what a change of projects or rules left to do.
type Work struct {
	ID         int64 // at random, so that no work is taken for an earlier one
	Project    int64 // whose patches are to be decided about; 0: every mail is to be routed
	Done, Last int64 // the last mail that was looked at, and the last that is to be
}

// Dictionary is a text that frames are compressed against. It is never changed or deleted.
type Dictionary struct {
	ID    int64
	Mails int64  // stored when it was made
	Frame []byte // the text, compressed without a dictionary
}

// Maildir is a folder that a watcher feeds into this database.
type Maildir struct {
	Path      string
	LastMail  time.Time // zero: none yet
	LastEvent time.Time // zero: none yet
	LastScan  time.Time // zero: none yet
	Paused    string    // why no mail is taken; empty: it is
}

// Decision is what people decided about a mail. A nil field: nobody decided.
type Decision struct {
	Name
	State      *string
	Delegate   *string // empty: that nobody is to look after it
	Archived   *bool
	SeriesName *string // of the series that this mail is in
}

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
	Actor    track.Actor
	Before   string
	After    string
}

// EventQuery chooses events.
type EventQuery struct {
	Above int64 // numbers above this one
	Most  int   // 0: all
}

// RoleOf is what a chosen mail is, in the words of the dump. parent: it is a reply that leads to a patch or cover.
func RoleOf(project int64, kind track.Kind, parent bool) track.Role {
	switch {
	case project == 0:
		return track.RoleUnrouted
	case kind == track.Patch:
		return track.RolePatch
	case kind == track.Cover:
		return track.RoleCover
	case kind == track.Ignored:
		return track.RoleIgnored
	case parent:
		return track.RoleComment
	}
	return track.RolePending
}
