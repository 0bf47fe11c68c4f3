package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Hooks lists where events are sent, by number.
func (s *Store) Hooks(ctx context.Context) ([]track.Hook, error) {
	return viewed(ctx, s, func(v engine.View) ([]track.Hook, error) { return v.Hooks() })
}

// HooksWaiting lists hooks with what waits to be sent.
func (s *Store) HooksWaiting(ctx context.Context) (out []track.HookWaiting, err error) {
	return viewed(ctx, s, func(v engine.View) ([]track.HookWaiting, error) {
		all, err := v.Hooks()
		if err != nil || len(all) == 0 {
			return nil, err
		}
		projects, err := v.Projects()
		if err != nil {
			return nil, err
		}
		for _, h := range all {
			page, err := firstWanted(v, &h, projects, -1)
			if err != nil {
				return nil, err
			}
			w := track.HookWaiting{Hook: h, Waiting: page.Total}
			if len(page.Rows) > 0 {
				w.Oldest = page.Rows[0].Date
			}
			out = append(out, w)
		}
		return out, nil
	})
}

// privates are the projects of which a hook is told only if it names them: also those that are not tracked any more.
func privates(all []engine.Project) (ids []int64) {
	for _, p := range all {
		if p.Private || p.Removed {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

func isRemoved(all []engine.Project, id int64) bool {
	return slices.ContainsFunc(all, func(p engine.Project) bool { return p.ID == id && p.Removed })
}

// mostHooks bounds how many there are: each may have a request in hand.
const mostHooks = 64

// AddHook makes a hook, and gives it with its number. It is sent what happens from now on, or, with since, what came
// after the event of that number.
func (s *Store) AddHook(ctx context.Context, by track.Actor, h track.Hook, since *int64) (track.Hook, error) {
	err := s.decideBy(ctx, by, func(w *writing) error {
		if err := w.checkHook(&h); err != nil {
			return err
		}
		last, _, err := w.Tx.LastEvent()
		if err != nil {
			return err
		}
		h.ID, h.HookProgress = 0, track.HookProgress{Sent: last}
		if since != nil {
			h.Sent = min(*since, last)
		}
		if err := w.Tx.PutHook(&h); err != nil {
			return err
		}
		return w.noteHook(&h, "", hookText(&h))
	})
	return h, err
}

func (w *writing) checkHook(h *track.Hook) error {
	if h.URL == "" {
		return errors.New("a hook has a URL")
	}
	if h.Project != 0 {
		if err := w.areProjects([]int64{h.Project}); err != nil {
			return err
		}
	}
	all, err := w.Tx.Hooks()
	if err == nil && len(all) >= mostHooks {
		err = fmt.Errorf("there are %d hooks, and no more than that", len(all))
	}
	return err
}

// RemoveHook takes a hook out, by its number. What waits for it is not sent.
func (s *Store) RemoveHook(ctx context.Context, by track.Actor, id int64) error {
	return s.decideBy(ctx, by, func(w *writing) error {
		h, err := w.hook(id)
		if err != nil {
			return err
		}
		if err := w.Tx.DropHooks([]int64{id}); err != nil {
			return err
		}
		return w.noteHook(h, hookText(h), "")
	})
}

// RetryHook has what waits for a hook sent at once, also where it was given up. With skip the first event that waits is
// left out.
func (s *Store) RetryHook(ctx context.Context, by track.Actor, id int64, skip bool) error {
	return s.decideBy(ctx, by, func(w *writing) error {
		h, err := w.hook(id)
		if err != nil {
			return err
		}
		before := hookText(h)
		if skip {
			if h.Sent, err = w.nextOf(h); err != nil {
				return err
			}
		}
		h.HookProgress = track.HookProgress{Sent: h.Sent}
		if err := w.Tx.PutHook(h); err != nil {
			return err
		}
		return w.noteHook(h, before, hookText(h))
	})
}

// nextOf is the number of the first event that waits for a hook.
func (w *writing) nextOf(h *track.Hook) (int64, error) {
	projects, err := w.Tx.Projects()
	if err != nil {
		return 0, err
	}
	first, err := firstWanted(w.Tx, h, projects, 1)
	if err == nil && len(first.Rows) == 0 {
		err = fmt.Errorf("nothing waits for hook %d: %w", h.ID, engine.ErrNotFound)
	}
	if err != nil {
		return 0, err
	}
	return first.Rows[0].ID, nil
}

// firstWanted is the first event that waits for a hook. total is that of View.EventPage. Of a project that is not
// tracked any more nothing waits.
func firstWanted(v engine.View, h *track.Hook, projects []engine.Project, total int) (track.Page[track.EventRow],
	error) {
	if isRemoved(projects, h.Project) {
		return track.Page[track.EventRow]{}, nil
	}
	q := h.Wants(privates(projects))
	q.Order, q.Limit = []track.Order{{By: "id"}}, 1
	return v.EventPage(q, total)
}

func (w *writing) hook(id int64) (*track.Hook, error) {
	all, err := w.Tx.Hooks()
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(h track.Hook) bool { return h.ID == id })
	if at < 0 {
		return nil, fmt.Errorf("hook %d: %w", id, engine.ErrNotFound)
	}
	return &all[at], nil
}

func (w *writing) noteHook(h *track.Hook, before, after string) error {
	links, err := engine.LinkNames(w.Tx)
	if err != nil {
		return err
	}
	return w.Note("hook", links[h.Project], "", before, after)
}

// hookText is a hook as the log has it, without its secret.
func hookText(h *track.Hook) string {
	text := fmt.Sprintf("%d %s", h.ID, h.URL)
	for _, k := range h.Categories {
		text += " " + string(k)
	}
	if h.AllowPrivate {
		text += " (private addresses too)"
	}
	text += fmt.Sprintf(", sent up to %d", h.Sent)
	if !h.GivenUp.IsZero() {
		text += ", given up"
	}
	return text
}

// moveHooks hands the hooks of a project to another.
func (w *writing) moveHooks(from, to int64) error {
	all, err := w.Tx.Hooks()
	if err != nil {
		return err
	}
	return handOver(all, func(h *track.Hook) *int64 { return &h.Project }, from, to, w.Tx.PutHook)
}

// TakeLease takes a lease from now until a time, or holds it for longer. ErrLease: another has it, and is not dead as
// far as dead can tell.
func (s *Store) TakeLease(ctx context.Context, l engine.Lease, now time.Time, dead func(holder string) bool) error {
	return s.write(ctx, func(w *writing) error {
		is, err := w.Tx.Lease(l.Name)
		if err != nil {
			return err
		}
		tooLong := is.Until.After(now.Add(2 * l.Until.Sub(now))) // the clock was set back
		if is.Holder != "" && is.Holder != l.Holder && is.Until.After(now) && !tooLong && !dead(is.Holder) {
			return engine.ErrLease
		}
		return w.Tx.PutLease(l)
	})
}

// LeaveLease gives a lease back, if it is still this holder's.
func (s *Store) LeaveLease(ctx context.Context, name, holder string) error {
	return s.write(ctx, func(w *writing) error {
		is, err := w.Tx.Lease(name)
		if err != nil || is.Holder != holder {
			return err
		}
		return w.Tx.PutLease(engine.Lease{Name: name})
	})
}

// NoteHooks notes how far hooks are, by number, on behalf of the holder of a lease, which is then held until a later
// time. ErrLease: it is another's now, or the numbers of events are those of another Epoch, and nothing is noted. A
// hook that is no more is left out; that one was sent further, as when a person skipped an event, stays.
func (s *Store) NoteHooks(ctx context.Context, l engine.Lease, epoch string, progress map[int64]track.HookProgress,
) error {
	return s.write(ctx, func(w *writing) error {
		is, err := w.Tx.Lease(l.Name)
		if err != nil {
			return err
		}
		now, err := w.Tx.Epoch()
		if err != nil {
			return err
		}
		if is.Holder != l.Holder || now != epoch {
			return engine.ErrLease
		}
		all, err := w.Tx.Hooks()
		if err != nil {
			return err
		}
		for i := range all {
			h := &all[i]
			p, there := progress[h.ID]
			if !there || p.Sent < h.Sent {
				continue
			}
			h.HookProgress = p
			h.Fault = strings.ToValidUTF8(h.Fault, "?")
			if err := w.Tx.PutHook(h); err != nil {
				return err
			}
		}
		return w.Tx.PutLease(l)
	})
}
