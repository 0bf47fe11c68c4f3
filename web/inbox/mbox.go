package inbox

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/klauspost/compress/gzip"

	"patchwatch/track"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
)

// What is written as an mbox.gz has no Content-Encoding: it is a file, and who asks for it reads it as one.
const (
	gzType  = "application/gzip"
	rawType = "text/plain; charset=utf-8"
)

// A thread of more than mostKept mails, or of a mebibyte of answer, is sent while it is read, and not kept.
const (
	mostKept      = 200
	mostKeptBytes = 1 << 20
	bytesAtOnce   = 256 << 10 // of mails that are in memory while one answer is written, and what the last of them has more
)

// raw is a mail as it was delivered.
func (c *call) raw() (*site.Answer, error) {
	m, err := c.mail()
	if err != nil {
		return nil, err
	}
	var body []byte
	err = c.Store.Raws(c.Ctx(), []int64{m.Mail}, func(_ int64, raw []byte) error {
		body = appendMboxrd(make([]byte, 0, len(raw)+100), raw)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &site.Answer{Body: body, Header: [][2]string{
		{"Content-Type", rawType}, {"Content-Security-Policy", sandbox},
	}}, nil
}

// sandbox keeps a browser from doing anything with what strangers have sent.
const sandbox = "default-src 'none'; sandbox"

func (c *call) threadMboxGz() (*site.Answer, error) { return c.threadFile(gzType, "t.mbox.gz") }

// threadMbox is the same for people who look at it in a browser. serve compresses it for those who take that.
func (c *call) threadMbox() (*site.Answer, error) { return c.threadFile("application/mbox", "t.mbox") }

// threadFile answers with the thread of a mail.
func (c *call) threadFile(kind, name string) (*site.Answer, error) {
	m, err := c.mail()
	if err != nil {
		return nil, err
	}
	w := c.walkFrom(m)
	first, err := w.next()
	if err != nil {
		return nil, err
	}
	second, err := w.next()
	if err != nil {
		return nil, err
	}
	all := append(first, second...)
	if len(all) <= mostKept {
		rest, err := w.rest(mostKept - len(all))
		if err != nil {
			return nil, err
		}
		all = append(all, rest...)
		sortMails(all)
	}
	return c.mboxOf(kind, name, all, func() ([]track.ArchivedMail, error) {
		w.enter = nil // once it is being sent it must not be turned away
		return w.next()
	})
}

// rest is what is still to come of a thread, as long as there is little of it.
func (w *walk) rest(most int) (all []track.ArchivedMail, err error) {
	for len(all) <= most {
		more, err := w.next()
		if err != nil || len(more) == 0 {
			return all, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// mboxOf answers with mails as an mbox, and with those that next gives after them, until it gives none. What is small
// is kept.
func (c *call) mboxOf(
	kind, name string, mails []track.ArchivedMail, next func() ([]track.ArchivedMail, error),
) (*site.Answer, error) {
	header := [][2]string{{"Content-Type", kind}, {"Content-Disposition", "attachment; filename=" + name}}
	f := &mboxFile{call: c, mails: mails, next: next}
	if len(mails) <= mostKept {
		var kept buffer
		err := f.write(&kept, kind == gzType)
		if err == nil {
			return &site.Answer{Header: header, Body: kept.bytes}, nil
		}
		if !errors.Is(err, errTooMuch) {
			return nil, err
		}
		f = &mboxFile{call: c, mails: append(f.all, f.mails...), next: next} // what was written, and what was not
	}
	return nil, &visit.Stream{Send: func(w http.ResponseWriter) error { return f.send(w, header) }}
}

// buffer takes what is small.
type buffer struct{ bytes []byte }

var errTooMuch = errors.New("it is too much to be kept")

func (b *buffer) Write(p []byte) (int, error) {
	if len(b.bytes)+len(p) > mostKeptBytes {
		return 0, errTooMuch
	}
	b.bytes = append(b.bytes, p...)
	return len(p), nil
}

// mboxFile is mails that are being written as an mbox.
type mboxFile struct {
	*call
	mails []track.ArchivedMail
	next  func() ([]track.ArchivedMail, error)
	all   []track.ArchivedMail // that were written, until it is being sent
	piece []byte               // the memory in which mails are put together

	sending bool
}

// send writes while the client reads. Once it has begun, an error ends the connection, so that the client does not take
// what it got for the whole.
func (f *mboxFile) send(w http.ResponseWriter, header [][2]string) error {
	for _, h := range header {
		w.Header().Set(h[0], h[1])
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	if f.R.Method == http.MethodHead {
		return nil
	}
	f.sending = true
	if err := f.write(flushed{w}, header[0][1] == gzType); err != nil {
		if f.Ctx().Err() == nil {
			f.Desk.Log.ErrorContext(f.Ctx(), "answer", "path", f.R.URL.Path, "err", err)
		}
		panic(http.ErrAbortHandler)
	}
	return nil
}

// flushed sends each piece that it is given.
type flushed struct{ http.ResponseWriter }

func (f flushed) Write(p []byte) (int, error) {
	n, err := f.ResponseWriter.Write(p)
	if err == nil {
		err = http.NewResponseController(f.ResponseWriter).Flush()
	}
	if errors.Is(err, http.ErrNotSupported) {
		err = nil
	}
	return n, err
}

func (f *mboxFile) write(to io.Writer, compress bool) error {
	if !compress {
		return f.writeAll(to, func() error { return nil })
	}
	z, err := gzip.NewWriterLevel(to, gzip.BestSpeed)
	if err != nil {
		return err
	}
	if err := f.writeAll(z, z.Flush); err != nil {
		return err
	}
	return z.Close()
}

// writeAll writes all mails. It calls flush after the first one, so that the client sees that an answer comes.
func (f *mboxFile) writeAll(to io.Writer, flush func() error) error {
	large := len(f.mails) > mostKept
	for len(f.mails) > 0 {
		n := len(f.mails)
		if large {
			n, large = 1, false
		}
		if err := f.writeSome(to, f.mails[:n]); err != nil {
			return err
		}
		if !f.sending {
			f.all = append(f.all, f.mails[:n]...)
		}
		if f.mails = f.mails[n:]; len(f.mails) > 0 {
			if err := flush(); err != nil {
				return err
			}
			continue
		}
		var err error
		if f.mails, err = f.next(); err != nil {
			return err
		}
	}
	return nil
}

// errEnough ends a reading of mails when there are enough of them in memory.
var errEnough = errors.New("enough")

// writeSome reads some mails and then writes them, again and again: a client that is slow must not keep a connection of
// the database.
func (f *mboxFile) writeSome(to io.Writer, mails []track.ArchivedMail) error {
	ids := make([]int64, len(mails))
	for i := range mails {
		ids[i] = mails[i].Mail
	}
	for len(ids) > 0 {
		done := 0
		out := f.piece[:0]
		err := f.Store.Raws(f.Ctx(), ids, func(_ int64, raw []byte) error {
			out = appendMboxrd(slices.Grow(out, len(raw)+1<<10), raw)
			if done++; len(out) >= bytesAtOnce {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			return fmt.Errorf("mbox: %w", err)
		}
		if ids = ids[done:]; done == 0 {
			return nil
		}
		if _, err := to.Write(out); err != nil {
			return err
		}
		if f.piece = out; cap(out) > 2*bytesAtOnce {
			f.piece = nil // there was a large mail
		}
	}
	return nil
}
