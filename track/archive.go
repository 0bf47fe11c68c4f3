package track

import (
	"cmp"
	"strings"
	"time"
)

// ArchivedMail is a mail of a project as an archive of its list shows it, whatever became of it.
type ArchivedMail struct {
	ID        int64 // the number by which it is called
	Mail      int64 // that of the stored mail
	Project   int64
	MsgID     string
	Role      Role
	Name      string // its subject as shown in its project
	Date      time.Time
	Delivered time.Time
	Sender    Person   // as the mail itself calls them: other mail may be private
	Refs      []string // nearest first
	Hidden    bool     // it is hidden, or what it is a comment on
}

// CompareArchived is the order in which people read: by date, then by delivery.
func CompareArchived(a, b *ArchivedMail) int {
	return cmp.Or(a.Date.Compare(b.Date), a.Delivered.Compare(b.Delivered), strings.Compare(a.MsgID, b.MsgID),
		cmp.Compare(a.Project, b.Project))
}

// RecentQuery asks for the newest mails of projects. Those of one date are in the order of numbers of stored mails.
type RecentQuery struct {
	Projects []int64
	Since    time.Time // dated then or later; zero: whenever
	Before   time.Time // dated before; zero: whenever
	Oldest   bool      // the oldest of these instead
	Most     int
}
