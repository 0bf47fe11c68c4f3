package hook

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
	"patchwatch/web/api"
)

// Store is what is asked of the database.
type Store interface {
	Hooks(context.Context) ([]track.Hook, error)
	LastEvent(context.Context) (int64, error)
	Epoch(context.Context) (string, error)
	TakeLease(ctx context.Context, l engine.Lease, now time.Time, dead func(holder string) bool) error
	LeaveLease(ctx context.Context, name, holder string) error
	NoteHooks(ctx context.Context, l engine.Lease, epoch string, progress map[int64]track.HookProgress) error
}

// Events are where events are read, as api.API does.
type Events interface {
	EventsAfter(ctx context.Context, w api.Wanted, above int64, most int) (api.Told, error)
}

// Config is what a Sender needs.
type Config struct {
	Store  Store
	Events Events
	Base   string           // the URL under which people find the server, without a final slash
	Log    *slog.Logger     // nil: the default
	Clock  func() time.Time // nil: time.Now
}

const (
	lookEvery  = 200 * time.Millisecond // for events that another process wrote
	noteEvery  = 500 * time.Millisecond
	rareEvery  = time.Second // without hooks
	aside      = time.Minute // for a hook whose project is not tracked, or whose events can't be made
	leaseName  = "hooks"
	leaseLasts = 30 * time.Second // more than twice as long as a request
	atOnce     = 50               // events are read at once
	mostUnsaid = 1000             // so many events that a hook does not want are passed over before that is noted
)

// Sender sends what waits for hooks.
type Sender struct {
	Config
	public, anywhere *http.Client
	holder           string
	working          sync.WaitGroup

	mu     sync.Mutex // guards what follows
	leased time.Time  // until when this one may send
	noted  time.Time  // when progress was noted last
	hooks  map[int64]*state
	epoch  string // in which their numbers mean what they mean
}

// state is a hook as its sender knows it.
type state struct {
	progress track.HookProgress
	stored   int64     // of progress.Sent
	dirty    bool      // progress is to be noted
	busy     bool      // it has a goroutine
	notUntil time.Time // it is left alone, as where its project is not tracked, and may be again later
}

// New makes a Sender.
func New(c Config) *Sender {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	return &Sender{
		Config: c, public: newClient(false), anywhere: newClient(true), holder: holderName(), hooks: map[int64]*state{},
	}
}

// Run sends until ctx ends. Then it lets the requests in hand finish, and notes how far it came.
func (s *Sender) Run(ctx context.Context) error {
	wait, told := time.Duration(0), false
	for {
		select {
		case <-ctx.Done():
			s.end(ctx)
			return nil
		case <-time.After(wait):
		}
		idle, err := s.round(ctx)
		if wait = lookEvery; idle {
			wait = rareEvery
		}
		if err != nil && ctx.Err() == nil && !told {
			s.Log.Warn("hooks can't be looked after; it is tried again", "err", err)
		}
		told = err != nil
	}
}

// round notes how far hooks are, and has sent what waits. It is idle if there are no hooks.
func (s *Sender) round(ctx context.Context) (idle bool, err error) {
	if err := s.note(ctx); err != nil {
		return false, err
	}
	all, err := s.Store.Hooks(ctx)
	if err != nil || len(all) == 0 {
		return err == nil, err
	}
	due, err := s.due(ctx, all)
	if err != nil || len(due) == 0 {
		return false, err
	}
	if !s.maySend() {
		if err := s.take(ctx); err != nil {
			if errors.Is(err, engine.ErrLease) {
				err = nil // another server sends
			}
			return false, err
		}
		// Another may have sent some of it before.
		if all, err = s.Store.Hooks(ctx); err != nil {
			return false, err
		}
		if due, err = s.due(ctx, all); err != nil {
			return false, err
		}
	}
	for _, h := range due {
		if j := s.begin(h); j != nil {
			s.working.Go(func() { s.work(ctx, j) })
		}
	}
	return false, nil
}

// due gives those of all hooks for which something may wait, each as far as it is.
func (s *Sender) due(ctx context.Context, all []track.Hook) (due []track.Hook, err error) {
	epoch, err := s.Store.Epoch(ctx)
	if err != nil {
		return nil, err
	}
	last, err := s.Store.LastEvent(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if epoch != s.epoch { // a backup has taken the place of the database
		clear(s.hooks)
		s.epoch = epoch
	}
	now := s.Clock()
	for _, h := range all {
		st := s.know(&h)
		h.HookProgress = st.progress
		if !st.busy && h.Sent < last && h.GivenUp.IsZero() && !waitsAt(h.HookProgress, now) && !st.notUntil.After(now) {
			due = append(due, h)
		}
	}
	s.forget(all)
	return due, nil
}

func (s *Sender) begin(h track.Hook) *job {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.hooks[h.ID]
	if st == nil {
		return nil
	}
	st.busy = true
	return &job{h, st, s.epoch}
}

// know gives the state of a hook. What the database says counts, unless it is to be told something newer: a person may
// have skipped an event, or have it tried again.
func (s *Sender) know(h *track.Hook) *state {
	st := s.hooks[h.ID]
	if st == nil {
		st = &state{}
		s.hooks[h.ID] = st
	}
	passed := st.progress.Sent
	if h.Sent > passed || !st.dirty && !st.busy {
		st.progress, st.stored, st.dirty = h.HookProgress, h.Sent, st.dirty && h.Sent <= passed
		if passed > h.Sent && h.Failures == 0 {
			st.progress.Sent = passed // nothing that is wanted is between
		}
	}
	return st
}

// forget drops the states of hooks that are no more.
func (s *Sender) forget(all []track.Hook) {
	there := make(map[int64]bool, len(all))
	for _, h := range all {
		there[h.ID] = true
	}
	for id := range s.hooks {
		if !there[id] {
			delete(s.hooks, id)
		}
	}
}

// maySend tells whether a request that is begun now ends before the lease does.
func (s *Sender) maySend() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Clock().Add(patience).Before(s.leased)
}

func (s *Sender) lease() engine.Lease {
	return engine.Lease{Name: leaseName, Holder: s.holder, Until: s.Clock().Add(leaseLasts)}
}

// take takes the lease. What was known of hooks is forgotten: another may have sent meanwhile.
func (s *Sender) take(ctx context.Context) error {
	l := s.lease()
	if err := s.Store.TakeLease(ctx, l, s.Clock(), isDead); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.leased.IsZero() {
		clear(s.hooks)
	}
	s.leased = l.Until
	return nil
}

// note notes how far hooks are, and prolongs the lease by that, where there is something to note and it is time.
func (s *Sender) note(ctx context.Context) error {
	s.mu.Lock()
	now := s.Clock()
	progress := map[int64]track.HookProgress{}
	for id, st := range s.hooks {
		if st.dirty {
			progress[id], st.dirty = st.progress, false
		}
	}
	if len(progress) == 0 || now.Sub(s.noted) < noteEvery && ctx.Err() == nil {
		for id := range progress {
			s.hooks[id].dirty = true
		}
		s.mu.Unlock()
		return nil
	}
	s.noted = now
	epoch := s.epoch
	s.mu.Unlock()

	l := s.lease()
	patient, cancel := patiently(ctx)
	defer cancel()
	err := s.Store.NoteHooks(patient, l, epoch, progress)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case errors.Is(err, engine.ErrLease):
		s.leased = time.Time{}
		clear(s.hooks)
		return nil
	case err != nil:
		for id := range progress {
			if st := s.hooks[id]; st != nil {
				st.dirty = true
			}
		}
		return err
	}
	s.leased = l.Until
	for id, p := range progress {
		if st := s.hooks[id]; st != nil {
			st.stored = max(st.stored, p.Sent)
		}
	}
	return nil
}

// end waits for the requests in hand, notes how far hooks are, and leaves the lease to others.
func (s *Sender) end(ctx context.Context) {
	s.working.Wait()
	if err := s.note(ctx); err != nil {
		s.Log.Warn("how far hooks are could not be noted: some events are sent again", "err", err)
		return
	}
	s.mu.Lock()
	held := !s.leased.IsZero()
	s.mu.Unlock()
	if held {
		patient, cancel := patiently(ctx)
		defer cancel()
		if err := s.Store.LeaveLease(patient, leaseName, s.holder); err != nil {
			s.Log.Warn("another server sends events only when the lease of this one ends", "err", err)
		}
	}
}

// notePatience is how long a note waits for others who hold the database: the server must be able to end meanwhile.
var notePatience = 5 * time.Second

// patiently is a context for a note, which is also to be made when ctx has ended.
func patiently(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), notePatience)
}
