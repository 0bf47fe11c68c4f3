package db

import (
	"context"
	"maps"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/internal/order"
	"patchwatch/track"
)

// A person can say of two series that they are versions of each other, or are not, whatever the rules say. The
// decision names a mail of each, and is about the series that these are in at any time.

// LinkSeries records that a person took two series, by number, for versions of each other.
func (s *Store) LinkSeries(ctx context.Context, by track.Actor, one, other int64) error {
	return s.decideBy(ctx, by, func(w *writing) error { return w.pair(one, other, true) })
}

// UnlinkSeries records that a person took two series, by number, for different things.
func (s *Store) UnlinkSeries(ctx context.Context, by track.Actor, one, other int64) error {
	return s.decideBy(ctx, by, func(w *writing) error { return w.pair(one, other, false) })
}

func (w *writing) pair(one, other int64, linked bool) error {
	rows, err := w.Tx.Series([]int64{one, other})
	if err != nil {
		return err
	}
	for _, id := range []int64{one, other} {
		if !slices.ContainsFunc(rows, func(r engine.SeriesRow) bool { return r.ID == id }) {
			return refuse(engine.ErrNotFound, "there is no series s%d", id)
		}
	}
	switch {
	case one == other:
		return refuse(engine.ErrConflict, "s%d is one series, and not two", one)
	case rows[0].Project != rows[1].Project:
		return refuse(engine.ErrConflict, "s%d and s%d are of different projects", one, other)
	}
	project := rows[0].Project
	names, err := w.membersOf(project, one, other)
	if err != nil {
		return err
	}
	between, err := w.pairsBetween(names[one], names[other])
	if err != nil {
		return err
	}
	if len(between) == 1 && between[0].Linked == linked {
		return nil // it is so already
	}
	if err := w.dropAll(between); err != nil {
		return err
	}
	p := engine.Pair{PairKey: engine.PairOf(project, names[one][0].MsgID, names[other][0].MsgID), Linked: linked}
	w.logPair(p.PairKey, inWords(between), inWords([]engine.Pair{p}))
	w.Touch(project)
	if err := w.Tx.PutPairs([]engine.Pair{p}); err != nil {
		return err
	}
	return w.Retire([]int64{one, other})
}

// membersOf gives the names of the mails of series, the leading one first.
func (w *writing) membersOf(project int64, series ...int64) (map[int64][]engine.Name, error) {
	members, err := w.Tx.Members(series)
	out := map[int64][]engine.Name{}
	for _, id := range series {
		for _, m := range members[id] {
			out[id] = append(out[id], engine.Name{Project: project, MsgID: m.MsgID})
		}
		if err == nil && len(out[id]) == 0 {
			err = refuse(engine.ErrNotFound, "there are no mails in s%d", id)
		}
	}
	return out, err
}

// pairsBetween finds what was decided so far about two series, in order.
func (w *writing) pairsBetween(one, other []engine.Name) (out []engine.Pair, err error) {
	found, err := w.Tx.Pairs(one)
	for _, p := range found {
		if slices.Contains(other, engine.Name{Project: p.Project, MsgID: p.MsgID}) ||
			slices.Contains(other, engine.Name{Project: p.Project, MsgID: p.Other}) {
			out = append(out, p)
		}
	}
	order.By(out, func(a, b engine.Pair) int { return a.Compare(b.PairKey) })
	return out, err
}

func (w *writing) dropAll(pairs []engine.Pair) error {
	var keys []engine.PairKey
	for _, p := range pairs {
		keys = append(keys, p.PairKey)
	}
	return w.Tx.DropPairs(keys)
}

// dropPairs takes back what was decided about series that are named by these mails.
func (w *writing) dropPairs(names []engine.Name) error {
	found, err := w.Tx.Pairs(names)
	if err != nil || len(found) == 0 {
		return err
	}
	order.By(found, func(a, b engine.Pair) int { return a.Compare(b.PairKey) })
	for _, p := range found {
		w.logPair(p.PairKey, inWords([]engine.Pair{p}), "")
	}
	w.Touch(found[0].Project)
	if err := w.dropAll(found); err != nil {
		return err
	}
	return w.retirePaired(found)
}

// retirePaired is Retire for the series that pairs are about.
func (w *writing) retirePaired(pairs []engine.Pair) error {
	var names []engine.Name
	for _, p := range pairs {
		names = append(names, engine.Name{Project: p.Project, MsgID: p.MsgID},
			engine.Name{Project: p.Project, MsgID: p.Other})
	}
	of, err := w.Tx.SeriesOf(names)
	if err != nil {
		return err
	}
	return w.Retire(slices.Collect(maps.Values(of)))
}

// logPair notes in the log of both mails what was decided about their series.
func (w *writing) logPair(k engine.PairKey, before, after string) {
	with := func(text, other string) string {
		if text == "" {
			return ""
		}
		return text + " " + other
	}
	w.LogAbout("versions", engine.Name{Project: k.Project, MsgID: k.MsgID}, with(before, k.Other), with(after, k.Other))
	w.LogAbout("versions", engine.Name{Project: k.Project, MsgID: k.Other}, with(before, k.MsgID), with(after, k.MsgID))
}

// inWords says what pairs of the same two series say together; empty: there are none.
func inWords(pairs []engine.Pair) string {
	switch {
	case len(pairs) == 0:
		return ""
	case slices.ContainsFunc(pairs, func(p engine.Pair) bool { return !p.Linked }):
		return "unlinked from"
	}
	return "linked to"
}
