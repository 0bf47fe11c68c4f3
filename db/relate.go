package db

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// Relate says that a patch is related to others: all of them are then related to each other, and to those that one of
// them was related to before. Without others, the patch is taken out of its relation. ErrConflict: they are in two
// relations already. What else is decided about the patch is decided with it: all of it or nothing.
func (s *Store) Relate(ctx context.Context, by track.Actor, patch int64, to []int64, also track.Decided) error {
	return s.decideBy(ctx, by, func(w *writing) error {
		if also != (track.Decided{}) {
			if err := w.decide([]int64{patch}, also); err != nil {
				return err
			}
		}
		return w.relate(patch, to)
	})
}

func (w *writing) relate(patch int64, to []int64) error {
	rows, err := w.patchRows(append([]int64{patch}, to...))
	if err != nil {
		return err
	}
	_, decisions, err := w.decisionsOn(rows)
	if err != nil {
		return err
	}
	self, err := w.namesOfAll([]int64{patch})
	if err != nil {
		return err
	}
	if len(to) == 0 {
		at := slices.IndexFunc(decisions, func(d engine.Decision) bool { return d.Name == self[0] })
		return w.unrelate(decisions[at])
	}
	if len(rows) == 1 { // to itself
		return nil
	}
	relation, err := commonRelation(decisions)
	if err != nil {
		return err
	}
	related, err := w.Tx.Related([]int64{relation})
	if err != nil {
		return err
	}
	all := related[relation]
	var fresh []engine.Decision
	for i, d := range decisions {
		if d.Relation == nil {
			d.Relation = &relation
			fresh, all = append(fresh, d), append(all, d.Name)
			w.Tell(engine.Event{Category: track.PatchRelationChanged, Project: d.Project, Mail: rows[i].Mail})
		}
	}
	for _, d := range fresh {
		w.LogAbout("related", d.Name, "", namesBut(all, d.Name))
	}
	return w.putDecisions(fresh)
}

// commonRelation is the relation that some of the patches are in, or a new one.
func commonRelation(decisions []engine.Decision) (relation int64, err error) {
	for _, d := range decisions {
		switch {
		case d.Relation == nil || *d.Relation == relation:
		case relation == 0:
			relation = *d.Relation
		default:
			return 0, fmt.Errorf("the patches are in two relations already: %w", engine.ErrConflict)
		}
	}
	if relation == 0 {
		relation = 1 + rand.Int64N(1<<53-1) // no two take the same, be it in two processes
	}
	return relation, nil
}

// unrelate takes a patch out of its relation, and with it the last one that would stay behind alone.
func (w *writing) unrelate(d engine.Decision) error {
	if d.Relation == nil {
		return nil
	}
	related, err := w.Tx.Related([]int64{*d.Relation})
	if err != nil {
		return err
	}
	all := related[*d.Relation]
	names := []engine.Name{d.Name}
	if len(all) == 2 {
		names = all
	}
	decisions, err := w.decisionsOf(names)
	if err != nil {
		return err
	}
	copies, err := w.Tx.Copies(names)
	if err != nil {
		return err
	}
	for i := range decisions {
		decisions[i].Relation = nil
		name := decisions[i].Name
		w.LogAbout("related", name, namesBut(all, name), "")
		for _, c := range copies[name] {
			if c.Chosen {
				w.Tell(engine.Event{Category: track.PatchRelationChanged, Project: name.Project, Mail: c.ID})
			}
		}
	}
	// What the others show has changed too, and they may be in other projects.
	if err := w.Tx.PutChanges([]int64{0}); err != nil {
		return err
	}
	return w.putDecisions(decisions)
}

// namesBut are all names but one, in order, for the log.
func namesBut(all []engine.Name, but engine.Name) string {
	var ids []string
	for _, n := range all {
		if n != but {
			ids = append(ids, n.MsgID)
		}
	}
	slices.Sort(ids)
	return firstOf(ids)
}

// firstOf names the first ones of a list, for the log.
func firstOf(ids []string) string {
	const most = 20
	if more := len(ids) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(ids[:most], " "), more)
	}
	return strings.Join(ids, " ")
}
