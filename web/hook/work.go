package hook

import (
	"context"
	"errors"
	"strconv"

	"patchwatch/track"
	"patchwatch/web/api"
)

// work sends what waits for a hook, in order, until nothing does, an attempt fails, or the lease may end.
func (s *Sender) work(ctx context.Context, h track.Hook) {
	defer s.rest(h.ID)
	for ctx.Err() == nil && s.maySend() {
		told, err := s.Events.EventsAfter(ctx, s.wanted(&h), h.Sent, atOnce)
		switch {
		case errors.Is(err, api.ErrUnwanted): // its project is not tracked any more
			s.leave(h.ID)
			return
		case err != nil:
			if ctx.Err() == nil {
				s.Log.Warn("events can't be read for a hook; it is tried again", "hook", h.ID, "err", err)
			}
			return
		}
		for _, e := range told.Events {
			if ctx.Err() != nil || !s.maySend() || !s.try(ctx, &h, told.Epoch, e) {
				return
			}
		}
		if len(told.Events) < atOnce {
			s.pass(&h, told.UpTo)
			return
		}
	}
}

// wanted are the events of a hook. One that an administrator made for a private project sees it; one without a project
// sees what everybody does.
func (s *Sender) wanted(h *track.Hook) api.Wanted {
	w := api.Wanted{Categories: h.Categories, Base: s.Base}
	if h.Project != 0 {
		w.Projects = []string{strconv.FormatInt(h.Project, 10)}
		w.Viewer = track.Viewer{User: &track.User{Admin: true}, ReadOnly: true}
	}
	return w
}

// try sends one event, and tells whether the receiver has it.
func (s *Sender) try(ctx context.Context, h *track.Hook, epoch string, e api.ToldEvent) bool {
	f := s.deliver(ctx, h, epoch, e)
	if f == nil {
		h.HookProgress = track.HookProgress{Sent: e.ID}
	} else {
		h.HookProgress = after(h.HookProgress, f, s.Clock())
		s.tell(h, f, e)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.hooks[h.ID]; st != nil && h.Sent >= st.progress.Sent {
		st.progress, st.dirty = h.HookProgress, true
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
func (s *Sender) pass(h *track.Hook, upTo int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.hooks[h.ID]
	if st == nil || upTo <= st.progress.Sent || st.progress.Failures > 0 {
		return
	}
	st.progress.Sent = upTo
	st.dirty = st.dirty || upTo-st.stored > mostUnsaid
}

// leave leaves a hook alone for a while.
func (s *Sender) leave(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.hooks[id]; st != nil {
		st.notUntil = s.Clock().Add(untracked)
	}
}

func (s *Sender) rest(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.hooks[id]; st != nil {
		st.busy = false
	}
}
