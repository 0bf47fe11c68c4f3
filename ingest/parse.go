package ingest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"patchwatch/track"
)

// ErrNoMail is for bytes that hold no mail at all: nothing, only NULs or white space, or not a single header field.
var ErrNoMail = errors.New("there is no mail in this file: it has no header")

// Parse reads one mail, as it was delivered. Anything that has a header is a mail, however odd; Notes in the result
// say what had to be repaired or guessed. Delivered stays zero.
//
// An error means that the bytes are at fault, so that trying again cannot help. It is ErrNoMail, or tells of a panic,
// with the stack; a panic is a fault of this package.
func Parse(raw []byte) (*track.Mail, error) {
	return recovering(read, raw)
}

// recovering calls read, and turns a panic into an error: one mail must not stop all others from being read.
func recovering[T any](read func([]byte) (*T, error), raw []byte) (t *T, err error) {
	defer func() {
		if p := recover(); p != nil {
			t, err = nil, fmt.Errorf("this mail cannot be read, by a fault of patchwatch: %v\n%s", p, debug.Stack())
		}
	}()
	return read(raw)
}

func read(raw []byte) (*track.Mail, error) {
	var notes notes
	h, body := topHeader(unixLines(raw), &notes)
	if len(h) == 0 {
		return nil, ErrNoMail
	}
	m := &track.Mail{SHA256: sha256.Sum256(raw)}
	readHeader(m, h, &notes)
	parts := splitParts(h, body, &notes)
	b := readParts(m, parts, &notes)
	if isPatchLike(m, b) && isAutomatic(h, m.Subject, len(m.Refs) > 0) {
		m.Reply = true
		b = readReply(parts, &notes)
	}
	readBody(m, b, &notes)
	m.Notes = notes
	return m, nil
}

// skipLeading skips what some programs write before the header: empty lines, a byte order mark.
func skipLeading(data []byte, notes *notes) []byte {
	trimmed := bytes.TrimPrefix(data, []byte("\uFEFF"))
	trimmed = bytes.TrimLeft(trimmed, "\n")
	if len(trimmed) < len(data) {
		notes.add("empty lines or a byte order mark before the header")
	}
	return trimmed
}

func readHeader(m *track.Mail, h header, notes *notes) {
	m.MsgID = messageID(h, m.SHA256, notes)
	m.Refs, m.Answers = references(h, notes)
	m.Date = parseDate(h.text("Date"))
	m.Subject = parseSubject(h.text("Subject"))
	m.Reply = isReply(m.Subject.Full, len(m.Refs) > 0)
	m.From = parsePerson(h.text("From"))
	m.RealSender, m.Relayed = realSender(h, m.From)
	noteMissing(m, notes)
	m.ListIDs = listIDs(h)
	m.To = recipients(h)

	m.Ignore = strings.EqualFold(h.text("X-Patchwork-Hint"), "ignore")
	m.State = h.text("X-Patchwork-State")
	m.Delegate = cut(h.text("X-Patchwork-Delegate"), maxPerson)
	_, m.ActionRequired = h.get("X-Patchwork-Action-Required")
}

// noteMissing notes what every mail should have and this one lacks.
func noteMissing(m *track.Mail, notes *notes) {
	if m.Subject.Full == "" {
		notes.add("no Subject")
	}
	if m.From.Email == "" {
		notes.add("no address in From")
	}
	if m.Date.IsZero() {
		notes.add("no Date that can be read: it stands where it was delivered")
	}
}

// isPatchLike tells that a mail would be a patch or a cover.
func isPatchLike(m *track.Mail, b body) bool {
	return !m.Reply && (len(b.diff) > 0 || m.Subject.Marked || findPull(b.content) != "")
}

func readBody(m *track.Mail, b body, notes *notes) {
	m.Content, m.Diff = lineFeedsOnly(b.content), string(b.diff)
	m.PullURL = findPull(m.Content)
	if p := senderBehindRelayInBody(m.Content, m.From); p != nil && !m.Relayed {
		m.RealSender, m.Relayed = p, true
	}
	m.Trailers = findTrailers(b.cutOff, findTrailers(m.Content, nil))
	if m.Reply {
		return
	}
	m.Depends = findDepends(m.Content)
	m.ChangeID = findChangeID(m.Content)
	m.Earlier = findEarlier(m.Content, m.Subject.Version)
	if m.Diff != "" {
		m.Hash = hashDiff(b.diff)
		m.Files = fileNames(b.diff, notes)
	}
	if m.Kind() == track.Patch {
		m.Author = author(m.Content, m.From)
	}
}

// readParts reads the text and diff of a patch, or the whole text of any other mail. A diff in a cover letter is
// text: it says what has changed since the last version, and is not to be applied.
func readParts(m *track.Mail, parts []part, notes *notes) body {
	if m.Reply {
		return readReply(parts, notes)
	}
	b := readPatch(parts, notes)
	isCover := m.Subject.Marked && m.Subject.Number == 0 && findPull(b.content) == ""
	if isCover && len(b.diff) > 0 {
		notes.add("a diff in a cover letter was kept as text")
		return readReply(parts, notes)
	}
	return b
}
