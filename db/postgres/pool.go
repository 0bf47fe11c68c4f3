package postgres

import (
	"context"
	"sync"
	"time"

	"patchwatch/db/engine"
)

// pool are the connections that nobody uses, and how many there may be. The one that came back last is taken first, so
// that of many that were once needed most stay unused.
type pool struct {
	free chan struct{} // one for each connection that may be taken
	dial func(context.Context) (*conn, error)

	mu    sync.Mutex
	conns []*conn // guarded by mu: those that are open
	over  bool    // guarded by mu: the pool is closed
}

func newPool(size int, dial func(context.Context) (*conn, error)) *pool {
	p := &pool{free: make(chan struct{}, size), dial: dial}
	for range size {
		p.free <- struct{}{}
	}
	return p
}

// take waits for a connection, and makes one where none is open.
func (p *pool) take(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-p.free:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	c, err := p.last(ctx)
	if c != nil {
		c.again = p.dial
	} else if err == nil {
		c, err = p.dial(ctx)
	}
	if err != nil {
		p.free <- struct{}{}
		return nil, err
	}
	return c, nil
}

// last is an open connection that works; nil: there is none.
func (p *pool) last(ctx context.Context) (*conn, error) {
	for {
		c, err := p.pop()
		if c == nil || c.alive() {
			return c, err
		}
		c.close()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
}

func (p *pool) pop() (c *conn, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return nil, engine.ErrClosed
	}
	if n := len(p.conns); n > 0 {
		c, p.conns = p.conns[n-1], p.conns[:n-1]
	}
	return c, nil
}

// give gives a connection back that is in no transaction. One that is lost is not kept.
func (p *pool) give(c *conn) {
	p.mu.Lock()
	keep := !p.over && !c.pg.IsClosed() && len(c.queue) == 0
	if c.rested = time.Now(); keep {
		p.conns = append(p.conns, c)
	}
	p.mu.Unlock()
	if !keep {
		c.close()
	}
	p.free <- struct{}{}
}

// close closes what nobody uses; those who still read give theirs back to be closed.
func (p *pool) close() {
	p.mu.Lock()
	conns := p.conns
	p.conns, p.over = nil, true
	p.mu.Unlock()
	for _, c := range conns {
		c.close()
	}
}
