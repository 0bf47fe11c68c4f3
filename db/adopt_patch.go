package db

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// AdoptPatches takes over the numbers of patches, and what was decided about them. Numbers of mails that are stored
// from now on are above all of these. Which patches are related is taken over by AdoptRelations.
func (s *Store) AdoptPatches(
	ctx context.Context, by track.Actor, from AdoptFrom, patches []track.AdoptedPatch,
) (Adoption, error) {
	return s.adopt(ctx, by, from, func(a *adopting) error { return a.adoptPatches(patches) })
}

// adoptedPatch is a patch that is being taken over.
type adoptedPatch struct {
	track.AdoptedPatch
	key      engine.AdoptedKey
	seen     *seenPatch // nil: it is seen for the first time
	row      *engine.PatchRow
	mail     *engine.Mail // never nil: an empty one if the mail is not here
	here     bool
	decision engine.Decision
}

func (a *adopting) adoptPatches(patches []track.AdoptedPatch) error {
	all, err := a.findPatches(patches)
	if err != nil {
		return err
	}
	var rows engine.Derived
	var decisions []engine.Decision
	var adopted []engine.Adopted
	var series []int64
	highest := int64(0)
	for _, p := range all {
		was := *p.row
		now, changed, err := a.adoptPatch(p)
		if err != nil {
			return err
		}
		adopted = append(adopted, engine.Adopted{AdoptedKey: p.key, Name: p.decision.Name, Seen: seenText(now)})
		highest = max(highest, p.Number)
		if !changed {
			continue
		}
		decisions = append(decisions, p.decision)
		if p.here {
			rows.Patches, series = append(rows.Patches, *p.row), append(series, p.row.Series)
			a.TellDecided(&was, p.row)
		}
	}
	if err := a.Tx.Put(rows.Sorted()); err != nil {
		return err
	}
	if err := a.putDecisions(decisions); err != nil {
		return err
	}
	if err := a.Tx.PutAdopted(adopted); err != nil {
		return err
	}
	if err := a.Tx.Reserve(highest); err != nil {
		return err
	}
	return a.Retire(series)
}

// findPatches finds what is here of patches, each once.
func (a *adopting) findPatches(patches []track.AdoptedPatch) (out []*adoptedPatch, err error) {
	var keys []engine.AdoptedKey
	var names []engine.Name
	seen := map[engine.Name]bool{}
	for _, p := range patches {
		if !a.isNumber("patch", p.Number) {
			continue
		}
		name := a.name(p.MsgID)
		if p.MsgID == "" || seen[name] {
			a.leave("patch %d: its Message-ID %q is none, or that of another", p.Number, p.MsgID)
			continue
		}
		seen[name] = true
		f := &adoptedPatch{AdoptedPatch: p, key: a.key(track.AliasPatch, p.Number),
			row: &engine.PatchRow{State: track.StateNew}, mail: &engine.Mail{}}
		f.decision.Name = name
		keys, names, out = append(keys, f.key), append(names, name), append(out, f)
	}
	adopted, err := a.Tx.Adopted(keys)
	if err != nil {
		return nil, err
	}
	decisions, err := a.decisionsOf(names)
	if err != nil {
		return nil, err
	}
	rows, mails, err := a.patchesNamed(names)
	if err != nil {
		return nil, err
	}
	for i, f := range out {
		f.decision = decisions[i]
		if f.seen, err = parseSeen[seenPatch](adopted[f.key].Seen); err != nil {
			return nil, err
		}
		if row, there := rows[f.decision.Name]; there {
			f.row, f.mail, f.here = row, mails[row.Mail], true
		}
	}
	return out, nil
}

// patchesNamed finds the rows of patches by name, with their mails.
func (w *writing) patchesNamed(names []engine.Name) (map[engine.Name]*engine.PatchRow, map[int64]*engine.Mail, error) {
	copies, err := w.Tx.Copies(names)
	if err != nil {
		return nil, nil, err
	}
	var chosen []int64
	for _, all := range copies {
		for _, c := range all {
			if c.Chosen {
				chosen = append(chosen, c.ID)
			}
		}
	}
	slices.Sort(chosen)
	is, err := w.Tx.Derived(chosen)
	if err != nil {
		return nil, nil, err
	}
	mails, err := w.Tx.Mails(chosen)
	out := map[engine.Name]*engine.PatchRow{}
	for i := range is.Patches {
		out[engine.NameOf(mails[is.Patches[i].Mail])] = &is.Patches[i]
	}
	return out, mails, err
}

// adoptPatch merges what was decided about a patch, and gives what is seen now.
func (a *adopting) adoptPatch(p *adoptedPatch) (now seenPatch, changed bool, err error) {
	now = seenPatch{State: string(p.State), Archived: p.Archived, CommitRef: clip(p.CommitRef, 255),
		PullURL: clip(p.PullURL, 255), Related: p.Related}
	if p.seen != nil {
		now.Joined = p.seen.Joined
	}
	for _, merge := range []func(*adoptedPatch, *seenPatch) (bool, error){
		a.mergeState, a.mergeDelegate, a.mergeArchived, a.mergeCommitRef, a.mergePullURL,
	} {
		taken, err := merge(p, &now)
		if err != nil {
			return now, changed, err
		}
		changed = changed || taken
	}
	return now, changed, nil
}

// decide takes one value over.
func (a *adopting) decide(p *adoptedPatch, d track.Decided, who track.AdoptedDecision) error {
	by, err := a.adoptUser(who.By)
	if err != nil {
		return err
	}
	var actor track.Actor // empty: whoever takes over
	if by != nil {
		actor = by.Actor()
	}
	wasSuperseded := p.row.Superseded != 0
	if d.State != nil {
		p.decision.StateAt, p.row.Superseded = who.At, 0
	}
	for _, c := range apply(d, p.row, &p.decision, p.mail) {
		if c.before != c.after || c.what == "state" && wasSuperseded {
			a.LogAs(actor, who.At, c.what, p.decision.Name, c.before, c.after)
			a.took(c.what)
		}
	}
	return nil
}

// merge takes theirs where that is right, and says where it is not.
func merge[T comparable](
	a *adopting, p *adoptedPatch, what string, m merging[T], who track.AdoptedDecision, take func(T) track.Decided,
) (bool, error) {
	ok, kept, err := m.take(func() (bool, error) {
		at, err := a.decidedHere(what, p.decision.Name)
		return !who.At.IsZero() && !at.IsZero() && who.At.After(at), err
	})
	if err != nil {
		return false, err
	}
	if kept {
		a.leave("patch %d %s: its %s is %v there, but was decided to be %v here", p.Number, p.MsgID, what, m.theirs, m.ours)
	}
	if !ok {
		return false, nil
	}
	return true, a.decide(p, take(m.theirs), who)
}

func (a *adopting) mergeState(p *adoptedPatch, now *seenPatch) (bool, error) {
	if err := a.adoptState(p.State); errors.Is(err, errNoState) {
		a.leave("patch %d %s: %q can't be a state here", p.Number, p.MsgID, p.State)
		now.State = ""
		return false, nil
	} else if err != nil {
		return false, err
	}
	ours := p.row.State
	if p.row.Superseded != 0 && p.decision.State == nil && p.State == track.StateNew {
		return false, nil // nobody decided there either, so what the rule shows stays
	}
	if !p.here {
		ours = track.State(value(p.decision.State, string(track.StateNew)))
	}
	m := merging[string]{base(p.seen, func(s *seenPatch) string { return s.State }), string(p.State), string(ours),
		p.decision.State != nil}
	return merge(a, p, "state", m, p.StateBy, func(s string) track.Decided {
		state := track.State(s)
		return track.Decided{State: &state}
	})
}

func (a *adopting) mergeDelegate(p *adoptedPatch, now *seenPatch) (bool, error) {
	to, err := a.adoptUser(p.Delegate)
	if err != nil {
		return false, err
	}
	if to != nil {
		now.Delegate = to.Delegate()
	}
	ours := p.row.Delegate
	if !p.here {
		ours = value(p.decision.Delegate, "")
	}
	m := merging[string]{base(p.seen, func(s *seenPatch) string { return s.Delegate }), now.Delegate, ours,
		p.decision.Delegate != nil}
	return merge(a, p, "delegate", m, p.DelegateBy, func(s string) track.Decided { return track.Decided{Delegate: &s} })
}

func (a *adopting) mergeArchived(p *adoptedPatch, now *seenPatch) (bool, error) {
	m := merging[bool]{base(p.seen, func(s *seenPatch) bool { return s.Archived }), now.Archived,
		value(p.decision.Archived, false), p.decision.Archived != nil}
	return merge(a, p, "archived", m, track.AdoptedDecision{}, func(on bool) track.Decided {
		return track.Decided{Archived: &on}
	})
}

func (a *adopting) mergeCommitRef(p *adoptedPatch, now *seenPatch) (bool, error) {
	m := merging[string]{base(p.seen, func(s *seenPatch) string { return s.CommitRef }), now.CommitRef,
		value(p.decision.CommitRef, ""), p.decision.CommitRef != nil}
	return merge(a, p, "commit-ref", m, track.AdoptedDecision{}, func(ref string) track.Decided {
		return track.Decided{CommitRef: &ref}
	})
}

// mergePullURL leaves alone what the mail says: without a decision of somebody there it says the same there.
func (a *adopting) mergePullURL(p *adoptedPatch, now *seenPatch) (bool, error) {
	m := merging[string]{base(p.seen, func(s *seenPatch) string { return s.PullURL }), now.PullURL,
		cmp.Or(value(p.decision.PullURL, ""), p.mail.PullURL), p.decision.PullURL != nil}
	return merge(a, p, "pull-url", m, track.AdoptedDecision{}, func(url string) track.Decided {
		return track.Decided{PullURL: &url}
	})
}

// micro is a time as it is stored.
func micro(t time.Time) time.Time { return time.UnixMicro(t.UnixMicro()).UTC() }
