package main

import (
	"time"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/track"
)

type mailJSON struct {
	ID        int64      `json:"id"`
	Project   string     `json:"project"`
	MsgID     string     `json:"msgid"`
	Kind      string     `json:"kind"`
	Name      string     `json:"name"`
	Date      time.Time  `json:"date"`
	Submitter personJSON `json:"submitter"`
	Parent    string     `json:"parent,omitempty"`
	Series    string     `json:"series,omitempty"`
	Variants  int        `json:"variants"`
	Action    bool       `json:"action_required,omitempty"` // the comment asks the submitter to do something
	Content   string     `json:"content"`
	Diff      string     `json:"diff,omitempty"`
}

type shownJSON struct {
	mailJSON
	Patch    *patchJSON  `json:"patch,omitempty"`
	SeriesOf *seriesJSON `json:"series_of,omitempty"`
	Comments []mailJSON  `json:"comments"`
	WaitsFor []string    `json:"waits_for,omitempty"` // Message-IDs that a pending reply refers to and that have not come
}

func (sh *shower) mailJSON(m track.MailView, read *track.Mail, patch *track.PatchView, series *track.SeriesView,
	comments []track.MailView) error {
	out := shownJSON{mailJSON: toMailJSON(m, read), Comments: []mailJSON{}}
	if patch != nil {
		p := toPatchJSON(*patch)
		out.Patch = &p
	}
	if series != nil {
		v := toSeriesJSON(*series)
		out.SeriesOf = &v
	}
	if m.Kind == track.RolePending {
		why, err := sh.store.Why(sh.ctx, m.ID)
		if err != nil {
			return err
		}
		out.WaitsFor = why.Missing
	}
	for _, c := range comments {
		read, err := sh.read(c.ID)
		if err != nil {
			return err
		}
		out.Comments = append(out.Comments, toMailJSON(c, read))
	}
	return term.JSON(sh.out, out)
}

func toMailJSON(m track.MailView, read *track.Mail) mailJSON {
	out := mailJSON{ID: m.ID, Project: m.Project, MsgID: m.MsgID, Kind: string(m.Kind), Name: m.Name, Date: m.Date,
		Submitter: personJSON(m.Submitter), Parent: m.Parent, Series: seriesID(m.Series), Variants: m.Variants, Action: m.ActionRequired}
	if read != nil {
		out.Content, out.Diff = read.Content, read.Diff
	}
	return out
}
