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

// Relate says that a patch is related to others: all of them are then related to each other, and to those that one of them was
// related to before. Without others, the patch is taken out of its relation. ErrConflict: they are in two relations already.
func (s *Store) Relate(ctx context.Context, by track.Actor, patch int64, to []int64) error {
	return s.decideBy(ctx, by, func(w *writing) error { return w.relate(patch, to) })
}

func (w *writing) relate(patch int64, to []int64) error {
	rows, err := w.patchRows(append([]int64{patch}, to...))
	if err != nil {
		return err
	}
	mails, decisions, err := w.decisionsOn(rows)
	if err != nil {
		return err
	}
	names, err := namesOf(w, []int64{patch})
	if err != nil {
		return err
	}
	self := slices.IndexFunc(decisions, func(d engine.Decision) bool { return d.Name == names[patch] })
	if len(to) == 0 {
		return w.unrelate(rows[self], decisions[self])
	}
	relation, err := commonRelation(decisions)
	if err != nil {
		return err
	}
	var changed []engine.Decision
	for i, d := range decisions {
		if d.Relation != nil {
			continue
		}
		d.Relation = &relation
		changed = append(changed, d)
		w.tellRelated(rows[i], d.Name, "", relatedText(mails, rows, rows[i].Mail))
	}
	return w.putDecisions(changed)
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

// unrelate takes a patch out of its relation, and with it the last one that stays behind alone.
func (w *writing) unrelate(row engine.PatchRow, d engine.Decision) error {
	if d.Relation == nil {
		return nil
	}
	related, err := w.Related([]int64{*d.Relation})
	if err != nil {
		return err
	}
	names := []engine.Name{d.Name}
	if all := related[*d.Relation]; len(all) == 2 {
		names = all
	}
	decisions, err := w.decisionsOf(names)
	if err != nil {
		return err
	}
	for i := range decisions {
		decisions[i].Relation = nil
	}
	w.tellRelated(row, d.Name, "related", "")
	return w.putDecisions(decisions)
}

func (w *writing) tellRelated(row engine.PatchRow, name engine.Name, before, after string) {
	w.LogAbout("related", name, before, after)
	w.Tell(engine.Event{Category: track.PatchRelationChanged, Project: row.Project, Mail: row.Mail})
}

// relatedText names the others.
func relatedText(mails map[int64]*engine.Mail, rows []engine.PatchRow, but int64) string {
	var text []string
	for _, r := range rows {
		if r.Mail != but {
			text = append(text, mails[r.Mail].MsgID)
		}
	}
	return strings.Join(text, " ")
}
