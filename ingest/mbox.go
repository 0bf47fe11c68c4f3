package ingest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// ErrNotMbox is for input that does not begin with a "From " line.
var ErrNotMbox = errors.New("this is not an mbox: it does not begin with a \"From \" line")

// ErrTooLarge is for a mail in an mbox that is larger than MaxMail. The mails after it can still be read.
var ErrTooLarge = errors.New("a mail of this mbox is too large")

// MaxMail is how many bytes a mail in an mbox may have.
const MaxMail = 50 << 20

// An Mbox is a file of mails, one after the other, each under a "From " line (RFC 4155). It is taken for an mboxrd:
// there a line of a mail that looks like a "From " line has a ">" before it, or one more than it had.
//
// Not every program quotes those lines: git does not, nor do archives on the web. So a line separates mails only when
// two of these hold: it has a date in it, it follows an empty line, a header follows it. The "From " line of a patch
// that git made, which is known by its date of 2001, does not separate mails in a file whose first one has another
// kind of line.
type Mbox struct {
	r    *bufio.Reader
	any  bool   // the first line has been read
	from string // the line of the mail that comes next

	byGit bool // the first "From " line is git's, so the others are too
	err   error
}

// NewMbox reads an mbox from r, buffered, a mail at a time.
func NewMbox(r io.Reader) *Mbox {
	return &Mbox{r: bufio.NewReaderSize(r, 1<<16)}
}

// Next returns the next mail, without its "From " line and with quoted "From " lines undone, and the time of its
// delivery. That is the date of the topmost Received field that has one, otherwise Date, otherwise the date of the
// "From " line; the zero time if there is none.
//
// The error is io.EOF after the last mail, ErrNotMbox, ErrTooLarge, or the reader's. Only after ErrTooLarge does it
// make sense to call Next again.
func (m *Mbox) Next() (raw []byte, delivered time.Time, err error) {
	if !m.any && m.err == nil {
		m.err = m.begin()
		m.any = true
	}
	if m.err != nil {
		return nil, time.Time{}, m.err
	}
	from := m.from
	raw, err = m.mail()
	if err != nil {
		return nil, time.Time{}, err
	}
	return raw, delivery(raw, from), nil
}

// begin reads the first line.
func (m *Mbox) begin() error {
	for {
		line, err := m.r.ReadSlice('\n')
		if len(bytes.TrimSpace(line)) == 0 && err == nil {
			continue
		}
		if err == io.EOF && len(bytes.TrimSpace(line)) == 0 {
			return io.EOF
		}
		if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
			return fmt.Errorf("read mbox: %w", err)
		}
		if !hasPrefix(line, "From ") || err == bufio.ErrBufferFull {
			return ErrNotMbox
		}
		m.from = string(line)
		m.byGit = isGitFrom(line)
		return nil
	}
}

// mail reads up to the next "From " line. It skips what exceeds MaxMail, so that memory stays bounded.
func (m *Mbox) mail() ([]byte, error) {
	var raw []byte
	tooLarge := false
	lineStart, afterEmpty := true, false
	for {
		piece, err := m.r.ReadSlice('\n')
		if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
			m.err = fmt.Errorf("read mbox: %w", err)
			return nil, m.err
		}
		if lineStart && err == nil && hasPrefix(piece, "From ") {
			piece = bytes.Clone(piece) // looking ahead overwrites it
			if m.separates(piece, afterEmpty || len(raw) == 0) {
				m.from = string(piece)
				break
			}
		}
		if lineStart && isQuotedFrom(piece) {
			piece = piece[1:]
		}
		afterEmpty = lineStart && len(bytes.TrimRight(piece, "\r\n")) == 0
		lineStart = err == nil
		if len(raw)+len(piece) > MaxMail {
			tooLarge = true
		} else {
			raw = append(raw, piece...)
		}
		if err == io.EOF {
			m.err = io.EOF
			break
		}
	}
	if tooLarge {
		return nil, fmt.Errorf("%w: more than %d MiB", ErrTooLarge, MaxMail>>20)
	}
	return dropLastEmptyLine(raw), nil
}

// separates tells whether a line that begins with "From " begins another mail.
func (m *Mbox) separates(line []byte, afterEmpty bool) bool {
	if isGitFrom(line) && !m.byGit {
		return false
	}
	isDated := !fromDate(string(line)).IsZero()
	return isDated && afterEmpty || (isDated || afterEmpty) && m.headerFollows()
}

// headerFollows tells whether the next line is a field that mail is known to have.
func (m *Mbox) headerFollows() bool {
	ahead, _ := m.r.Peek(128)
	if len(ahead) == 0 {
		return false
	}
	line, _ := nextLine(ahead)
	kind, colon := lineKind(line)
	return kind == lineField && isKnownField(line[:colon])
}

// isQuotedFrom tells that a line of a mail has been quoted by mboxrd.
func isQuotedFrom(line []byte) bool {
	return len(line) > 0 && line[0] == '>' && hasPrefix(bytes.TrimLeft(line, ">"), "From ")
}

// isGitFrom tells that a line is the one that git format-patch begins with, "From COMMIT Mon Sep 17 00:00:00 2001".
func isGitFrom(line []byte) bool {
	return bytes.Contains(line, []byte(" Mon Sep 17 00:00:00 2001"))
}

// dropLastEmptyLine drops the empty line that separates mails.
func dropLastEmptyLine(raw []byte) []byte {
	for _, newline := range []string{"\r\n", "\n"} {
		if bytes.HasSuffix(raw, []byte(newline+newline)) {
			return raw[:len(raw)-len(newline)]
		}
	}
	return raw
}

// delivery is when a mail was delivered as far as it and its "From " line say.
func delivery(raw []byte, from string) time.Time {
	h := headerWithDates(raw)
	if t := received(h); !t.IsZero() {
		return t
	}
	if t := parseDate(h.text("Date")); !t.IsZero() {
		return t
	}
	return fromDate(from)
}

// Received is when a mail was delivered, as the topmost Received field says that has a date; the zero time if none has.
func Received(raw []byte) time.Time { return received(headerWithDates(raw)) }

// headerWithDates is the header of a mail, looked for only as far as its dates need.
func headerWithDates(raw []byte) header {
	var ignored notes
	h, _ := topHeader(unixLines(headerOf(raw)), &ignored)
	if !h.has("Received") && !h.has("Date") {
		h, _ = topHeader(unixLines(raw[:min(len(raw), maxHeader)]), &ignored) // there may be an empty line within it
	}
	return h
}

// headerOf is what of a mail is looked at for its header.
func headerOf(raw []byte) []byte {
	for _, end := range []string{"\n\n", "\r\n\r\n"} {
		if i := bytes.Index(raw, []byte(end)); i >= 0 {
			raw = raw[:i+len(end)]
		}
	}
	return raw[:min(len(raw), maxHeader)]
}

// fromDate reads the date of a "From " line, which is that of asctime, "Sat Jan  3 01:05:34 1996", perhaps with a zone
// before or after the year. It returns the zero time if there is none.
func fromDate(line string) time.Time {
	words := strings.Fields(line)
	for i, w := range words {
		if !isDayName(w) || len(words)-i < 5 {
			continue
		}
		rest := words[i+1:]
		month, day, clock, year, zone := rest[0], rest[1], rest[2], rest[3], ""
		if len(rest) > 4 {
			zone = rest[4]
		}
		if len(rest) > 4 && !isDigits(year) {
			year, zone = zone, year
		}
		return parseDate(strings.Join([]string{day, month, year, clock, zone}, " "))
	}
	return time.Time{}
}
