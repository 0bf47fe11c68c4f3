package db

import (
	"context"
	"crypto/sha256"
	"errors"
	"math"
	"runtime"
	"sync"

	"patchwatch/db/engine"
	"patchwatch/db/internal/derive"
	"patchwatch/db/internal/frame"
)

// checkedMail is a stored mail that check looks at.
type checkedMail struct {
	engine.MailKey
	frame []byte
	wrong error // nil: it is what was delivered
}

const checkPage = 500 // mails

var errOther = errors.New("its SHA-256 is another")

// checkMails reads page by page: first which mails there are, then their bytes. No view of the database is held open
// for long, since that would keep the log from being cut back while a watcher writes.
func (k *checker) checkMails(ctx context.Context, progress derive.Progress) error {
	for _, fault := range k.frames.Damaged() {
		k.found.Fault(restore, "mails that are compressed against it can't be read: %v", fault)
	}
	total := 0
	last := int64(math.MinInt64) // in a damaged database a mail may have any number
	for {
		var page []engine.MailKey
		if err := k.view(ctx, func(v engine.View) (err error) {
			if total == 0 {
				counts, err := v.Counts()
				if err != nil {
					return err
				}
				total = counts.Mails
			}
			page, err = v.After(last, checkPage)
			return err
		}); err != nil || len(page) == 0 {
			return err
		}
		last = page[len(page)-1].ID
		for len(page) > 0 {
			mails, err := k.readFrames(ctx, page)
			if err != nil {
				return err
			}
			k.checkBytes(mails)
			k.found.Mails += len(mails)
			page = page[len(mails):]
			progress.Tell(k.found.Mails, total)
		}
	}
}

// readFrames reads the bytes of the first of these mails, as many as may be held at once.
func (k *checker) readFrames(ctx context.Context, page []engine.MailKey) (mails []*checkedMail, err error) {
	ids := make([]int64, len(page))
	for i := range page {
		ids[i] = page[i].ID
	}
	held := 0
	err = k.view(ctx, func(v engine.View) error {
		return v.Frames(ids, func(id int64, bytes []byte) error {
			mails = append(mails, &checkedMail{MailKey: page[len(mails)], frame: bytes})
			if held += frame.Size(bytes); held > derive.BatchBytes {
				return derive.ErrEnough
			}
			return nil
		})
	})
	if errors.Is(err, derive.ErrEnough) {
		err = nil
	}
	return mails, err
}

// checkBytes decompresses on all processors.
func (k *checker) checkBytes(mails []*checkedMail) {
	work := make(chan *checkedMail)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for m := range work {
				m.wrong = k.compare(m)
				m.frame = nil
			}
		})
	}
	for _, m := range mails {
		work <- m
	}
	close(work)
	wg.Wait()
	for _, m := range mails {
		k.report(m)
	}
}

var errNoBytes = errors.New("no bytes")

func (k *checker) compare(m *checkedMail) error {
	if m.frame == nil {
		return errNoBytes
	}
	raw, err := k.frames.Decompress(m.frame)
	if err != nil {
		return err
	}
	if sha256.Sum256(raw) != m.SHA256 {
		return errOther
	}
	return nil
}

func (k *checker) report(m *checkedMail) {
	switch m.wrong {
	case nil:
	case errNoBytes:
		k.found.Fault(reimport, "mail %d %s has no bytes stored", m.ID, m.MsgID)
	case errOther:
		k.found.Fault(reimport, "mail %d %s is not what was delivered: its SHA-256 is another", m.ID, m.MsgID)
	default:
		k.found.Fault(reimport, "mail %d %s can't be decompressed: %v", m.ID, m.MsgID, m.wrong)
	}
}
