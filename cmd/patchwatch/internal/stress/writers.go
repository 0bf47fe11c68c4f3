package stress

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"patchwatch/cmd/patchwatch/internal/intake"
	"patchwatch/cmd/patchwatch/internal/term"
	"patchwatch/db"
	"patchwatch/db/sqlite"
	"patchwatch/watcher"
)

// letter is a mail that is to be delivered. Its bytes wait in a file of the outbox, so that the archive may be of any
// size.
type letter struct {
	// of its file, with the time at which the archive says it was delivered: it decides which of several copies is the
	// mail
	name    string
	maildir int
	sha256  [sha256.Size]byte
}

// prepare reads the archives once. Each mail goes into the outbox and into the database of the serial import.
func (s *run) prepare(ctx context.Context, archives []intake.Archive) error {
	s.known = map[string]int{}
	if err := s.makeFolders(); err != nil {
		return err
	}
	store, err := sqlite.Open(ctx, s.serial())
	if err != nil {
		return err
	}
	p := s.progress("serial import", "mails")
	for _, a := range archives {
		if err = s.prepareOne(ctx, store, a, p); err != nil {
			break
		}
	}
	p.Clear()
	if err := errors.Join(err, store.Close()); err != nil {
		return err
	}
	if len(s.letters) == 0 {
		return errors.New("there is no mail in this archive to try it with")
	}
	return nil
}

func (s *run) makeFolders() error {
	err := os.MkdirAll(s.outbox(""), 0o700)
	for n := range s.Maildirs {
		if err == nil {
			err = os.MkdirAll(s.maildir(n), 0o700)
		}
		if err == nil {
			_, err = watcher.EnsureMaildir(s.maildir(n))
		}
	}
	return err
}

func (s *run) prepareOne(ctx context.Context, store *db.Store, a intake.Archive, p *term.Progress) error {
	defer a.Close()
	in := &intake.Intake{Store: store}
	for more := true; more; {
		read, err := intake.Next(a)
		if err != nil && err != io.EOF {
			return fmt.Errorf("%s: %w", a.Path(), err)
		}
		more = err == nil
		var batch []intake.Bytes
		for _, m := range read.Bytes {
			if m.Fault != nil || len(m.Raw) == 0 {
				continue // a watcher would not read it either, or wait for it to be filled
			}
			if err := s.post(&m); err != nil {
				return err
			}
			batch = append(batch, m)
		}
		if _, err := in.Take(ctx, batch); err != nil {
			return err
		}
		p.TellShare(len(s.letters), read.Share)
	}
	return ctx.Err()
}

// eachTwice: of several Maildirs two get one mail in five, whose second letter is the sixth.
const eachTwice = 6

// post puts a mail into the outbox, once for each Maildir that it goes to, and rounds its time of delivery to what its
// name can carry.
func (s *run) post(m *intake.Bytes) error {
	first := s.address(m)
	if err := os.WriteFile(s.outbox(first.name), m.Raw, 0o600); err != nil {
		return err
	}
	if err := os.Chtimes(s.outbox(first.name), m.Delivered, m.Delivered); err != nil {
		return err
	}
	if s.Maildirs > 1 && len(s.letters)%eachTwice == eachTwice-1 {
		if err := os.Link(s.outbox(first.name), s.outbox(s.address(m).name)); err != nil {
			return err
		}
	}
	m.Delivered = watcher.Delivered(first.name, m.Delivered)
	return nil
}

// address makes a letter of a mail, for the next Maildir.
func (s *run) address(m *intake.Bytes) letter {
	n := len(s.letters)
	l := letter{
		name:    fmt.Sprintf("%d.M%06dP%d.stress", max(m.Delivered.Unix(), 0), m.Delivered.Nanosecond()/1000, n),
		maildir: n % s.Maildirs,
		sha256:  sha256.Sum256(m.Raw),
	}
	s.letters = append(s.letters, l)
	s.known[l.name] = n
	return l
}

// deliver hands all letters to the writers, in random order. It waits for the kills: allowed says how many may have
// been delivered by now.
func (s *run) deliver(ctx context.Context, delivered *atomic.Int64, allowed func() int64) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	order := make(chan int)
	var wg sync.WaitGroup
	for range s.Writers {
		wg.Go(func() {
			for i := range order {
				if err := s.deliverOne(i); err != nil {
					cancel(fmt.Errorf("deliver: %w", err))
				}
				delivered.Add(1)
			}
		})
	}
	for _, i := range rand.New(rand.NewPCG(s.Seed, 1)).Perm(len(s.letters)) {
		for delivered.Load() > allowed() && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		if ctx.Err() != nil {
			break
		}
		order <- i
	}
	close(order)
	wg.Wait()
	return context.Cause(ctx)
}

// deliverOne delivers as MTAs do, each in its own way: by rename; by link and unlink; and slowly, in pieces.
func (s *run) deliverOne(i int) error {
	name, maildir := s.letters[i].name, s.maildir(s.letters[i].maildir)
	from, tmp, to := s.outbox(name), filepath.Join(maildir, "tmp", name), filepath.Join(maildir, "new", name)
	switch (uint64(i) + s.Seed) % 3 {
	case 0:
		return errors.Join(os.Link(from, tmp), os.Rename(tmp, to))
	case 1:
		return errors.Join(os.Link(from, tmp), os.Link(tmp, to), os.Remove(tmp))
	}
	return errors.Join(copySlowly(from, tmp), os.Rename(tmp, to))
}

func copySlowly(from, to string) error {
	raw, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	for len(raw) > 0 && err == nil {
		n := min(len(raw), max(len(raw)/2, 100))
		_, err = f.Write(raw[:n])
		raw = raw[n:]
		time.Sleep(100 * time.Microsecond)
	}
	return errors.Join(err, f.Close())
}
