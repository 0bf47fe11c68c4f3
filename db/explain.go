package db

import (
	"context"
	"fmt"

	"patchwatch/track"
)

// Why says what made a mail part of what it is part of.
type Why struct {
	Series  []track.Reason // of each mail of its series, the leading one first; nil: it is in none
	Through string         // of a comment: the reference that led to its parent
	Missing []string       // of a reply: references, nearest first, to mail that is not stored
}

// Why explains a mail, by its number. It gathers what Add would.
func (s *Store) Why(ctx context.Context, mail int64) (why Why, err error) {
	err = s.engine.Look(ctx, func(v View) error {
		mails, err := v.Mails([]int64{mail})
		if err != nil {
			return err
		}
		if m := mails[mail]; m == nil || m.Project == 0 || !m.Chosen {
			return nil
		}
		rows, err := v.Rows([]int64{mail})
		if err != nil || len(rows) == 0 {
			return err
		}
		r, n := rows[0], newNeighbourhood(v, mails[mail].Project)
		n.remember(r.ID, r)
		if isTalk(r) {
			return n.whyTalk(r, &why)
		}
		if err := n.spreadMembers([]*Row{r}); err != nil {
			return err
		}
		why.Series = track.Explain(n.items(), n.settled, r.ID)
		return n.err
	})
	if err != nil {
		err = fmt.Errorf("look up: %w", err)
	}
	return why, err
}

func (n *neighbourhood) whyTalk(r *Row, why *Why) error {
	if err := n.fetchAll(r.Refs); err != nil {
		return err
	}
	for _, ref := range r.Refs {
		above := n.byID[ref]
		switch {
		case above == nil:
			why.Missing = append(why.Missing, ref)
		case why.Through == "" && r.Parent != 0 && (ref == r.ParentID || above.ParentID == r.ParentID):
			why.Through = ref
		}
	}
	return nil
}
