// Package carry brings all rows of one database into another, of whatever engine, with the numbers that they have. It
// works by comparing: it goes through both databases in the order of keys, page by page, and writes what differs. So
// whoever is killed goes on by beginning again, rows that came since are taken along, and the proof at the end is the
// same walk once more, in which nothing is written.
package carry

import (
	"context"
	"errors"
	"fmt"

	"patchwatch/db/engine"
)

// Progress is told how many mails were looked at, of how many. It may be nil.
type Progress func(done, total int)

// Carrier brings rows from one moment of a database into another.
type Carrier struct {
	From engine.View
	To   engine.Engine
	Tell Progress

	ctx   context.Context
	tx    engine.Tx // while something is written
	done  int       // mails
	total int

	Rows map[string]int // that were carried, or are there, by what they are
}

// ErrDiffers says that the two are not the same.
var ErrDiffers = errors.New("the copy is not the same")

// part is a kind of rows.
type part interface {
	// carry writes what differs, and gives how many rows there are.
	carry(c *Carrier) (int, error)
	// prove is ErrDiffers where something does.
	prove(c *Carrier, to engine.View) (int, error)
	called() string
}

// Carry writes all rows of From that To has not got, over those that differ, and takes out what From has not got.
func (c *Carrier) Carry(ctx context.Context) error {
	return c.each(ctx, func(p part) (int, error) { return p.carry(c) })
}

// Prove compares all rows of From with those of a view of To.
func (c *Carrier) Prove(ctx context.Context, to engine.View) error {
	return c.each(ctx, func(p part) (int, error) { return p.prove(c, to) })
}

func (c *Carrier) each(ctx context.Context, do func(part) (int, error)) error {
	c.ctx, c.done, c.Rows = ctx, 0, map[string]int{}
	counts, err := c.From.Counts()
	if err != nil {
		return err
	}
	c.total = counts.Mails
	for _, p := range parts {
		n, err := do(p)
		if err != nil {
			return fmt.Errorf("%s: %w", p.called(), err)
		}
		c.Rows[p.called()] += n
	}
	return nil
}

// write runs f in one transaction of To.
func (c *Carrier) write(f func(tx engine.Tx) error) error {
	return c.To.Write(c.ctx, func(tx engine.Tx) error {
		c.tx = tx
		return f(tx)
	})
}

// mails notes that so many more mails were looked at.
func (c *Carrier) mails(n int) {
	c.done += n
	if c.Tell != nil {
		c.Tell(c.done, max(c.total, c.done))
	}
}
