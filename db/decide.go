package db

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"patchwatch/db/engine"
	"patchwatch/internal/order"
	"patchwatch/track"
)

// SetState records what a person decided about patches, by the numbers of any copies. All or none is set.
func (s *Store) SetState(ctx context.Context, by track.Actor, patches []int64, state track.State) error {
	return s.Decide(ctx, by, patches, track.Decided{State: &state})
}

// SetDelegate records who is to look after patches; an empty address, nobody.
func (s *Store) SetDelegate(ctx context.Context, by track.Actor, patches []int64, address string) error {
	return s.Decide(ctx, by, patches, track.Decided{Delegate: &address})
}

// SetArchived puts patches out of the way of lists, or back.
func (s *Store) SetArchived(ctx context.Context, by track.Actor, patches []int64, archived bool) error {
	return s.Decide(ctx, by, patches, track.Decided{Archived: &archived})
}

// Decide records what a person decided about patches. All or none is set.
func (s *Store) Decide(ctx context.Context, by track.Actor, patches []int64, d track.Decided) error {
	return s.decideBy(ctx, by, func(w *writing) error { return w.decide(patches, d) })
}

// decide writes decisions about patches by Message-ID, and the derived rows that show them.
func (w *writing) decide(patches []int64, d track.Decided) error {
	rows, err := w.patchRows(patches)
	if err != nil {
		return err
	}
	mails, decisions, err := w.decisionsOn(rows)
	if err != nil {
		return err
	}
	now := time.UnixMicro(time.Now().UnixMicro()).UTC()
	var series []int64
	for i := range rows {
		was := rows[i]
		if d.State != nil { // also where it is the one that the rule shows
			decisions[i].StateAt, rows[i].Superseded = now, 0
			series = append(series, was.Series)
		}
		for _, c := range apply(d, &rows[i], &decisions[i], mails[rows[i].Mail]) {
			if c.before != c.after || c.what == "state" && was.Superseded != 0 {
				w.LogAbout(c.what, decisions[i].Name, c.before, c.after)
			}
		}
		w.TellDecided(&was, &rows[i])
	}
	if err := w.Tx.Put((&engine.Derived{Patches: rows}).Sorted()); err != nil {
		return err
	}
	if err := w.putDecisions(decisions); err != nil {
		return err
	}
	return w.Retire(series)
}

// decisionsOn gives the mails of patches, and what is decided about each so far, in the same order.
func (w *writing) decisionsOn(rows []engine.PatchRow) (map[int64]*engine.Mail, []engine.Decision, error) {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.Mail
	}
	mails, err := w.Tx.Mails(ids)
	if err != nil {
		return nil, nil, err
	}
	names := make([]engine.Name, len(rows))
	for i, r := range rows {
		names[i] = engine.NameOf(mails[r.Mail])
	}
	decisions, err := w.decisionsOf(names)
	return mails, decisions, err
}

// decisionsOf gives what is decided so far about each name, in the same order.
func (w *writing) decisionsOf(names []engine.Name) ([]engine.Decision, error) {
	decided, err := w.Tx.Decisions(names)
	out := make([]engine.Decision, len(names))
	for i, name := range names {
		out[i] = decided[name]
		out[i].Name = name
	}
	return out, err
}

// putDecisions writes decisions in the order that Tx wants.
func (w *writing) putDecisions(decisions []engine.Decision) error {
	order.By(decisions, func(a, b engine.Decision) int { return a.Name.Compare(b.Name) })
	return w.Tx.PutDecisions(decisions)
}

// changed is a line of the log in the making.
type changed struct{ what, before, after string }

// apply decides about one patch, and says what was decided before and after.
func apply(d track.Decided, row *engine.PatchRow, is *engine.Decision, m *engine.Mail) (out []changed) {
	if d.State != nil {
		state := string(*d.State)
		out = append(out, changed{"state", string(row.State), state})
		row.State, is.State = *d.State, &state
	}
	if d.Delegate != nil {
		out = append(out, changed{"delegate", row.Delegate, *d.Delegate})
		row.Delegate, is.Delegate = *d.Delegate, d.Delegate
	}
	if d.Archived != nil {
		out = append(out, changed{"archived", yesNo(row.Archived), yesNo(*d.Archived)})
		row.Archived, is.Archived = *d.Archived, d.Archived
	}
	if d.CommitRef != nil {
		out = append(out, changed{"commit-ref", value(is.CommitRef, ""), *d.CommitRef})
		is.CommitRef = orNone(*d.CommitRef)
	}
	if d.PullURL != nil {
		before := value(is.PullURL, m.PullURL)
		is.PullURL = orNone(*d.PullURL)
		out = append(out, changed{"pull-url", before, value(is.PullURL, m.PullURL)})
	}
	return out
}

// orNone is a text that was decided; an empty one takes the decision back.
func orNone(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// value is what a pointer points to, or what stands where it is nil.
func value[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

func yesNo(on bool) string {
	if on {
		return "yes"
	}
	return "no"
}

// patchRows are the rows of patches, each once. It is an error if one of them is not there.
func (w *writing) patchRows(patches []int64) ([]engine.PatchRow, error) {
	stands, err := w.Tx.Stands(patches)
	if err != nil {
		return nil, err
	}
	is, err := w.Tx.Derived(engine.Distinct(slices.Collect(maps.Values(stands))))
	if err != nil {
		return nil, err
	}
	there := make(map[int64]bool, len(is.Patches))
	for _, r := range is.Patches {
		there[r.Mail] = true
	}
	for _, id := range patches {
		if !there[stands[id]] {
			return nil, fmt.Errorf("patch %d: %w", id, engine.ErrNotFound)
		}
	}
	order.By(is.Patches, func(a, b engine.PatchRow) int { return int(a.Mail - b.Mail) })
	return slices.CompactFunc(is.Patches, func(a, b engine.PatchRow) bool { return a.Mail == b.Mail }), nil
}
