package sqlite

import (
	"context"
	"errors"
	"sync"
)

// idle are the connections that nobody uses. The one that came back last is taken first: its cache is warm, and those of
// the others stay small as long as few read at once.
type idle struct {
	free chan struct{} // one for each connection in conns

	mu    sync.Mutex
	conns []*writer // guarded by mu; nil: one that is not open yet
}

func newIdle() *idle {
	all := &idle{free: make(chan struct{}, readerConns), conns: make([]*writer, readerConns)}
	for range readerConns {
		all.free <- struct{}{}
	}
	return all
}

// take waits for a connection.
func (all *idle) take(ctx context.Context) (*writer, error) {
	select {
	case <-all.free:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	last := len(all.conns) - 1
	c := all.conns[last]
	all.conns = all.conns[:last]
	return c, nil
}

// put gives a connection back.
func (all *idle) put(c *writer) {
	all.mu.Lock()
	all.conns = append(all.conns, c)
	all.mu.Unlock()
	all.free <- struct{}{}
}

// close closes all connections, once nobody uses one.
func (all *idle) close() (err error) {
	for range readerConns {
		<-all.free
	}
	for _, c := range all.conns {
		if c != nil {
			err = errors.Join(err, c.close())
		}
	}
	return err
}
