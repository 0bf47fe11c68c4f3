package derive

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"
	"unsafe"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// rowOfFacts is what is stored of a mail in the project that it belongs to, nil for none.
func rowOfFacts(d *Delivery, p *track.Project, byList bool) (*engine.Mail, error) {
	m := d.Mail
	if d.sums == nil {
		var err error
		if d.sums, err = sumsOf(m); err != nil {
			return nil, engine.Unfit{Err: err}
		}
	}
	var project int64
	sender, name := m.From, m.Subject.Name("")
	if p != nil {
		project, sender, name = p.ID, p.Sender(m), m.Subject.Name(p.LinkName)
	}
	date := m.DateOrDelivered()
	state, _ := track.ParseState(m.State) // if there is such a state
	return &engine.Mail{
		SHA256: m.SHA256, Project: project, MsgID: m.MsgID, ByList: byList,
		Delivered: micros(m.Delivered), Sent: seconds(m.Date), Dated: date.Equal(m.Date), Date: seconds(date),
		ImportedAs: m.ImportedAs,
		Kind:       m.Kind(), Sender: sender.Email, SenderName: sender.Name, Name: name,
		Marked: m.Subject.Marked, Number: m.Subject.Number, Total: m.Subject.Total, Version: m.Subject.Version,
		Refs:       m.Refs,
		ContentSHA: d.sums.content, DiffSHA: d.sums.diff, Hash: d.sums.hash,
		PullURL: m.PullURL, State: string(state), More: d.sums.more,
		Title: titleHash(m.Kind(), sender.Email, name), Change: changeHash(m.Kind(), m.ChangeID),
		Earlier: earlierOf(m),
	}, nil
}

// rowOf is what assembly would read of a mail that was just inserted.
func rowOf(m *engine.Mail) *engine.Row {
	return &engine.Row{Mail: m.ID, Item: track.Item{
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
	more, err := engine.MoreOf(m)
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
	content := sha256.Sum256(bytesOf(m.Content))
	return &sums{content[:], shaOrNil(m.Diff), patchHash, more}, nil
}

func shaOrNil(text string) []byte {
	if text == "" {
		return nil
	}
	sum := sha256.Sum256(bytesOf(text))
	return sum[:]
}

// bytesOf is a text as bytes that nobody may write to. To hash a copy of each mail's text would be a tenth of all
// memory that is taken while mail is stored.
func bytesOf(text string) []byte { return unsafe.Slice(unsafe.StringData(text), len(text)) }

// titleHash is the hash by which later versions of a patch or cover are found; 0 for other mail. As with
// engine.RefHash, nobody can make one collide with another's.
func titleHash(kind track.Kind, sender, name string) int64 {
	title := track.Title(name)
	if kind != track.Patch && kind != track.Cover || title == "" {
		return 0
	}
	return hashOf(sender + "\n" + title)
}

// changeHash is the hash of a change-id, which all versions of a series have, whoever sends them; 0: there is none.
func changeHash(kind track.Kind, id string) int64 {
	if kind != track.Patch && kind != track.Cover || id == "" {
		return 0
	}
	return hashOf(id)
}

// earlierOf is what a patch or cover names as the version before.
func earlierOf(m *track.Mail) string {
	if kind := m.Kind(); kind != track.Patch && kind != track.Cover {
		return ""
	}
	return m.Earlier
}

func hashOf(text string) int64 {
	sum := sha256.Sum256([]byte(text))
	return int64(binary.BigEndian.Uint64(sum[:]))
}
