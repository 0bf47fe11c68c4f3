package db

import (
	"context"
	"fmt"

	"patchwatch/db/engine"
	"patchwatch/internal/order"
	"patchwatch/track"
)

// SetSeriesName records the name that a person gives to a series, by its number; an empty one takes it back.
//
// The decision is kept with the mail that leads the series today: its cover, otherwise its lowest number. Late mails
// may make two series of one or one of two; then the name goes where that mail goes, and of two names in one series the
// one of the leading mail is shown.
func (s *Store) SetSeriesName(ctx context.Context, by track.Actor, series int64, name string) error {
	return s.decideBy(ctx, by, func(w *writing) error {
		rows, err := w.Tx.Series([]int64{series})
		if err != nil {
			return err
		}
		members, err := w.Tx.Members([]int64{series})
		if err != nil {
			return err
		}
		if len(rows) == 0 || len(members[series]) == 0 {
			return fmt.Errorf("series %d: %w", series, engine.ErrNotFound)
		}
		row := rows[0]
		if err := w.decideName(row.Project, members[series], name); err != nil {
			return err
		}
		if row.Given != name {
			w.LogAbout("series-name", engine.Name{Project: row.Project, MsgID: members[series][0].MsgID}, row.Given, name)
		}
		row.Given = name
		return w.Tx.Put(&engine.Derived{Series: []engine.SeriesRow{row}})
	})
}

// decideName hangs the name on the first member. An earlier name of another would show, were this one taken back.
func (w *writing) decideName(project int64, members []engine.Member, name string) error {
	var names []engine.Name
	for _, m := range members {
		names = append(names, engine.Name{Project: project, MsgID: m.MsgID})
	}
	decided, err := w.Tx.Decisions(names)
	if err != nil {
		return err
	}
	var out []engine.Decision
	for i, n := range names {
		d := decided[n]
		had := d.SeriesName != nil
		d.Name, d.SeriesName = n, nil
		if i == 0 && name != "" {
			d.SeriesName = &name
		}
		if had || d.SeriesName != nil {
			out = append(out, d)
		}
	}
	order.By(out, func(a, b engine.Decision) int { return a.Name.Compare(b.Name) })
	return w.Tx.PutDecisions(out)
}
