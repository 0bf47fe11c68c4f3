package db

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"patchwatch/track"
)

// insert writes the facts of a mail.
func (a *adder) insert(d *Delivery, p *track.Project, byList, chosen bool) (int64, error) {
	f, err := factsOf(d, p, byList)
	if err != nil {
		return 0, err
	}
	res, err := a.run(`
		INSERT INTO mail (sha256, project, msgid, chosen, by_list, delivered, dated, date, kind, sender, sender_name, name,
			marked, number, total, version, refs, content_sha, diff_sha, hash, pull_url, state, more, title, sent, imported_as)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, slices.Insert(f, 3, any(chosen))...)
	if err != nil {
		return 0, unfitIfRefused(err)
	}
	return res.LastInsertId()
}

// factsOf are the values of a mail's row, in the order of the INSERT above, but for chosen.
func factsOf(d *Delivery, p *track.Project, byList bool) ([]any, error) {
	m := d.Mail
	if d.sums == nil {
		var err error
		if d.sums, err = sumsOf(m); err != nil {
			return nil, unfit{err}
		}
	}
	var project any
	date := m.DateOrDelivered()
	sender, name := m.From, m.Subject.Name("")
	if p != nil {
		project, sender, name = p.ID, p.Sender(m), m.Subject.Name(p.LinkName)
	}
	return []any{
		m.SHA256[:], project, m.MsgID, byList, m.Delivered.UnixMicro(), date.Equal(m.Date), date.Unix(),
		int(m.Kind()), sender.Email, sender.Name, name,
		m.Subject.Marked, m.Subject.Number, m.Subject.Total, m.Subject.Version, strings.Join(m.Refs, "\n"),
		d.sums.content, d.sums.diff, d.sums.hash, orNil(m.PullURL), stateOrNil(m.State), d.sums.more,
		titleHash(m.Kind(), sender.Email, name), sentOrNil(m.Date), orNil(m.ImportedAs),
	}, nil
}

// sentOrNil is the date that the mail's header names, NULL without one. It is kept beside the mail's date because that
// changes when the same bytes turn out to have been delivered earlier.
func sentOrNil(date time.Time) any {
	if date.IsZero() {
		return nil
	}
	return date.Unix()
}

// sums are the facts that are summed up of a mail whatever its project.
type sums struct {
	content, diff, hash []byte // nil: none
	more                any
}

func sumsOf(m *track.Mail) (*sums, error) {
	more, err := moreOf(m)
	if err != nil {
		return nil, err
	}
	patchHash, err := hex.DecodeString(m.Hash)
	if err != nil {
		return nil, fmt.Errorf("patch hash: %w", err)
	}
	content := sha256.Sum256([]byte(m.Content))
	return &sums{content[:], shaOrNil(m.Diff), bytesOrNil(patchHash), more}, nil
}

// idOrNil is a project's number, NULL for the unrouted.
func idOrNil(p *track.Project) any {
	if p == nil {
		return nil
	}
	return p.ID
}

func shaOrNil(text string) []byte {
	if text == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

func bytesOrNil(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}

func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// stateOrNil is a state that a mail asks for, if there is such a state.
func stateOrNil(name string) any {
	if state, ok := track.ParseState(name); ok {
		return string(state)
	}
	return nil
}

// more is the part of a mail's facts that no list is sorted or filtered by.
type more struct {
	Trailers       []track.Trailer `json:",omitempty"`
	Depends        []string        `json:",omitempty"`
	Files          []string        `json:",omitempty"`
	ChangeID       string          `json:",omitempty"`
	Author         *track.Person   `json:",omitempty"`
	Delegate       string          `json:",omitempty"`
	ActionRequired bool            `json:",omitempty"`
	Notes          []string        `json:",omitempty"`
}

func moreOf(m *track.Mail) (any, error) {
	text, err := json.Marshal(more{m.Trailers, m.Depends, m.Files, m.ChangeID, m.Author, m.Delegate, m.ActionRequired, m.Notes})
	if err != nil || bytes.Equal(text, []byte("{}")) {
		return nil, err
	}
	return string(text), nil
}
