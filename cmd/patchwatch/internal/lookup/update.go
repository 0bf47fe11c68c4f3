package lookup

import (
	"context"
	"errors"
	"runtime"
	"time"

	"patchwatch/db"
	"patchwatch/search/index"
)

// Update brings the index up to date, for at most so long (0: as long as it takes). Where another process keeps it,
// nothing is done: kept is true.
func Update(ctx context.Context, s *db.Store, x *index.Index, most time.Duration, progress db.Progress) (kept bool,
	err error) {
	w, err := x.Writer(source{store: s})
	if errors.Is(err, index.ErrLocked) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	began := time.Now()
	for {
		p, err := w.Step(ctx, index.MostMails, runtime.GOMAXPROCS(0))
		if err != nil {
			return false, err
		}
		if p.Missing() > 0 {
			progress.Tell(int(p.Watermark), int(p.Last))
		} else {
			return false, tidy(ctx, w, time.Since(began)/4)
		}
		if most > 0 && time.Since(began) > most {
			return false, nil
		}
	}
}

// tidy merges what was written, if that was much.
func tidy(ctx context.Context, w *index.Writer, most time.Duration) error {
	if most < 50*time.Millisecond {
		return nil
	}
	for began := time.Now(); time.Since(began) < most; {
		if done, err := w.Tidy(ctx); err != nil || done {
			return err
		}
	}
	return nil
}
