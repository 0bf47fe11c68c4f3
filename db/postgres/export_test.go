package postgres

import (
	"context"
	"time"

	"patchwatch/db/engine"
)

// AskAfter sets for how long the connections that an engine makes from now on wait for an answer until the server is
// asked for it.
func AskAfter(e engine.Engine, d time.Duration) {
	db := e.(*database)
	db.askAfter = d
	db.readers.close()
	db.readers = newPool(readerConns, db.dial)
	db.writer = nil
}

// Counting is an asker that finds nothing, and counts how it is asked.
type Counting struct{ Whole, Streams int }

func (c *Counting) Each(string, []any, func(func(...any) error) error) error { c.Whole++; return nil }
func (c *Counting) also(string, []any, func(func(...any) error) error) error { c.Whole++; return nil }
func (c *Counting) Stream(string, []any, func(func(...any) error) error) error {
	c.Streams++
	return nil
}

// ViewOf are the queries of an asker.
func ViewOf(c *Counting) engine.View {
	q := asking(c)
	return &q
}

// EachMailID calls f with the number of each mail, while the rows of the question for them are handed out.
func EachMailID(ctx context.Context, e engine.Engine, f func(v engine.View, id int64) error) error {
	return e.(*database).Ask(ctx, func(v engine.View) error {
		return v.(*queries).Each(`SELECT id FROM mail ORDER BY id`, nil, func(scan func(...any) error) error {
			var id int64
			if err := scan(&id); err != nil {
				return err
			}
			return f(v, id)
		})
	})
}
