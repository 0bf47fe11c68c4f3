package engine

import (
	"cmp"
	"time"
)

// Likeness asks for chosen patches and covers of a project that are like another one, and were sent before or after it.
type Likeness struct {
	Project int64
	By      Feature
	Value   int64  // of a title or change
	Text    string // of a diff: the bytes of Mail.Hash; otherwise a Message-ID
	Which   Which
	Version int
	At      time.Time // see Which; zero: whenever
	Most    int       // the first ones in the order of Which
}

// Feature is what mails have in common.
type Feature int

const (
	ByTitle   Feature = iota // Mail.Title
	ByChange                 // Mail.Change
	ByDiff                   // Mail.Hash
	ByEarlier                // Mail.Earlier
)

// Which says which mails are meant, seen from the one that others are like, and in which order: the nearest first.
type Which int

const (
	Lower       Which = iota // of lower versions, dated At or earlier: the highest version first, then the newest
	SameEarlier              // of the same version, dated At or earlier: the newest first
	SameLater                // of the same version, dated At or later: the oldest first
	Higher                   // of higher versions, whenever: the lowest version first, then the oldest
)

// Forward tells whether the oldest come first.
func (w Which) Forward() bool { return w == SameLater || w == Higher }

// Alike is a mail that was found.
type Alike struct {
	Version int
	Date    time.Time
	MsgID   string
	Series  int64 // 0: none
	Name    string
	Hash    string // the bytes of Mail.Hash
}

// Compare is the order of the mails that are found; those of one version and date are in the order of Message-IDs.
func (w Which) Compare(a, b Alike) int {
	order := cmp.Or(cmp.Compare(a.Version, b.Version), a.Date.Compare(b.Date))
	if !w.Forward() {
		order = -order
	}
	return cmp.Or(order, cmp.Compare(a.MsgID, b.MsgID))
}

// Beside is a patch or cover that refers to a mail, stored or not.
type Beside struct {
	To     Name // the mail
	Sender string
	Alike
}
