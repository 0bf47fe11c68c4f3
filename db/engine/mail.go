package engine

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"slices"
	"time"

	"patchwatch/internal/order"
	"patchwatch/track"
)

// Sum is a SHA-256.
type Sum = [sha256.Size]byte

// Name is what a mail is called: several mails may have one name, and one of them is chosen to stand for it.
type Name struct {
	Project int64 // 0: in no project
	MsgID   string
}

// Compare is the order of the table of decisions.
func (n Name) Compare(o Name) int {
	return cmp.Or(cmp.Compare(n.Project, o.Project), cmp.Compare(n.MsgID, o.MsgID))
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

	ImportedAs string // the list whose archive it came in
}

// Mail is a row of facts: a mail as it was delivered, and what it says in the project that it belongs to.
type Mail struct {
	ID      int64 // number; set by Tx.Insert
	SHA256  Sum   // of the bytes
	Project int64 // 0: in none
	MsgID   string
	Chosen  bool  // it stands for its name; the others of that name are its variants
	First   int64 // where it is chosen: the copy of its name that was stored first; 0: itself
	ByList  bool  // a List-Id names the project, not an address

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
	Change     int64  // a hash of its change-id, likewise; 0: it has none
	Earlier    string // the Message-ID that its text names as the version before; empty: none
}

// Equal tells whether two rows say the same of a mail, whichever stands for its name.
func (m *Mail) Equal(o *Mail) bool {
	return m.SHA256 == o.SHA256 && m.Project == o.Project && m.MsgID == o.MsgID && m.ByList == o.ByList &&
		m.Delivered.Equal(o.Delivered) && m.Sent.Equal(o.Sent) && m.Dated == o.Dated && m.Date.Equal(o.Date) &&
		m.ImportedAs == o.ImportedAs && m.Kind == o.Kind && m.Sender == o.Sender && m.SenderName == o.SenderName &&
		m.Name == o.Name && m.Marked == o.Marked && m.Number == o.Number && m.Total == o.Total &&
		m.Version == o.Version && slices.Equal(m.Refs, o.Refs) && bytes.Equal(m.ContentSHA, o.ContentSHA) &&
		bytes.Equal(m.DiffSHA, o.DiffSHA) && bytes.Equal(m.Hash, o.Hash) && m.PullURL == o.PullURL &&
		m.State == o.State && m.More == o.More && m.Title == o.Title && m.Change == o.Change && m.Earlier == o.Earlier
}

// Copy is one of the mails of a name.
type Copy struct {
	ID        int64
	SHA256    Sum
	Chosen    bool
	First     int64 // Mail.First
	ByList    bool
	Delivered time.Time
}

// Better compares two mails of a name: below 0, c rather than o stands for it. A mail that came through the list comes
// before one that came by address alone, then the one delivered first, then the smaller SHA-256. So a forged copy sent
// later cannot take a reviewed patch's place.
func (c *Copy) Better(o *Copy) int {
	return cmp.Or(order.Bools(o.ByList, c.ByList), c.Delivered.Compare(o.Delivered),
		bytes.Compare(c.SHA256[:], o.SHA256[:]))
}

// Finding says how mails may be called. Of its fields but Project one is set.
type Finding struct {
	Project   string // link name; empty: any
	ID        int64
	MsgIDs    []string
	Beginning string // of a Message-ID
	Most      int    // 0: all
}

// Counts of what is stored.
type Counts struct {
	Mails, Patches, Covers, Comments, Pending, Ignored, Unrouted, Variants, Series int

	NoSubject       int   // mails in which no subject was found
	NewestNoSubject int64 // the one of them that was stored last; 0: there is none
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

// NameOf is what a mail is called.
func NameOf(m *Mail) Name { return Name{m.Project, m.MsgID} }
