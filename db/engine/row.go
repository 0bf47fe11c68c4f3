package engine

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"strconv"
	"time"

	"patchwatch/internal/order"
	"patchwatch/track"
)

// Row is a chosen mail as assembly needs it, with what was derived of it before.
type Row struct {
	track.Item
	Mail  int64
	First int64 // Mail.First

	Derived  bool   // a patch, cover or reply was derived of it
	Hidden   bool   // what was derived of it is
	Series   int64  // of a patch or cover; 0: none
	Slot     int    // of a patch: its number in its series
	Parent   int64  // of a reply: the mail; 0: none
	ParentID string // its Message-ID
	Clean    bool   // of a reply: no loop leads through it
}

// Called is the number by which others call the mail: that of the copy that was stored first, whichever stands for its
// name.
func (r *Row) Called() int64 {
	if r.First != 0 {
		return r.First
	}
	return r.Mail
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

// RefKey is a row of the table of references. A Message-ID is kept as a hash there, since the ids themselves would be
// as large as the mails of long threads. Two ids of one hash cost a look too many and change nothing.
type RefKey struct {
	Hash   int64 // RefHash
	Member bool  // of the mail that refers
	Mail   int64
}

// Compare is the order of the table.
func (k RefKey) Compare(o RefKey) int {
	return cmp.Or(cmp.Compare(k.Hash, o.Hash), order.Bools(k.Member, o.Member), cmp.Compare(k.Mail, o.Mail))
}

// RefHash is cut from a SHA-256, so that nobody can make a thread's hash collide with another's.
func RefHash(project int64, msgid string) int64 {
	text := append(strconv.AppendInt(make([]byte, 0, 128), project, 10), ' ')
	sum := sha256.Sum256(append(text, msgid...))
	return int64(binary.BigEndian.Uint64(sum[:]))
}
