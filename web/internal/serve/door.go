package serve

import (
	"container/list"
	"net"
	"net/http"
	"sync"
	"time"
)

// patience is how long a connection that waits for a request is left alone while others wait for its place.
const patience = 250 * time.Millisecond

// door bounds the number of connections. Further clients wait in the listener's queue. When all places are taken, the
// connection that has waited longest for a request makes room, so clients that only hold connections keep nobody out.
type door struct {
	places chan struct{}

	mu      sync.Mutex // guards what follows
	waiting list.List  // of *conn: those without a request, oldest first
}

func newDoor(places int) *door { return &door{places: make(chan struct{}, places)} }

// conn is a connection that has a place.
type conn struct {
	net.Conn
	door  *door
	leave sync.Once

	// The door's mu guards these.
	element *list.Element // in waiting; nil: it has a request
	since   time.Time     // when it began to wait
	closed  bool
}

func (c *conn) Close() error {
	c.leave.Do(func() {
		c.door.stopWaiting(c, true)
		<-c.door.places
	})
	return c.Conn.Close()
}

// note is told by http.Server what happens to a connection.
func (d *door) note(nc net.Conn, state http.ConnState) {
	c, ok := nc.(*conn)
	if !ok {
		return
	}
	switch state {
	case http.StateNew, http.StateIdle:
		d.startWaiting(c)
	case http.StateActive:
		d.stopWaiting(c, false)
	}
}

func (d *door) startWaiting(c *conn) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c.element == nil && !c.closed {
		c.since = time.Now()
		c.element = d.waiting.PushBack(c)
	}
}

func (d *door) stopWaiting(c *conn, closed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if c.element != nil {
		d.waiting.Remove(c.element)
		c.element = nil
	}
	c.closed = c.closed || closed
}

// closeWaiting closes the connection that has waited longest for a request, if that is at least so long. With 0 it
// closes all that wait.
func (d *door) closeWaiting(atLeast time.Duration) {
	for {
		c := d.oldest(atLeast)
		if c == nil {
			return
		}
		c.Close()
		if atLeast > 0 {
			return
		}
	}
}

func (d *door) oldest(atLeast time.Duration) *conn {
	d.mu.Lock()
	defer d.mu.Unlock()
	first := d.waiting.Front()
	if first == nil {
		return nil
	}
	if c := first.Value.(*conn); time.Since(c.since) >= atLeast {
		return c
	}
	return nil
}

// guard returns a listener whose connections take a place.
func (d *door) guard(l net.Listener) net.Listener {
	return &guarded{Listener: l, door: d, done: make(chan struct{})}
}

type guarded struct {
	net.Listener
	door *door
	once sync.Once
	done chan struct{} // closed by Close
}

func (g *guarded) Accept() (net.Conn, error) {
	if !g.takePlace() {
		return nil, net.ErrClosed
	}
	nc, err := g.Listener.Accept()
	if err != nil {
		<-g.door.places
		return nil, err
	}
	return &conn{Conn: nc, door: g.door}, nil
}

// takePlace waits for a place, and reports whether it got one before the listener was closed.
func (g *guarded) takePlace() bool {
	for {
		select {
		case g.door.places <- struct{}{}:
			return true
		default:
		}
		g.door.closeWaiting(patience)
		select {
		case g.door.places <- struct{}{}:
			return true
		case <-g.done:
			return false
		case <-time.After(patience / 4):
		}
	}
}

func (g *guarded) Close() error {
	g.once.Do(func() { close(g.done) })
	return g.Listener.Close()
}
