package db

import (
	"context"
	"fmt"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Hide puts mails out of everybody's sight, such as spam or what a court wants gone, or back. What they say is kept.
func (s *Store) Hide(ctx context.Context, by track.Actor, mails []int64, hidden bool) error {
	return s.decideBy(ctx, by, func(w *writing) error { return w.hide(mails, hidden) })
}

// HiddenOf tells which of some mails are hidden.
func (s *Store) HiddenOf(ctx context.Context, names []engine.Name) (map[engine.Name]bool, error) {
	return viewed(ctx, s, func(v engine.View) (map[engine.Name]bool, error) {
		decisions, err := v.Decisions(names)
		out := map[engine.Name]bool{}
		for name, d := range decisions {
			if value(d.Hidden, false) {
				out[name] = true
			}
		}
		return out, err
	})
}

func (w *writing) hide(ids []int64, hidden bool) error {
	names, err := w.namesOfAll(ids)
	if err != nil {
		return err
	}
	decisions, err := w.decisionsOf(names)
	if err != nil {
		return err
	}
	for i := range decisions {
		if before := value(decisions[i].Hidden, false); before != hidden {
			w.LogAbout("hidden", names[i], yesNo(before), yesNo(hidden))
		}
		decisions[i].Hidden = nil
		if hidden {
			decisions[i].Hidden = &hidden
		}
	}
	if err := w.putDecisions(decisions); err != nil {
		return err
	}
	return w.hideRows(names, hidden)
}

// namesOfAll are the names of mails, each once. That a mail is not there, or in no project, is an error.
func (w *writing) namesOfAll(ids []int64) (out []engine.Name, err error) {
	names, err := namesOf(w.Tx, ids)
	for _, id := range ids {
		n, there := names[id]
		switch {
		case err != nil:
		case !there:
			err = fmt.Errorf("mail %d: %w", id, engine.ErrNotFound)
		case n.Project == 0:
			err = fmt.Errorf("mail %d, in no project: %w", id, engine.ErrNotFound)
		case !slices.Contains(out, n):
			out = append(out, n)
		}
	}
	return out, err
}

// hideRows has the derived rows show it, and those of series whose mails are all hidden.
func (w *writing) hideRows(names []engine.Name, hidden bool) error {
	var chosen []int64
	copies, err := w.Tx.Copies(names)
	if err != nil {
		return err
	}
	for _, of := range copies {
		for _, c := range of {
			if c.Chosen {
				chosen = append(chosen, c.ID)
			}
		}
	}
	is, err := w.Tx.Derived(engine.Distinct(chosen))
	if err != nil {
		return err
	}
	var series []int64
	for i := range is.Patches {
		is.Patches[i].Hidden = hidden
		series = append(series, is.Patches[i].Series)
	}
	for i := range is.Covers {
		is.Covers[i].Hidden = hidden
		series = append(series, is.Covers[i].Series)
	}
	for i := range is.Replies {
		is.Replies[i].Hidden = hidden
	}
	if err := w.Tx.Put(is.Sorted()); err != nil {
		return err
	}
	if err := w.ShowSeries(engine.Distinct(series)); err != nil {
		return err
	}
	return w.Retire(series)
}

// SetAddressed notes whether somebody has seen to what a comment says; nil: nobody has said.
func (s *Store) SetAddressed(ctx context.Context, by track.Actor, comment int64, addressed *bool) error {
	return s.decideBy(ctx, by, func(w *writing) error {
		if err := w.isComment(comment); err != nil {
			return err
		}
		names, err := w.namesOfAll([]int64{comment})
		if err != nil {
			return err
		}
		decisions, err := w.decisionsOf(names)
		if err != nil {
			return err
		}
		before, after := addressedText(decisions[0].Addressed), addressedText(addressed)
		if before != after {
			w.LogAbout("addressed", names[0], before, after)
		}
		decisions[0].Addressed = addressed
		return w.putDecisions(decisions)
	})
}

// isComment refuses the number of a mail that is no comment on a patch or cover.
func (w *writing) isComment(id int64) error {
	stands, err := w.Tx.Stands([]int64{id})
	if err != nil {
		return err
	}
	is, err := w.Tx.Derived([]int64{stands[id]})
	if err == nil && (len(is.Replies) == 0 || is.Replies[0].Parent == 0) {
		err = fmt.Errorf("comment %d: %w", id, engine.ErrNotFound)
	}
	return err
}

func addressedText(addressed *bool) string {
	if addressed == nil {
		return ""
	}
	return yesNo(*addressed)
}
