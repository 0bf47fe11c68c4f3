package lookup

import (
	"context"
	"errors"
	"log/slog"
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

	last    int64     // the highest number when it was looked at
	behind  time.Time // since when mail waits to be indexed; zero: none does
	told    time.Time // when progress was last told
	checked bool      // the whole file was
	tidied  int64     // up to which mail all is merged
	failed  string    // the error that was told
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
	w, err := k.Index.Writer(source{Store: k.Store})
	if errors.Is(err, index.ErrLocked) {
		return nil
	}
	if err != nil {
		return err
	}
	defer w.Close()
	w.Warn = k.warn
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
	came := last - k.last
	k.last = last
	busy := came > masses && !k.behind.IsZero()
	if busy && time.Since(k.behind) < patience {
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
		sleep(ctx, (share-1)*time.Since(began))
	}
	if k.behind.IsZero() && p.Missing() > 0 {
		k.behind = time.Now()
	}
	return nil
}

// idle does what there is time for when all is indexed.
func (k *Keeper) idle(ctx context.Context, w *index.Writer, p index.Progress) (err error) {
	switch {
	case !k.checked:
		k.checked = true
		return k.check(ctx, w)
	case p.Watermark-k.tidied >= tidyAfter:
		var done bool
		if done, err = w.Tidy(ctx); done {
			k.tidied = p.Watermark
		}
	}
	sleep(ctx, look)
	return err
}

// check reads the whole index once. A damaged one is made anew by the next step.
func (k *Keeper) check(ctx context.Context, w *index.Writer) error {
	err := w.Check(ctx)
	if errors.Is(err, index.ErrDamaged) {
		k.warn(err)
		return w.Anew()
	}
	return err
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
