package postgres

import "context"

// Whoever writes waits twice: in this process for the one connection that writes, and then for the locks, which another
// process may hold, and beside others for what these have claimed. All waits end with the context. Nothing has been
// written then.

// turn is held by the one goroutine that writes.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t turn) leave() { <-t }

// lockAll is taken by who writes anything. It is a lock of the server's that has no row, so that nobody who reads waits
// for it, and it ends with the transaction however that ends.
const lockAll = `SELECT pg_advisory_xact_lock(1347904360, hashtext(current_schema()))` // "PWch"

// tx runs f in a transaction that has a lock. Statements within it see what others have committed until they begin:
// what is read after the lock was taken is what those before have left.
//
// The statements of f do not end with the context, only the wait for the lock does.
func (c *conn) tx(ctx context.Context, lock string, f func() error) error {
	committed := false
	defer func() { // also where f panics, or ends its goroutine: nobody else would let go of the locks
		if !committed {
			c.rollback() // its own error says less
		}
	}()
	if err := c.begin(ctx, lock); err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	err := c.commit()
	committed = err == nil
	return err
}

func (c *conn) begin(ctx context.Context, lock string) error {
	c.ctx = ctx
	defer c.atLeisure()
	if err := c.exec(`BEGIN`); err != nil {
		return err
	}
	if err := c.exec(lock); err != nil {
		return err
	}
	if err := c.flush(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	}
	return nil
}

// commit sends what waits, and COMMIT, in one journey. Where the connection is lost meanwhile nobody knows whether it
// was done: whoever tries again finds a mail by its bytes, and a decision as it was decided.
//
// It may be here then, and not on the replica. So the first COMMIT of a connection writes to the server's log though a
// transaction has found that all was done before, and waits until replicas have that and all before it. A mail would
// leave new/ otherwise for a server that a failover leaves behind.
func (c *conn) commit() error {
	c.atLeisure()
	if !c.sure {
		if err := c.exec(`SELECT pg_logical_emit_message(true, 'patchwatch', '')`); err != nil {
			return err
		}
	}
	if err := c.exec(`COMMIT`); err != nil {
		return err
	}
	if err := c.flush(); err != nil {
		return err
	}
	if c.tag != "COMMIT" { // the server undoes a transaction in which something failed, and says no more than that
		return errUndone
	}
	c.sure = true
	return nil
}

// rollback undoes what was done, and forgets what waits.
func (c *conn) rollback() {
	c.queue, c.bytes = nil, 0
	c.atLeisure()
	if c.pg == nil || c.pg.IsClosed() || c.pg.TxStatus() == 'I' {
		return
	}
	if c.script(`ROLLBACK`) != nil {
		c.close()
	}
}
