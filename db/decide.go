package db

import (
	"context"
	"fmt"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// SetState records what a person decided about patches, by the numbers of their mails. All or none is set.
func (s *Store) SetState(ctx context.Context, by track.Actor, patches []int64, state track.State) error {
	return s.decide(ctx, by, patches, "state", func(row *engine.PatchRow, d *engine.Decision) (before, after string) {
		before, after = string(row.State), string(state)
		row.State, d.State = state, &after
		return before, after
	})
}

// SetDelegate records who is to look after patches; an empty address, nobody.
func (s *Store) SetDelegate(ctx context.Context, by track.Actor, patches []int64, address string) error {
	return s.decide(ctx, by, patches, "delegate", func(row *engine.PatchRow, d *engine.Decision) (before, after string) {
		before, row.Delegate, d.Delegate = row.Delegate, address, &address
		return before, address
	})
}

// SetArchived puts patches out of the way of lists, or back.
func (s *Store) SetArchived(ctx context.Context, by track.Actor, patches []int64, archived bool) error {
	return s.decide(ctx, by, patches, "archived", func(row *engine.PatchRow, d *engine.Decision) (before, after string) {
		before, row.Archived, d.Archived = yesNo(row.Archived), archived, &archived
		return before, yesNo(archived)
	})
}

func yesNo(on bool) string {
	if on {
		return "yes"
	}
	return "no"
}

// decide writes a decision about patches by Message-ID, and the derived rows that show it. set makes it, and says what was
// decided before and after.
func (s *Store) decide(
	ctx context.Context, by track.Actor, patches []int64, what string, set func(*engine.PatchRow, *engine.Decision) (before, after string),
) error {
	return s.decideBy(ctx, by, func(w *writing) error {
		rows, err := w.patchRows(patches)
		if err != nil {
			return err
		}
		mails, err := w.Mails(patches)
		if err != nil {
			return err
		}
		names := make([]engine.Name, len(rows))
		for i, r := range rows {
			names[i] = engine.NameOf(mails[r.Mail])
		}
		decided, err := w.Decisions(names)
		if err != nil {
			return err
		}
		decisions := make([]engine.Decision, len(rows))
		for i := range rows {
			decisions[i] = decided[names[i]]
			decisions[i].Name = names[i]
			was := rows[i]
			before, after := set(&rows[i], &decisions[i])
			w.TellDecided(&was, &rows[i])
			if before != after {
				w.LogAbout(what, names[i], before, after)
			}
		}
		if err := w.Put((&engine.Derived{Patches: rows}).Sorted()); err != nil {
			return err
		}
		slices.SortFunc(decisions, func(a, b engine.Decision) int { return a.Name.Compare(b.Name) })
		return w.PutDecisions(decisions)
	})
}

// patchRows are the rows of patches, each once. It is an error if one of them is not there.
func (w *writing) patchRows(patches []int64) ([]engine.PatchRow, error) {
	is, err := w.Derived(patches)
	if err != nil {
		return nil, err
	}
	there := make(map[int64]bool, len(is.Patches))
	for _, r := range is.Patches {
		there[r.Mail] = true
	}
	for _, id := range patches {
		if !there[id] {
			return nil, fmt.Errorf("patch %d: %w", id, engine.ErrNotFound)
		}
	}
	slices.SortFunc(is.Patches, func(a, b engine.PatchRow) int { return int(a.Mail - b.Mail) })
	return slices.CompactFunc(is.Patches, func(a, b engine.PatchRow) bool { return a.Mail == b.Mail }), nil
}
