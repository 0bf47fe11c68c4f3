package db

import (
	"context"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// LastEvent is the number of the newest event; 0: there has been none.
func (s *Store) LastEvent(ctx context.Context) (id int64, err error) {
	err = s.view(ctx, func(v engine.View) error {
		id, _, err = v.LastEvent()
		return err
	})
	return id, err
}

// EventsAfter gives the first q.Limit events above q.Above, in the order of commits, and up to which number these are
// all that q asks for: whoever goes on from there misses nothing, and what q leaves out is not looked at again. It does
// not count how many there are in all.
func (s *Store) EventsAfter(ctx context.Context, q track.EventsQuery) (rows []track.EventRow, upTo int64, err error) {
	q.Order, q.Offset = []track.Order{{By: "id"}}, 0
	err = s.view(ctx, func(v engine.View) error {
		last, _, err := v.LastEvent()
		if err != nil {
			return err
		}
		q, err := askedEvents(v, q)
		if err != nil {
			return err
		}
		page, err := v.EventPage(q, q.Limit)
		rows, upTo = page.Rows, max(last, q.Above)
		if len(rows) == q.Limit {
			upTo = rows[len(rows)-1].ID
		}
		return err
	})
	return rows, upTo, err
}
