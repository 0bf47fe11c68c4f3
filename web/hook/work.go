package hook

import (
	"context"
	"errors"
	"runtime/debug"
	"strconv"

	"patchwatch/track"
	"patchwatch/web/api"
)

// job is a hook for which something is sent. Its state is forgotten when the lease is lost, and when a backup has taken
// the place of the database: then what the job found out counts no more, since the numbers of events may mean others.
type job struct {
	track.Hook
	st    *state
	epoch string // in which the numbers are
}

// isOf tells whether a job's state is still the one that is known. The lock is held.
func (s *Sender) isOf(j *job) bool { return s.hooks[j.ID] == j.st }

// mayGoOn tells whether a job may send one more event.
func (s *Sender) mayGoOn(ctx context.Context, j *job) bool {
	if ctx.Err() != nil || !s.maySend() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.isOf(j)
}

// work sends what waits for a hook, in order, until nothing does, an attempt fails, or the lease may end. A panic is
// the end of no more than that, as in a request: the server, its other hooks and the mail go on.
func (s *Sender) work(ctx context.Context, j *job) {
	defer s.rest(j)
	defer func() {
		if p := recover(); p != nil {
			s.Log.Error("events for a hook can't be sent, by a fault of patchwatch; it is tried again", "hook", j.ID,
				"panic", p, "stack", string(debug.Stack()))
			s.leave(j)
		}
	}()
	for s.mayGoOn(ctx, j) {
		told, err := s.Events.EventsAfter(ctx, s.wanted(&j.Hook), j.Sent, atOnce)
		switch {
		case errors.Is(err, api.ErrUnwanted): // its project is not tracked any more
			s.leave(j)
			return
		case err != nil:
			if ctx.Err() == nil {
				s.Log.Warn("events can't be read for a hook; it is tried again", "hook", j.ID, "err", err)
			}
			return
		case told.Epoch != j.epoch: // the next round finds out how far it is now
			return
		}
		for _, e := range told.Events {
			if !s.mayGoOn(ctx, j) || !s.try(ctx, j, e) {
				return
			}
		}
		if len(told.Events) < atOnce {
			s.pass(j, told.UpTo)
			return
		}
	}
}

// wanted are the events of a hook. One that an administrator made for a private project sees it, and no other: what its
// events are about may have moved there. One without a project sees what everybody does.
func (s *Sender) wanted(h *track.Hook) api.Wanted {
	w := api.Wanted{Categories: h.Categories, Base: s.Base}
	if h.Project != 0 {
		w.Projects = []string{strconv.FormatInt(h.Project, 10)}
		w.Viewer = track.Viewer{User: &track.User{Maintains: []int64{h.Project}}, ReadOnly: true}
	}
	return w
}

// try sends one event, and tells whether the receiver has it.
func (s *Sender) try(ctx context.Context, j *job, e api.ToldEvent) bool {
	f := s.deliver(ctx, &j.Hook, j.epoch, e)
	if f == nil {
		j.HookProgress = track.HookProgress{Sent: e.ID}
	} else {
		j.HookProgress = after(j.HookProgress, f, s.Clock())
		s.tell(&j.Hook, f, e)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isOf(j) && j.Sent >= j.st.progress.Sent {
		j.st.progress, j.st.dirty = j.HookProgress, true
	}
	return f == nil
}

// loud is after how many attempts an administrator may want to know: some 30 seconds.
const loud = 7

func (s *Sender) tell(h *track.Hook, f *failure, e api.ToldEvent) {
	switch {
	case !h.GivenUp.IsZero():
		s.Log.Error("a hook is given up: patchwatch hook retry tries again", "hook", h.ID, "url", h.URL, "event", e.ID,
			"attempts", h.Failures, "since", h.FailingSince, "err", f.why)
	case h.Failures >= loud:
		s.Log.Warn("a hook fails", "hook", h.ID, "url", h.URL, "event", e.ID, "attempts", h.Failures, "next", h.NextTry,
			"err", f.why)
	}
}

// pass notes that a hook wants no event up to a number. That is in the database only once it saves much looking.
func (s *Sender) pass(j *job, upTo int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.isOf(j) || upTo <= j.st.progress.Sent || j.st.progress.Failures > 0 {
		return
	}
	j.st.progress.Sent = upTo
	j.st.dirty = j.st.dirty || upTo-j.st.stored > mostUnsaid
}

// leave leaves a hook alone for a while.
func (s *Sender) leave(j *job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j.st.notUntil = s.Clock().Add(aside)
}

func (s *Sender) rest(j *job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j.st.busy = false
}
