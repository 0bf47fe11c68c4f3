package index

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"
)

// Progress says how far a writer is.
type Progress struct {
	Watermark int64 // the last mail that is indexed
	Last      int64 // the last one that is stored
}

// Missing is how many mails are not indexed yet. Numbers of mails that are gone count too.
func (p Progress) Missing() int64 { return max(p.Last-p.Watermark, 0) }

// MostMails is how many mails are read and committed at once at most. The more there are, the fewer segments of the
// index have to be merged, and the more memory it takes: some 10 KB a mail.
const MostMails = 4096

// A batch is mails that were read.
type batch struct {
	after   int64 // mails above this number
	most    int
	entries []*entry // nil: a mail that cannot be read
	last    *Mail    // nil: there was none
	err     error
}

// Step indexes what is stored, at most so many mails, in one transaction; fewer if they are large. Cores is how many
// goroutines read them. With several, the mails of the next step are read while those of this one are written.
func (w *Writer) Step(ctx context.Context, most, cores int) (Progress, error) {
	p, err := w.stepOnce(ctx, most, cores)
	for tries := 1; err != nil && tries < mostTries && ctx.Err() == nil && (isDamage(err) || w.isLost(err)); tries++ {
		w.forget()
		if isDamage(err) {
			if w.Warn != nil {
				w.Warn(err)
			}
			if err := w.Anew(); err != nil {
				return p, err
			}
		} else if w.db != nil {
			w.close() // its error is that of a file which is gone
		}
		p, err = w.stepOnce(ctx, most, cores)
	}
	if err != nil {
		w.forget()
	}
	return p, err
}

// isLost tells that an error comes from a file which is not under its name any more.
func (w *Writer) isLost(err error) bool {
	if !isLost(err) || w.info == nil {
		return false
	}
	now, statErr := os.Stat(w.index.path)
	return statErr != nil || !os.SameFile(now, w.info)
}

func (w *Writer) stepOnce(ctx context.Context, most, cores int) (p Progress, err error) {
	if err := w.ready(ctx); err != nil {
		return p, err
	}
	meta, err := readMeta(ctx, w.db)
	if err != nil {
		return p, err
	}
	if p.Watermark, err = numberIn(meta, metaWatermark); err != nil {
		return p, err
	}
	if p.Last, err = w.source.LastMail(ctx); err != nil {
		return p, err
	}
	if identity, err := w.source.Identity(ctx); err != nil {
		return p, err
	} else if p.Last < p.Watermark || identity != meta[metaIdentity] {
		if err := w.Anew(); err != nil { // it is another database by now
			return p, err
		}
		return w.stepOnce(ctx, most, cores)
	}
	more, err := w.restate(ctx, meta, cores)
	if err != nil || more {
		return p, err
	}
	b := w.next(ctx, p.Watermark, min(most, MostMails), cores)
	if b.err != nil || b.last == nil {
		return p, b.err
	}
	if cores > 1 && p.Last > b.last.ID {
		w.readAhead(ctx, b.last.ID, b.most, cores)
	}
	err = w.put(ctx, b.entries, nil, map[string]string{metaWatermark: fmt.Sprint(b.last.ID), metaSum: sumText(b.last.Sum)})
	if err == nil {
		p.Watermark = b.last.ID
	}
	return p, err
}

// next is the batch that was read in advance, or it is read now.
func (w *Writer) next(ctx context.Context, after int64, most, cores int) batch {
	if w.ahead != nil {
		b := <-w.ahead
		w.ahead = nil
		if b.after == after && b.most <= most && b.err == nil {
			return b
		}
		w.forget()
	}
	return w.read(ctx, after, most, cores)
}

func (w *Writer) readAhead(ctx context.Context, after int64, most, cores int) {
	ahead := make(chan batch, 1)
	w.ahead = ahead
	go func() { ahead <- w.read(ctx, after, most, cores) }()
}

// forget drops what was read but not written, and with it what the makers know of words: not all may be in the index.
func (w *Writer) forget() {
	if w.ahead != nil {
		<-w.ahead
		w.ahead = nil
	}
	w.makers = nil
}

func (w *Writer) read(ctx context.Context, after int64, most, cores int) batch {
	b := batch{after: after, most: most}
	mails, err := w.source.After(ctx, after, most)
	if err != nil || len(mails) == 0 {
		b.err = err
		return b
	}
	b.last = &Mail{ID: mails[len(mails)-1].ID, Sum: mails[len(mails)-1].Sum}
	b.entries, b.err = w.entries(ctx, mails, cores)
	return b
}

// restate indexes mails anew whose date or lists have changed since. It tells whether there may be more.
func (w *Writer) restate(ctx context.Context, meta map[string]string, cores int) (more bool, err error) {
	note, err := numberIn(meta, metaNote)
	if err != nil {
		return false, err
	}
	watermark, err := numberIn(meta, metaWatermark)
	if err != nil {
		return false, err
	}
	notes, err := w.source.Restated(ctx, note, MostMails)
	if err != nil || len(notes) == 0 {
		return false, err
	}
	var ids []int64
	for _, n := range notes {
		if n.Mail <= watermark {
			ids = append(ids, n.Mail)
		} else { // it is still to be indexed, but may have been read already
			w.forget()
		}
	}
	if w.ahead != nil { // it uses the makers
		b := <-w.ahead
		w.ahead <- b
	}
	slices.Sort(ids)
	reached := map[string]string{metaNote: fmt.Sprint(notes[len(notes)-1].Note)}
	return len(notes) == MostMails, w.putAgain(ctx, slices.Compact(ids), reached, cores)
}

// putAgain indexes mails anew, in as many transactions as the source gives parts of them. The last one says how far
// the index is then: until it is there, all of them are to be indexed again.
func (w *Writer) putAgain(ctx context.Context, ids []int64, reached map[string]string, cores int) error {
	for {
		mails, err := w.source.Mails(ctx, ids)
		if err != nil {
			return err
		}
		entries, err := w.entries(ctx, mails, cores)
		if err != nil {
			return err
		}
		part := len(ids)
		if len(mails) > 0 {
			part = 1 + slices.Index(ids, mails[len(mails)-1].ID)
		}
		if part == len(ids) {
			return w.put(ctx, entries, ids, reached)
		}
		if err := w.put(ctx, entries, ids[:part], nil); err != nil {
			return err
		}
		ids = ids[part:]
	}
}

// entries reads mails.
func (w *Writer) entries(ctx context.Context, mails []Mail, cores int) ([]*entry, error) {
	cores = max(1, min(cores, len(mails), runtime.GOMAXPROCS(0)))
	for len(w.makers) < cores {
		w.makers = append(w.makers, newEntryMaker())
	}
	out := make([]*entry, len(mails))
	work := make(chan int)
	var wg sync.WaitGroup
	for _, k := range w.makers[:cores] {
		wg.Go(func() {
			for i := range work {
				if d, err := mails[i].Read(); err == nil {
					out[i] = k.entry(mails[i].ID, d)
				}
			}
		})
	}
	for i := range mails {
		if ctx.Err() == nil {
			work <- i
		}
	}
	close(work)
	wg.Wait()
	return out, ctx.Err()
}

func (w *Writer) reached(step string) {
	if w.step != nil {
		w.step(step)
	}
}
