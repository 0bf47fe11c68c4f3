package push

import (
	"context"
	"errors"
	"sync"
	"time"

	"patchwatch/db/engine"
)

// tide is how far events have come. Another process may write them, so the database is asked; once, however many
// streams want to know.
type tide struct {
	store Store

	mu    sync.Mutex // guards what follows
	asked time.Time
	is    level
}

// level is the newest event at a moment.
type level struct {
	last  int64
	epoch string
}

// stale is how old an answer may be.
const stale = lookEvery / 2

func (t *tide) now(ctx context.Context) (level, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.asked) < stale {
		return t.is, nil
	}
	is, err := t.ask(ctx)
	if errors.Is(err, engine.ErrReplaced) {
		is, err = t.ask(ctx)
	}
	if err == nil {
		t.is, t.asked = is, time.Now()
	}
	return is, err
}

func (t *tide) ask(ctx context.Context) (is level, err error) {
	if is.last, err = t.store.LastEvent(ctx); err != nil {
		return is, err
	}
	is.epoch, err = t.store.Epoch(ctx)
	return is, err
}
