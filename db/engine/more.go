package engine

import (
	"bytes"
	"encoding/json"

	"patchwatch/track"
)

// More is the part of a mail's facts that no list is sorted or filtered by.
type More struct {
	Trailers       []track.Trailer `json:",omitempty"`
	Depends        []string        `json:",omitempty"`
	Files          []string        `json:",omitempty"`
	ChangeID       string          `json:",omitempty"`
	Author         *track.Person   `json:",omitempty"`
	Delegate       string          `json:",omitempty"`
	ActionRequired bool            `json:",omitempty"`
	Notes          []string        `json:",omitempty"`
}

// MoreOf is the empty text where there is nothing more to say.
func MoreOf(m *track.Mail) (string, error) {
	text, err := json.Marshal(More{m.Trailers, m.Depends, m.Files, m.ChangeID, m.Author, m.Delegate,
		m.ActionRequired, m.Notes})
	if err != nil || bytes.Equal(text, []byte("{}")) {
		return "", err
	}
	return string(text), nil
}

// ParseMore reads what MoreOf wrote.
func ParseMore(text string) (m More, err error) {
	if text == "" {
		return m, nil
	}
	return m, json.Unmarshal([]byte(text), &m)
}
