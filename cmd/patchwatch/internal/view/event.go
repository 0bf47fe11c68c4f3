package view

import (
	"time"

	"patchwatch/track"
)

// Event has the fields that Patchwork's API gives of an event, and its payload.
type Event struct {
	ID       int64          `json:"id"`
	Category track.Category `json:"category"`
	Project  string         `json:"project"`
	Date     time.Time      `json:"date"`
	Actor    *string        `json:"actor"` // null: mail did it
	Payload  EventPayload   `json:"payload"`
}

// EventPayload is what an event is about.
type EventPayload struct {
	Patch            *MailRef   `json:"patch,omitempty"`
	Cover            *MailRef   `json:"cover,omitempty"`
	Comment          *MailRef   `json:"comment,omitempty"`
	Series           *SeriesRef `json:"series,omitempty"`
	PreviousState    *string    `json:"previous_state,omitempty"`
	CurrentState     *string    `json:"current_state,omitempty"`
	PreviousDelegate *string    `json:"previous_delegate,omitempty"`
	CurrentDelegate  *string    `json:"current_delegate,omitempty"`
	Check            *Check     `json:"check,omitempty"`
}

// MailRef names a mail.
type MailRef struct {
	ID    int64  `json:"id"`
	MsgID string `json:"msgid"`
	Name  string `json:"name"`
}

// SeriesRef names a series.
type SeriesRef struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Version int    `json:"version"`
}

// EventOf makes it of what is stored. The users who make checks are named by number.
func EventOf(e track.Event, users map[int64]string) Event {
	out := Event{ID: e.ID, Category: e.Category, Project: e.Project, Date: e.Date}
	if e.Actor != "" {
		actor := string(e.Actor)
		out.Actor = &actor
	}
	p := &out.Payload
	p.Patch, p.Cover, p.Comment = mailRef(e.Patch), mailRef(e.Cover), mailRef(e.Comment)
	if e.Series.ID != 0 {
		p.Series = &SeriesRef{e.Series.ID, e.Series.Name, e.Series.Version}
	}
	if e.Check != nil {
		check := checkOf(*e.Check, users)
		p.Check = &check
	}
	switch e.Category {
	case track.PatchStateChanged:
		p.PreviousState, p.CurrentState = &e.Before, &e.After
	case track.PatchDelegated:
		p.PreviousDelegate, p.CurrentDelegate = &e.Before, &e.After
	}
	return out
}

func mailRef(m track.MailRef) *MailRef {
	if m.ID == 0 {
		return nil
	}
	return &MailRef{m.ID, m.MsgID, m.Name}
}
