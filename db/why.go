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

// Why explains a mail, by its number. It gathers what Add would, on a connection that can only read.
func (s *Store) Why(ctx context.Context, mail int64) (why Why, err error) {
	err = s.looking(ctx, func(w *writer) error {
		var project int64
		routed, err := w.row(`SELECT project FROM mail WHERE id = ? AND project IS NOT NULL AND chosen`, []any{mail}, &project)
		if err != nil || !routed {
			return err
		}
		n := newNeighbourhood(w, project)
		r, err := n.fetchMail(mail)
		if err != nil {
			return err
		}
		if isTalk(r) {
			return n.whyTalk(r, &why)
		}
		if err := n.spreadMembers([]*row{r}); err != nil {
			return err
		}
		why.Series = track.Explain(n.items(), n.settled, r.ID)
		return n.err
	})
	return why, err
}

func (n *neighbourhood) whyTalk(r *row, why *Why) error {
	for _, ref := range r.Refs {
		above, err := n.fetch(ref)
		switch {
		case err != nil:
			return err
		case above == nil:
			why.Missing = append(why.Missing, ref)
		case why.Through == "" && r.parentID.Valid && (ref == r.parentID.String || above.parentID == r.parentID):
			why.Through = ref
		}
	}
	return nil
}

// looking runs f on a connection of its own that can only read, in one transaction: what it reads is the database of one moment.
func (s *Store) looking(ctx context.Context, f func(w *writer) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w, err := newWriter(dsn(s.path, readOptions))
	if err != nil {
		return explain(err)
	}
	defer w.close()
	if err := w.script("BEGIN"); err != nil {
		return explain(err)
	}
	err = f(w)
	if end := w.script("ROLLBACK"); err == nil {
		err = end
	}
	if err != nil {
		return fmt.Errorf("look up: %w", explain(err))
	}
	return nil
}
