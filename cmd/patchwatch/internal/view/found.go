package view

import (
	"time"

	"patchwatch/track"
)

// Found is a mail that was found, for programs.
type Found struct {
	ID        int64     `json:"id"`
	Project   string    `json:"project"`
	MsgID     string    `json:"msgid"`
	Kind      string    `json:"kind"`
	Name      string    `json:"name"`
	Date      time.Time `json:"date"`
	Submitter Person    `json:"submitter"`
	Series    string    `json:"series,omitempty"`
	Line      string    `json:"line,omitempty"` // of the mail, which shows why it was found
}

// FoundOf makes it of what is stored.
func FoundOf(m track.MailView, line string) Found {
	return Found{m.ID, m.Project, m.MsgID, string(m.Kind), m.Name, m.Date, Person(m.Submitter), SeriesID(m.Series), line}
}
