package db

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"math"
	"runtime"
	"sync"
)

// checkedMail is a stored mail that check looks at.
type checkedMail struct {
	id    int64
	msgid string
	want  []byte  // its SHA-256
	bytes framing // its frame, piece by piece
	wrong error   // nil: it is what was delivered
}

const checkPage = 500 // mails

var errOther = errors.New("its SHA-256 is another")

// checkMails reads page by page: first which mails there are, then their bytes. No view of the database is held open for
// long, since that would keep the log from being cut back while a watcher writes.
func (k *checker) checkMails(ctx context.Context, progress Progress) error {
	for _, fault := range k.frames.current.Load().damaged {
		k.found.Fault(restore, "mails that are compressed against it can't be read: %v", fault)
	}
	var total int
	if err := k.own.QueryRowContext(ctx, `SELECT count(*) FROM mail`).Scan(&total); err != nil {
		return err
	}
	last := int64(math.MinInt64)
	for page, err := k.mailsFrom(ctx, last); len(page) > 0 || err != nil; page, err = k.mailsAfter(ctx, last) {
		if err != nil {
			return err
		}
		last = page[len(page)-1].id
		for len(page) > 0 {
			n, err := k.readFrames(ctx, page)
			if err != nil {
				return err
			}
			k.checkBytes(page[:n])
			k.found.Mails += n
			page = page[n:]
			progress.tell(k.found.Mails, total)
		}
	}
	return nil
}

func (k *checker) mailsAfter(ctx context.Context, last int64) ([]*checkedMail, error) {
	if last == math.MaxInt64 {
		return nil, nil
	}
	return k.mailsFrom(ctx, last+1)
}

func (k *checker) mailsFrom(ctx context.Context, first int64) (page []*checkedMail, err error) {
	rows, err := k.own.QueryContext(ctx, `
		SELECT id, msgid, sha256 FROM mail WHERE id >= ? ORDER BY id LIMIT ?`, first, checkPage)
	if err != nil {
		return nil, err
	}
	err = eachRow(rows, func(scan func(...any) error) error {
		m := &checkedMail{}
		page = append(page, m)
		return scan(&m.id, &m.msgid, &m.want)
	})
	return page, err
}

// batchBytes is how many bytes of mail are held at once; the last mail may go beyond.
const batchBytes = 16 << 20

var errEnough = errors.New("enough for now")

// readFrames reads the bytes of the first n of these mails, as many as may be held at once.
func (k *checker) readFrames(ctx context.Context, page []*checkedMail) (n int, err error) {
	rows, err := k.own.QueryContext(ctx, piecesQuery, firstPiece(page[0].id), endOfPieces(page[len(page)-1].id))
	if err != nil {
		return 0, err
	}
	held := 0
	err = eachRow(rows, func(scan func(...any) error) error {
		var piece int64
		var bytes []byte
		if err := scan(&piece, &bytes); err != nil {
			return err
		}
		k.pieces += int64(len(bytes))
		for n < len(page) && page[n].id < mailOfPiece(piece) {
			if held += page[n].bytes.size(); held > batchBytes {
				n++
				return errEnough
			}
			n++
		}
		if n < len(page) && page[n].id == mailOfPiece(piece) {
			page[n].bytes.put(piece, bytes)
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return n, nil
	}
	return len(page), err
}

// firstPiece and endOfPieces bound the numbers of a mail's pieces. In a damaged database a mail may have any number.
func firstPiece(mail int64) int64 {
	return min(max(mail, math.MinInt64/piecesOfMail), math.MaxInt64/piecesOfMail) * piecesOfMail
}

func endOfPieces(mail int64) int64 {
	if mail >= math.MaxInt64/piecesOfMail {
		return math.MaxInt64
	}
	return firstPiece(mail + 1)
}

func mailOfPiece(piece int64) int64 { return piece >> 16 }

// checkBytes decompresses on all processors.
func (k *checker) checkBytes(mails []*checkedMail) {
	work := make(chan *checkedMail)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for m := range work {
				m.wrong = k.compare(m)
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
	frame := m.bytes.frame()
	if frame == nil {
		return errNoBytes
	}
	m.bytes = framing{}
	raw, err := k.frames.decompress(frame)
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(raw); !bytes.Equal(sum[:], m.want) {
		return errOther
	}
	return nil
}

func (k *checker) report(m *checkedMail) {
	switch m.wrong {
	case nil:
	case errNoBytes:
		k.found.Fault(reimport, "mail %d %s has no bytes stored", m.id, m.msgid)
	case errOther:
		k.found.Fault(reimport, "mail %d %s is not what was delivered: its SHA-256 is another", m.id, m.msgid)
	default:
		k.found.Fault(reimport, "mail %d %s can't be decompressed: %v", m.id, m.msgid, m.wrong)
	}
}
