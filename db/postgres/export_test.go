package postgres

import (
	"context"
	"fmt"
	"time"

	"patchwatch/db/engine"
	"patchwatch/db/internal/both"
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

// Number asks a question of ours whose answer is a number.
func Number(ctx context.Context, e engine.Engine, query string) (n int64, err error) {
	return n, e.(*database).reading(ctx, func(c *conn) error {
		_, err := c.row(query, nil, &n)
		return err
	})
}

// between calls a function before its second question.
type between struct {
	asker
	asked int
	f     func()
}

func (b *between) Each(query string, args []any, f func(scan func(...any) error) error) error {
	if b.asked++; b.asked == 2 {
		b.f()
	}
	return b.asker.Each(query, args, f)
}

// UsersWhile asks for all accounts, in a snapshot or without, and calls f between the questions that this takes.
func UsersWhile(ctx context.Context, e engine.Engine, snapshot bool, f func()) (users []engine.User, err error) {
	ask := e.(*database).asking
	if snapshot {
		ask = e.(*database).reading
	}
	return users, ask(ctx, func(c *conn) error {
		q := asking(&between{asker: c, f: f})
		users, err = q.Users()
		return err
	})
}

// ReadNames reads the names of the patches of a project.
func ReadNames(c *Counting) error {
	q := asking(c)
	return (&nameList{}).readAll(&q, nameKey{both.PatchTotal, 1})
}

// PoolFault says what is wrong with the connections that nobody uses now; empty: nothing is.
func PoolFault(e engine.Engine) string {
	p := e.(*database).readers
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) != cap(p.free) {
		return fmt.Sprintf("%d of %d may be taken", len(p.free), cap(p.free))
	}
	for _, c := range p.conns {
		if err := c.settle(); err != nil {
			return err.Error()
		}
		if c.pg.TxStatus() != 'I' || len(c.queue) != 0 {
			return fmt.Sprintf("one is in a transaction: %q, %d wait", c.pg.TxStatus(), len(c.queue))
		}
	}
	return ""
}
