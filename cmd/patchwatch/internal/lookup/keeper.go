package lookup

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"patchwatch/db"
	"patchwatch/search/index"
)

// A Keeper keeps the search index up with the database.
//
// While much mail comes, it waits, so that storing mail is not slower: for so long as patience. After that it takes a
// tenth of the time. A mail that comes alone is indexed at once.
type Keeper struct {
	Store *db.Store
	Index *index.Index
	Log   *slog.Logger

	last   int64     // the highest number when it was looked at
	looked time.Time // when that was
	busy   bool      // what was seen then: mail comes in masses
	behind time.Time // since when mail waits to be indexed; zero: none does
	rest   time.Time // until when others go first, while much mail comes
	told   time.Time // when progress was last told
	checks bool      // the whole file is checked, or was
	tidied int64     // up to which mail all is merged
	failed string    // the error that was told

	checking   sync.WaitGroup
	checkIndex func(ctx context.Context) error // nil, except in tests: Index.Check
}

// The pace of a Keeper.
const (
	look      = 200 * time.Millisecond // how often it looks for mail
	patience  = 30 * time.Second       // how long mail that comes in masses goes first
	masses    = 64                     // mails between two looks
	share     = 10                     // of so many parts of the time it takes one, while mail goes on coming
	tidyAfter = 64                     // mails, after which it is worth while to merge what was written
	tellFrom  = 10_000                 // mails that are missing, from which progress is told
	tellEach  = 10 * time.Second
)

// Keep works until ctx ends. Several processes may do so at once: one works, the others wait until it ends.
func (k *Keeper) Keep(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			err := k.keep(ctx)
			if err != nil && ctx.Err() == nil {
				k.tell(err)
			}
			sleep(ctx, time.Second)
		}
	}()
	return func() { cancel(); <-ended }
}

// keep holds the lock of the index for as long as nothing fails.
func (k *Keeper) keep(ctx context.Context) error {
	w, err := k.Index.Writer(source{store: k.Store})
	if errors.Is(err, index.ErrLocked) {
		return nil
	}
	if err != nil {
		return err
	}
	defer w.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer k.checking.Wait()
	defer cancel()
	w.Warn, k.checks = k.warn, false
	for ctx.Err() == nil {
		if err := k.turn(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

// turn looks once, and works if there is something to do and the time for it.
func (k *Keeper) turn(ctx context.Context, w *index.Writer) error {
	last, err := k.Store.LastMail(ctx)
	if err != nil {
		return err
	}
	busy := k.comesInMasses(last, time.Now())
	if busy && k.behind.IsZero() {
		k.behind = time.Now()
	}
	if busy && (time.Since(k.behind) < patience || time.Now().Before(k.rest)) {
		sleep(ctx, look)
		return nil
	}
	began := time.Now()
	most, cores := 1000, 2
	if busy {
		most, cores = 32, 1
	}
	p, err := w.Step(ctx, most, cores)
	if err != nil {
		return err
	}
	k.failed = ""
	k.progress(p)
	switch {
	case p.Missing() == 0:
		k.behind = time.Time{}
		return k.idle(ctx, w, p)
	case busy:
		k.rest = time.Now().Add((share - 1) * time.Since(began))
	}
	if k.behind.IsZero() && p.Missing() > 0 {
		k.behind = time.Now()
	}
	return nil
}

// comesInMasses tells whether much mail comes, of which last is the newest. Two looks are some time apart: mail is
// stored by the batch, and between two batches it would seem that none comes, so that a drain would get no rest after a
// step.
func (k *Keeper) comesInMasses(last int64, now time.Time) bool {
	if now.Sub(k.looked) >= look {
		k.busy = last-k.last > masses
		k.last, k.looked = last, now
	}
	return k.busy
}

// idle does what there is time for when all is indexed.
func (k *Keeper) idle(ctx context.Context, w *index.Writer, p index.Progress) (err error) {
	if p.Watermark-k.tidied >= tidyAfter {
		var done bool
		if done, err = w.Tidy(ctx); done {
			k.tidied = p.Watermark
		}
	} else if !k.checks {
		k.checks = true
		k.checking.Go(func() { k.check(ctx) })
	}
	sleep(ctx, look)
	return err
}

// check reads the whole index once, beside the indexing, since it takes long. A damaged one is made anew by the next
// step.
func (k *Keeper) check(ctx context.Context) {
	check := k.Index.Check
	if k.checkIndex != nil {
		check = k.checkIndex
	}
	if err := check(ctx); errors.Is(err, index.ErrDamaged) {
		k.warn(err)
	} else if err != nil && ctx.Err() == nil {
		k.Log.Warn("the search index cannot be checked", "err", err)
	}
}

func (k *Keeper) warn(err error) {
	k.Log.Warn("the search index is damaged, and is made anew", "index", k.Index.Path(), "err", err)
}

func (k *Keeper) progress(p index.Progress) {
	if p.Missing() < tellFrom || time.Since(k.told) < tellEach {
		return
	}
	k.told = time.Now()
	k.Log.Info("making the search index", "indexed", p.Watermark, "of", p.Last)
}

// tell logs an error once, until another one or success comes.
func (k *Keeper) tell(err error) {
	if text := err.Error(); text != k.failed {
		k.failed = text
		k.Log.Warn("mail is not indexed for search", "err", err)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
