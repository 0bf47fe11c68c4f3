// Package intake takes in mail: bytes go in, from a watcher or an archive, and each mail comes back stored or
// refused. Rooms meet here, and failures are sorted here. A mail that can't be parsed is itself at fault, since no
// retry can cure it, and so is one whose own facts the database refuses. Every other error is the environment's, and
// all mail in hand is tried again.
package intake

import (
	"context"
	"time"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/ingest"
	"patchwatch/track"
	"patchwatch/watcher"
)

// Intake stores what it is given.
type Intake struct {
	Store  *db.Store
	As     string       // the list whose archive is imported; empty: the mails name their list
	Untold bool         // readers of events are not told of the mail
	Step   func(string) // for tests: called when a mail is parsed; may be nil
}

// StepParsed is what Step is called with.
const StepParsed = "parsed"

// Mail is a mail on its way in. At first it is ready to be stored, or refused; at the end it says what became of it.
type Mail struct {
	MsgID   string
	Subject string // cut to what a log line has room for
	Refused error  // why it is not stored
	Began   time.Time
	db.Added

	delivery db.Delivery // what is to be stored; empty once it is
}

// Prepare parses and compresses a mail. The watcher's readers call it, several at once.
func (in *Intake) Prepare(c watcher.Claim) *Mail {
	m := in.parse(Bytes{Raw: c.Data, Delivered: c.Delivered})
	if in.Step != nil {
		in.Step(StepParsed)
	}
	return m
}

// Handle is the watcher's Handler.
func (in *Intake) Handle(ctx context.Context, batch []*Mail) ([]watcher.Verdict, error) {
	if err := in.store(ctx, batch); err != nil {
		return nil, err
	}
	verdicts := make([]watcher.Verdict, len(batch))
	for i, m := range batch {
		verdicts[i].Reject = m.Refused
	}
	return verdicts, nil
}

// Take parses a batch on all cores and stores it in one transaction. The mails are in the order of the batch.
func (in *Intake) Take(ctx context.Context, batch []Bytes) ([]*Mail, error) {
	mails := in.parseAll(batch)
	return mails, in.store(ctx, mails)
}

// store adds those mails of a batch that are not refused, and lets go of their bytes.
func (in *Intake) store(ctx context.Context, mails []*Mail) error {
	var batch []db.Delivery
	var of []*Mail
	for _, m := range mails {
		if m.Refused == nil {
			batch, of = append(batch, m.delivery), append(of, m)
		}
	}
	if len(batch) == 0 {
		return nil
	}
	add := in.Store.Add
	if in.Untold {
		add = in.Store.AddUntold
	}
	added, err := add(ctx, batch)
	if err != nil {
		return err
	}
	for i, m := range of {
		m.Added, m.Refused, m.delivery = added[i], added[i].Err, db.Delivery{}
	}
	return nil
}

// Words says what became of a mail, for a log line.
func (m *Mail) Words() string {
	switch {
	case m.Refused != nil:
		return "failed"
	case m.Known:
		return string(m.Kind) + ", known already"
	case m.Variant:
		return string(m.Kind) + ", a variant of another mail"
	}
	return string(m.Kind)
}

// subjectInLog is how many columns of a subject go into a log line. A hostile subject can be as long as a mail.
const subjectInLog = 100

// parse makes a Mail of bytes. It is refused if it can't be parsed.
func (in *Intake) parse(b Bytes) *Mail {
	m := &Mail{Began: time.Now(), Refused: b.Fault}
	if b.Fault != nil {
		return m
	}
	read, err := ingest.Parse(b.Raw)
	if err != nil {
		m.Refused = err
		return m
	}
	read.Delivered, read.ImportedAs = b.Delivered.UTC().Truncate(time.Microsecond), in.As
	m.MsgID, m.Subject = read.MsgID, term.Shorten(read.Subject.Full, subjectInLog)
	m.delivery = in.Store.Prepare(read, b.Raw)
	return m
}

// Reread is the parser that the database reads stored mail anew with.
func Reread(raw []byte) (*track.Mail, error) { return ingest.Parse(raw) }
