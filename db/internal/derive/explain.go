package derive

import (
	"patchwatch/db/engine"
	"patchwatch/track"
)

// Why says what made a mail part of what it is part of.
type Why struct {
	Series  []track.Reason // of each mail of its series, the leading one first; nil: it is in none
	Through string         // of a comment: the reference that led to its parent
	Missing []string       // of a reply: references, nearest first, to mail that is not stored
}

// Explain explains a mail, by its number. It gathers what Add would.
func Explain(v engine.View, mail int64) (why Why, err error) {
	mails, err := v.Mails([]int64{mail})
	if err != nil {
		return why, err
	}
	if m := mails[mail]; m == nil || m.Project == 0 || !m.Chosen {
		return why, nil
	}
	rows, err := v.Rows([]int64{mail})
	if err != nil || len(rows) == 0 {
		return why, err
	}
	r, n := rows[0], newNeighbourhood(v, mails[mail].Project)
	n.remember(r.ID, r)
	if isTalk(r) {
		err = n.whyTalk(r, &why)
		return why, err
	}
	if err := n.spreadMembers([]*engine.Row{r}); err != nil {
		return why, err
	}
	why.Series = track.Explain(n.items(), n.settled, r.ID)
	return why, n.err
}

func (n *neighbourhood) whyTalk(r *engine.Row, why *Why) error {
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
