package intake

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"patchwatch/ingest"
)

// mboxArchive is an mbox, compressed or not.
type mboxArchive struct {
	name  string
	file  io.Closer
	count *countingReader
	size  int64 // of the file; 0 if not known
	mbox  *ingest.Mbox
	mails int
}

func newMboxArchive(name string, r io.Reader, c io.Closer, size int64) (Archive, error) {
	a := &mboxArchive{name: name, file: c, count: &countingReader{r: r}, size: size}
	in := bufio.NewReaderSize(a.count, 1<<16)
	if magic, _ := in.Peek(2); string(magic) == "\x1f\x8b" { // RFC 1952
		z, err := gzip.NewReader(in)
		if err != nil {
			c.Close()
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		in = bufio.NewReaderSize(z, 1<<16)
	}
	if start, err := in.Peek(5); string(start) != "From " {
		c.Close()
		if err != nil && err != io.EOF {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return nil, foreignFile(name, in)
	}
	a.mbox = ingest.NewMbox(in)
	return a, nil
}

func (a *mboxArchive) Path() string { return a.name }
func (a *mboxArchive) Close() error { return a.file.Close() }

func (a *mboxArchive) Next() (string, Bytes, error) {
	raw, delivered, err := a.mbox.Next()
	a.mails++
	m := Bytes{Raw: raw, Delivered: delivered}
	if errors.Is(err, ingest.ErrTooLarge) { // that mail's fault; those behind it can be read
		m.Fault, err = err, nil
	}
	return fmt.Sprintf("mail %d of %s", a.mails, a.name), m, err
}

func (a *mboxArchive) Share() float64 {
	if a.size == 0 {
		return 0
	}
	return float64(a.count.n) / float64(a.size)
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
