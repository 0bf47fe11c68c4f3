package dbtest

import (
	"context"

	"pgregory.net/rapid"

	"patchwatch/db"
	"patchwatch/track"
)

// anyHook makes a hook, takes one out, or does what its sender does.
func (p *pair) anyHook(id int64) func(s *db.Store) error {
	ctx, t := context.Background(), p.t
	h := track.Hook{URL: "https://x/", Project: rapid.Int64Range(0, 3).Draw(t, "project"), Made: epoch,
		Categories: rapid.SliceOfN(rapid.SampledFrom([]track.Category{track.PatchCreated, track.SeriesCompleted}), 0, 1).
			Draw(t, "categories")}
	sent, yes := rapid.Int64Range(0, 40).Draw(t, "sent"), rapid.Bool().Draw(t, "yes")
	holder := oneOf(t, "holder", "a", "b")
	switch oneOf(t, "hook", "add", "add", "remove", "retry", "take", "note") {
	case "add":
		return func(s *db.Store) error { _, err := s.AddHook(ctx, by, h, &sent); return err }
	case "remove":
		return func(s *db.Store) error { return s.RemoveHook(ctx, by, id) }
	case "retry":
		return func(s *db.Store) error { return s.RetryHook(ctx, by, id, yes) }
	case "take":
		return func(s *db.Store) error {
			return refusal(s.TakeLease(ctx, lease(holder, int(sent)), epoch, func(string) bool { return yes }))
		}
	}
	progress := map[int64]track.HookProgress{id: {Sent: sent, Failures: int(id), Fault: "500", FailingSince: epoch}}
	return func(s *db.Store) error {
		now, err := s.Epoch(ctx)
		if err != nil {
			return err
		}
		return refusal(s.NoteHooks(ctx, lease(holder, int(sent)+9), now, progress))
	}
}

// sayHooks says all hooks, and what waits for them.
func sayHooks(say func(question string, answer any, err error), s *db.Store) {
	all, err := s.HooksWaiting(context.Background())
	for i := range all {
		if all[i].Waiting > 0 {
			all[i].Oldest = epoch // events have the time of their commit
		}
	}
	say("hooks", all, err)
}
