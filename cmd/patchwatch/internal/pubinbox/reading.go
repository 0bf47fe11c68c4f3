package pubinbox

import (
	"context"
	"io"
	"time"
)

// reading is one repository being read. While one mail is read, git finds the next ones.
type reading struct {
	in     *Inbox
	repo   *repository
	blobs  *blobs
	wanted chan wanted
	stop   context.CancelFunc

	commit string // whose mails are being read
	whole  string // the last commit that has been read as a whole; empty: none
	read   int64  // the change that was read last
	purged int    // mails of which only an empty file is left

	// What follows belongs to feed until wanted is closed.
	change int64 // the how manieth is asked for
	left   int   // mails that are left out
	err    error // why no more is asked for; nil: there is no more
}

// wanted is a mail that git has been asked for, or is about to be.
type wanted struct {
	object, commit string
	committed      time.Time
	change         int64
}

// inAdvance is how many mails git is asked for in advance. What it answers waits in a pipe.
const inAdvance = 64

func (in *Inbox) start(r *repository) (*reading, error) {
	ctx, stop := context.WithCancel(in.ctx)
	b, err := r.blobs(ctx)
	if err != nil {
		stop()
		return nil, err
	}
	rd := &reading{in: in, repo: r, blobs: b, wanted: make(chan wanted, inAdvance), stop: stop, change: in.passed}
	go rd.feed(ctx)
	return rd, nil
}

// feed asks git for the mails of the repository.
func (rd *reading) feed(ctx context.Context) {
	defer close(rd.wanted)
	rd.err = rd.repo.each(ctx, rd.repo.since, rd.repo.tip, func(c change) error {
		rd.change++
		if c.came == "" || c.came == c.deleted {
			return nil
		}
		if rd.in.leftOut(c.came, rd.change) {
			rd.left++
			return nil
		}
		select {
		case rd.wanted <- wanted{c.came, c.commit, c.at, rd.change}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		return rd.blobs.ask(c.came)
	})
}

// next reads the next mail; io.EOF after the last. Of a mail that was purged, public-inbox leaves an empty file.
func (rd *reading) next() (Mail, error) {
	for w := range rd.wanted {
		if rd.commit != w.commit { // all mails of the one before have been read
			rd.commit, rd.whole = w.commit, rd.commit
		}
		m := Mail{Name: "commit " + w.commit[:12] + " of " + rd.repo.path, Committed: w.committed}
		var err error
		m.Raw, m.Size, err = rd.blobs.read(w.object, rd.in.most)
		rd.read = w.change
		if err == nil && m.Size == 0 {
			rd.purged++
			continue
		}
		return m, err
	}
	if rd.err != nil {
		return Mail{}, rd.err
	}
	return Mail{}, io.EOF
}

// close ends git, and waits for it.
func (rd *reading) close() {
	rd.stop()
	rd.blobs.close()
	for range rd.wanted { // until feed has ended
	}
}
