package db

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"patchwatch/track"
)

// rowOfFacts is what is stored of a mail in the project that it belongs to, nil for none.
func rowOfFacts(d *Delivery, p *track.Project, byList bool) (*Mail, error) {
	m := d.Mail
	if d.sums == nil {
		var err error
		if d.sums, err = sumsOf(m); err != nil {
			return nil, Unfit{err}
		}
	}
	var project int64
	sender, name := m.From, m.Subject.Name("")
	if p != nil {
		project, sender, name = p.ID, p.Sender(m), m.Subject.Name(p.LinkName)
	}
	date := m.DateOrDelivered()
	state, _ := track.ParseState(m.State) // if there is such a state
	return &Mail{
		SHA256: m.SHA256, Project: project, MsgID: m.MsgID, ByList: byList,
		Delivered: micros(m.Delivered), Sent: seconds(m.Date), Dated: date.Equal(m.Date), Date: seconds(date),
		ImportedAs: m.ImportedAs,
		Kind:       m.Kind(), Sender: sender.Email, SenderName: sender.Name, Name: name,
		Marked: m.Subject.Marked, Number: m.Subject.Number, Total: m.Subject.Total, Version: m.Subject.Version,
		Refs:       m.Refs,
		ContentSHA: d.sums.content, DiffSHA: d.sums.diff, Hash: d.sums.hash,
		PullURL: m.PullURL, State: string(state), More: d.sums.more,
		Title: titleHash(m.Kind(), sender.Email, name),
	}, nil
}

// equal tells whether two rows say the same of a mail, whichever stands for its name.
func (m *Mail) equal(o *Mail) bool {
	return m.SHA256 == o.SHA256 && m.Project == o.Project && m.MsgID == o.MsgID && m.ByList == o.ByList &&
		m.Delivered.Equal(o.Delivered) && m.Sent.Equal(o.Sent) && m.Dated == o.Dated && m.Date.Equal(o.Date) &&
		m.ImportedAs == o.ImportedAs && m.Kind == o.Kind && m.Sender == o.Sender && m.SenderName == o.SenderName &&
		m.Name == o.Name && m.Marked == o.Marked && m.Number == o.Number && m.Total == o.Total &&
		m.Version == o.Version && slices.Equal(m.Refs, o.Refs) && bytes.Equal(m.ContentSHA, o.ContentSHA) &&
		bytes.Equal(m.DiffSHA, o.DiffSHA) && bytes.Equal(m.Hash, o.Hash) && m.PullURL == o.PullURL &&
		m.State == o.State && m.More == o.More && m.Title == o.Title
}

// rowOf is what assembly would read of a mail that was just inserted.
func rowOf(m *Mail) *Row {
	return &Row{Mail: m.ID, Item: track.Item{
		ID: m.MsgID, Refs: m.Refs, Kind: m.Kind, Sender: m.Sender, Name: m.Name, Date: m.Date, Delivered: m.Delivered,
		Marked: m.Marked, Number: m.Number, Total: m.Total, Version: m.Version,
	}}
}

// Times are kept in whole seconds, those of deliveries in microseconds. The zero time stays what it is.
func seconds(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return unixSec(t.Unix())
}

func micros(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return unixMicro(t.UnixMicro())
}

// sums are the facts that are summed up of a mail whatever its project.
type sums struct {
	content, diff, hash []byte // nil: none
	more                string
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
	if len(patchHash) == 0 {
		patchHash = nil
	}
	content := sha256.Sum256([]byte(m.Content))
	return &sums{content[:], shaOrNil(m.Diff), patchHash, more}, nil
}

func shaOrNil(text string) []byte {
	if text == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// titleHash is by what later versions of a patch or cover are found; 0 for other mail. As with RefHash, nobody can make one
// collide with another's.
func titleHash(kind track.Kind, sender, name string) int64 {
	title := track.Title(name)
	if kind != track.Patch && kind != track.Cover || title == "" {
		return 0
	}
	sum := sha256.Sum256([]byte(sender + "\n" + title))
	return int64(binary.BigEndian.Uint64(sum[:]))
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

// moreOf is the empty text where there is nothing more to say.
func moreOf(m *track.Mail) (string, error) {
	text, err := json.Marshal(more{m.Trailers, m.Depends, m.Files, m.ChangeID, m.Author, m.Delegate, m.ActionRequired, m.Notes})
	if err != nil || bytes.Equal(text, []byte("{}")) {
		return "", err
	}
	return string(text), nil
}

func parseMore(text string) (m more, err error) {
	if text == "" {
		return m, nil
	}
	return m, json.Unmarshal([]byte(text), &m)
}
