package postgres

// A connection that rests may be cut, and who takes it next is the first to find out: the server was started anew, an
// administrator or a firewall has ended it. Nothing was answered on it yet, and nothing written: its first journey asks,
// or begins. So that is made once more on a new connection, and nobody is told. Later journeys are not: what was answered
// before would be of another moment, and what was written before is undone.

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
	return true
}
