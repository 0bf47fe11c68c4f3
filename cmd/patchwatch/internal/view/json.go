package view

import (
	"time"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/track"
)

// Mail is a mail for programs.
type Mail struct {
	ID        int64     `json:"id"`
	Project   string    `json:"project"`
	MsgID     string    `json:"msgid"`
	Kind      string    `json:"kind"`
	Name      string    `json:"name"`
	Date      time.Time `json:"date"`
	Submitter Person    `json:"submitter"`
	Parent    string    `json:"parent,omitempty"`
	Series    string    `json:"series,omitempty"`
	Variants  int       `json:"variants"`
	Action    bool      `json:"action_required,omitempty"` // the comment asks the submitter to do something
	Hidden    bool      `json:"hidden,omitempty"`          // out of everybody's sight
	Content   string    `json:"content"`
	Diff      string    `json:"diff,omitempty"`
}

// Shown is a mail with all that show says of it.
type Shown struct {
	Mail
	Patch    *Patch   `json:"patch,omitempty"`
	SeriesOf *Series  `json:"series_of,omitempty"`
	Again    *Current `json:"sent_again,omitempty"` // the patch that stands in its place in its series
	Checks   []Check  `json:"checks,omitempty"`
	Comments []Mail   `json:"comments"`
	WaitsFor []string `json:"waits_for,omitempty"` // Message-IDs that a pending reply refers to and that have not come
}

func (sh *Shower) asJSON(m track.MailView, read *track.Mail, patch *track.PatchView, series *track.SeriesView,
	comments []track.MailView) error {
	out := Shown{Mail: mailOf(m, read), Comments: []Mail{}}
	if patch != nil {
		p := PatchOf(*patch)
		out.Patch = &p
		checks, _, err := sh.checksOf(patch.ID)
		if err != nil {
			return err
		}
		out.Checks = checks
	}
	if series != nil {
		v := SeriesOf(*series)
		out.SeriesOf = &v
		var err error
		if out.Again, err = sh.replacing(patch, series); err != nil {
			return err
		}
	}
	if m.Kind == track.RolePending {
		why, err := sh.store.Why(sh.ctx, m.ID)
		if err != nil {
			return err
		}
		out.WaitsFor = why.Missing
	}
	for _, c := range comments {
		read, err := sh.read(c.Mail)
		if err != nil {
			return err
		}
		out.Comments = append(out.Comments, mailOf(c, read))
	}
	return term.JSON(sh.out, out)
}

func mailOf(m track.MailView, read *track.Mail) Mail {
	out := Mail{ID: m.ID, Project: m.Project, MsgID: m.MsgID, Kind: string(m.Kind), Name: m.Name, Date: m.Date,
		Submitter: Person(m.Submitter), Parent: m.Parent, Series: SeriesID(m.Series), Variants: m.Variants,
		Action: m.ActionRequired, Hidden: m.Hidden}
	if read != nil {
		out.Content, out.Diff = read.Content, read.Diff
	}
	return out
}

// Person is somebody, for programs.
type Person struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Patch is a patch in a list for programs.
type Patch struct {
	ID        int64          `json:"id"`
	Project   string         `json:"project"`
	MsgID     string         `json:"msgid"`
	Name      string         `json:"name"`
	Date      time.Time      `json:"date"`
	Submitter Person         `json:"submitter"`
	State     string         `json:"state"`
	Delegate  string         `json:"delegate"`
	Archived  bool           `json:"archived"`
	Series    string         `json:"series"` // as commands take it; empty: none
	Number    int            `json:"number"`
	Total     int            `json:"total"`
	Version   int            `json:"version"`
	PullURL   string         `json:"pull_url"`
	Hash      string         `json:"hash"`
	Trailers  map[string]int `json:"trailers"`
	Check     string         `json:"check,omitempty"` // what all checks say together; empty: there are none

	// SupersededBy is the newer version because of which the project's setting shows it as superseded; empty: none.
	SupersededBy string `json:"superseded_by,omitempty"`
}

// PatchOf makes it of what is stored.
func PatchOf(p track.PatchView) Patch {
	return Patch{p.ID, p.Project, p.MsgID, p.Name, p.Date, Person(p.Submitter), string(p.State), p.Delegate, p.Archived,
		SeriesID(p.Series), p.Number, p.Total, p.Version, p.PullURL, p.Hash, p.Trailers, "", SeriesID(p.Superseded)}
}

// Series is a series in a list for programs.
type Series struct {
	ID        string    `json:"id"`
	Project   string    `json:"project"`
	Name      string    `json:"name"`
	Version   int       `json:"version"`
	Resend    bool      `json:"resend"` // its subjects say so
	Total     int       `json:"total"`
	Received  int       `json:"received"`
	Complete  bool      `json:"complete"`
	Date      time.Time `json:"date"`
	Submitter Person    `json:"submitter"`
	Cover     string    `json:"cover"`             // Message-ID; empty: none
	Revises   string    `json:"revises,omitempty"` // the ID of the series before
	Link      string    `json:"link,omitempty"`    // why it is taken for that
	PartOf    string    `json:"part_of,omitempty"` // the ID of the series of which this is a part that was sent again
}

// SeriesOf makes it of what is stored.
func SeriesOf(s track.SeriesView) Series {
	return Series{SeriesID(s.ID), s.Project, s.Name, s.Version, s.Resend, s.Total, s.Received, s.Complete, s.Date,
		Person(s.Submitter), s.Cover, SeriesID(s.Revises), s.Link.String(), SeriesID(s.PartOf)}
}
