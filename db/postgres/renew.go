package postgres

import (
	"context"
	"time"
)

// A connection that rests may be cut, and who takes it next is the first to find out: the server was started anew, an
// administrator or a firewall has ended it. Nothing was answered on it yet, and nothing written: its first journey
// asks, or begins. So that is made once more on a new connection, and nobody is told. Later journeys are not: what was
// answered before would be of another moment, and what was written before is undone.

// renew puts a new connection in the place of one that was cut before it has answered anything since it was taken.
func (c *conn) renew() bool {
	if c.again == nil || !c.pg.IsClosed() || c.silent.Load() || c.ctx.Err() != nil {
		return false
	}
	n, err := c.again(c.ctx)
	if err != nil {
		return false
	}
	c.pg, c.prepared, c.ask, c.owed, c.sure = n.pg, n.prepared, n.ask, nil, false
	c.tidied = c.named
	return true
}

// alive tells whether a connection can be used again. One that rested is looked at: a server that was started anew, or
// a firewall, has ended it meanwhile, and whoever asked on it would get an error for nothing. A working server has the
// answer at once, so it is not waited for as others are.
func (c *conn) alive() bool {
	if c.pg.IsClosed() {
		return false
	}
	rests := time.Since(c.rested) >= time.Second
	if c.owed == nil && !rests {
		return true
	}
	if c.pg.Conn().SetDeadline(time.Now().Add(cancelPatience)) != nil || c.settle() != nil {
		return false
	}
	if rests && c.pg.Ping(context.Background()) != nil {
		return false
	}
	return c.pg.Conn().SetDeadline(time.Time{}) == nil
}
