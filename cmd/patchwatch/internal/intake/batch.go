package intake

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"patchwatch/cmd/patchwatch/internal/pubinbox"
)

// Bytes is a mail as it comes.
type Bytes struct {
	Raw       []byte
	Delivered time.Time
	Fault     error // why it can't be taken, whatever is in it
}

// Batches are like the watcher's: one fsync for many mails, and a bound on memory.
const (
	BatchMails = 256
	batchBytes = 32 << 20
)

// Batch is a part of an archive.
type Batch struct {
	Names []string // of the mails, for people
	Bytes []Bytes
	Share float64 // how much of the archive has been read by then, 0 to 1

	places []pubinbox.Place // up to where git repositories have been read by then
}

// Next reads the next mails of an archive. With the last of them comes io.EOF, or the error at which reading ended.
func Next(a Archive) (b Batch, err error) {
	for size := 0; err == nil && len(b.Bytes) < BatchMails && size < batchBytes; {
		var name string
		var m Bytes
		if name, m, err = a.Next(); err == nil {
			b.Names, b.Bytes = append(b.Names, name), append(b.Bytes, m)
			size += len(m.Raw)
		}
	}
	if b.Share = 1; err == nil {
		b.Share = a.Share()
	}
	if inbox, ok := a.(*Inbox); ok {
		b.places = inbox.git.Places()
	}
	return b, err
}

// Stored is a batch that has been taken in.
type Stored struct {
	Batch
	Mails []*Mail
}

// readBatch is a batch that is parsed and not stored yet.
type readBatch struct {
	Stored
	last bool
	err  error // at which reading the archive ended
}

// Import stores the mails of an archive and closes it. It calls tell for one batch after the other. One batch is read
// and parsed in advance, while the one before is stored.
func (in *Intake) Import(ctx context.Context, a Archive, tell func(Stored)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	reached := noted{in: in, last: time.Now()}
	for b := range in.readAhead(ctx, a) {
		err := in.store(ctx, b.Mails)
		if err == nil {
			err = reached.note(ctx, b.places, b.err == nil && b.last)
		}
		if err != nil {
			return fmt.Errorf("import %s: %w", a.Path(), err)
		}
		tell(b.Stored)
		if b.err != nil {
			return fmt.Errorf("import %s: %w", a.Path(), b.err)
		}
	}
	return ctx.Err()
}

func (in *Intake) readAhead(ctx context.Context, a Archive) <-chan readBatch {
	out := make(chan readBatch, 1)
	go func() {
		defer close(out)
		defer a.Close()
		for more := true; more; {
			b, err := Next(a)
			read := readBatch{Stored: Stored{Batch: b, Mails: in.parseAll(b.Bytes)}, err: err}
			read.Bytes = nil // what is to be stored of them is in Mails
			more = err == nil
			if read.last = !more; err == io.EOF {
				read.err = nil
			}
			select {
			case out <- read:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// parseAll parses on all cores.
func (in *Intake) parseAll(batch []Bytes) []*Mail {
	out := make([]*Mail, len(batch))
	if len(batch) == 1 { // a lone mail is not worth a goroutine
		out[0] = in.parse(batch[0])
		return out
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(len(batch), runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := range next {
				out[i] = in.parse(batch[i])
			}
		})
	}
	for i := range batch {
		next <- i
	}
	close(next)
	wg.Wait()
	return out
}
