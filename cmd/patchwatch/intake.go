package main

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/ingest"
	"patchwatch/track"
	"patchwatch/watcher"
)

// intake is the seam between the rooms: bytes go in, each mail comes back stored or refused. Here failures are
// sorted. A mail that can't be parsed is itself at fault, as no retry can cure it, and so is one whose own facts
// the database refuses; every other error is the environment's, and all that is in hand will be tried again.
type intake struct {
	store *db.Store
	as    string       // the list whose archive is imported; empty: the mails say it
	step  func(string) // told that a mail is parsed; nil: nobody asks
}

const stepParsed = "parsed"

// bytesOfMail is a mail on its way in.
type bytesOfMail struct {
	raw       []byte
	delivered time.Time
	fault     error // it can't be taken, whatever is in it
}

// outcome says what became of one mail.
type outcome struct {
	msgID  string
	name   string // the subject
	refuse error  // why it is not stored
	began  time.Time
	db.Added
}

// take parses a batch on all cores and stores it in one transaction. The outcomes are in the order of the mails.
func (in *intake) take(ctx context.Context, mails []bytesOfMail) ([]outcome, error) {
	return in.add(ctx, in.parseAll(mails))
}

// parsed is a mail that is ready to be stored, or why it can't be; and in the end what became of it.
type parsed struct {
	db.Delivery
	began time.Time
	err   error
	outcome
}

func (in *intake) parseAll(mails []bytesOfMail) []parsed {
	out := make([]parsed, len(mails))
	if len(mails) == 1 { // a lone mail is not worth a goroutine
		out[0] = in.parseOne(mails[0])
		return out
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(len(mails), runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := range next {
				out[i] = in.parseOne(mails[i])
			}
		})
	}
	for i := range mails {
		next <- i
	}
	close(next)
	wg.Wait()
	return out
}

func (in *intake) parseOne(m bytesOfMail) parsed {
	p := parsed{began: time.Now(), err: m.fault}
	if m.fault != nil {
		return p
	}
	var mail *track.Mail
	if mail, p.err = ingest.Parse(m.raw); p.err != nil {
		return p
	}
	mail.Delivered, mail.ImportedAs = m.delivered.UTC().Truncate(time.Microsecond), in.as
	p.Delivery = in.store.Prepare(mail, m.raw)
	return p
}

// subjectInLog is how many columns of a subject go into a log line; a hostile one can be as long as a mail.
const subjectInLog = 100

func (in *intake) add(ctx context.Context, mails []parsed) ([]outcome, error) {
	out := make([]outcome, len(mails))
	var batch []db.Delivery
	var at []int // where in out each of the batch belongs
	for i, m := range mails {
		out[i].began = m.began
		if m.err != nil {
			out[i].refuse = m.err
			continue
		}
		out[i].msgID, out[i].name = m.Mail.MsgID, term.Shorten(m.Mail.Subject.Full, subjectInLog)
		batch = append(batch, m.Delivery)
		at = append(at, i)
	}
	if len(batch) == 0 {
		return out, nil
	}
	added, err := in.store.Add(ctx, batch)
	if err != nil {
		return nil, err
	}
	for j, a := range added {
		out[at[j]].Added, out[at[j]].refuse = a, a.Err
	}
	return out, nil
}

// prepare parses and compresses a mail, which the watcher has all its readers do.
func (in *intake) prepare(c watcher.Claim) *parsed {
	p := in.parseOne(bytesOfMail{raw: c.Data, delivered: c.Delivered})
	in.reached(stepParsed)
	return &p
}

func (in *intake) reached(step string) {
	if in.step != nil {
		in.step(step)
	}
}

// handle is the watcher's Handler. Of a mail that it has stored only the outcome is kept.
func (in *intake) handle(ctx context.Context, batch []*parsed) ([]watcher.Verdict, error) {
	mails := make([]parsed, len(batch))
	for i, m := range batch {
		mails[i] = *m
	}
	outcomes, err := in.add(ctx, mails)
	if err != nil {
		return nil, err
	}
	verdicts := make([]watcher.Verdict, len(batch))
	for i, o := range outcomes {
		*batch[i] = parsed{outcome: o}
		verdicts[i] = watcher.Verdict{Reject: o.refuse}
	}
	return verdicts, nil
}

// reread is how the database reads stored mail anew.
func reread(raw []byte) (*track.Mail, error) { return ingest.Parse(raw) }

// words say what became of a mail, for a log line.
func (o outcome) words() string {
	switch {
	case o.refuse != nil:
		return "failed"
	case o.Known:
		return o.Kind + ", known already"
	case o.Variant:
		return o.Kind + ", a variant of another mail"
	}
	return o.Kind
}

// seriesID is how commands name a series.
func seriesID(id int64) string {
	if id == 0 {
		return ""
	}
	return fmt.Sprintf("s%d", id)
}
