package db

import (
	"context"
	"crypto/sha256"
	"errors"
	"math"
	"runtime"
	"sync"
)

// checkedMail is a stored mail that check looks at.
type checkedMail struct {
	MailKey
	frame []byte
	wrong error // nil: it is what was delivered
}

const checkPage = 500 // mails

var errOther = errors.New("its SHA-256 is another")

// checkMails reads page by page: first which mails there are, then their bytes. No view of the database is held open for
// long, since that would keep the log from being cut back while a watcher writes.
func (k *checker) checkMails(ctx context.Context, progress Progress) error {
	for _, fault := range k.frames.current.Load().damaged {
		k.found.Fault(restore, "mails that are compressed against it can't be read: %v", fault)
	}
	total := 0
	last := int64(math.MinInt64) // in a damaged database a mail may have any number
	for {
		var page []MailKey
		if err := k.view(ctx, func(v View) (err error) {
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
			progress.tell(k.found.Mails, total)
		}
	}
}

// batchBytes is how many bytes of mail are held at once; the last mail may go beyond.
const batchBytes = 16 << 20

var errEnough = errors.New("enough for now")

// readFrames reads the bytes of the first of these mails, as many as may be held at once.
func (k *checker) readFrames(ctx context.Context, page []MailKey) (mails []*checkedMail, err error) {
	ids := make([]int64, len(page))
	for i := range page {
		ids[i] = page[i].ID
	}
	held := 0
	err = k.view(ctx, func(v View) error {
		return v.Frames(ids, func(id int64, frame []byte) error {
			mails = append(mails, &checkedMail{MailKey: page[len(mails)], frame: frame})
			if held += frameSize(frame); held > batchBytes {
				return errEnough
			}
			return nil
		})
	})
	if errors.Is(err, errEnough) {
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
	raw, err := k.frames.decompress(m.frame)
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
