package pgtest

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Proxy is an address that leads to a server, by a network that can be bad.
type Proxy struct {
	Address string

	mu    sync.Mutex
	links map[*link]bool
	left  int           // messages until all connections are cut; 0: they are not
	delay time.Duration // of each answer
	held  chan struct{} // closed when messages go on; nil: they do
}

// link is a connection through the proxy.
type link struct{ near, far net.Conn }

func (l *link) cut() {
	l.near.Close()
	l.far.Close()
}

// Proxy makes a proxy that works until the test ends.
func (s *Server) Proxy(t testing.TB) *Proxy {
	t.Helper()
	at, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Address: at.Addr().String(), links: map[*link]bool{}}
	t.Cleanup(func() {
		at.Close()
		p.Resume()
		p.Cut()
	})
	go func() {
		for {
			near, err := at.Accept()
			if err != nil {
				return
			}
			go p.serve(near, filepath.Join(s.Dir, ".s.PGSQL.5432"))
		}
	}()
	return p
}

// Name is what patchwatch calls a database that it gets to through the proxy.
func (p *Proxy) Name(database string) string {
	return "postgres://patchwatch@" + p.Address + "/" + database + "?sslmode=disable"
}

// CutAfter has all connections be cut in place of the n-th message from now on, whichever way it goes. New ones are
// not.
func (p *Proxy) CutAfter(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = n
}

// Cuts tells whether a cut is still to come.
func (p *Proxy) Cuts() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.left > 0
}

// Cut cuts all connections now.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.links {
		l.cut()
	}
	p.left = 0
}

// Delay has each answer come later.
func (p *Proxy) Delay(by time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = by
}

// Hold has no message arrive any more, on new connections either; TCP's own answers come as ever.
func (p *Proxy) Hold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held == nil {
		p.held = make(chan struct{})
	}
}

// Resume has all messages arrive that were held.
func (p *Proxy) Resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.held != nil {
		close(p.held)
		p.held = nil
	}
}

func (p *Proxy) serve(near net.Conn, socket string) {
	far, err := net.Dial("unix", socket)
	if err != nil {
		near.Close()
		return
	}
	l := &link{near, far}
	p.mu.Lock()
	p.links[l] = true
	p.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { p.pass(l, far, near, true) })
	both.Go(func() { p.pass(l, near, far, false) })
	both.Wait()
	p.mu.Lock()
	delete(p.links, l)
	p.mu.Unlock()
}

// pass hands on messages one by one; the first of those that go out has no type.
func (p *Proxy) pass(l *link, to io.Writer, from io.Reader, out bool) {
	defer l.cut()
	in := bufio.NewReaderSize(from, 64<<10)
	for first := out; ; first = false {
		together := in.Buffered() > 0 // with the one before
		m, err := message(in, first)
		if err != nil || !p.mayPass(out || together) {
			return
		}
		if _, err := to.Write(m); err != nil {
			return
		}
	}
}

// mayPass waits as the network has it. It is false for a message that is cut off. Those that are not delayed go out, or
// come together with another one.
func (p *Proxy) mayPass(atOnce bool) bool {
	p.mu.Lock()
	delay, held := p.delay, p.held
	last := p.left == 1
	p.left = max(p.left-1, 0)
	if last {
		for l := range p.links {
			l.cut()
		}
	}
	p.mu.Unlock()
	if held != nil {
		<-held
	}
	if !atOnce {
		time.Sleep(delay)
	}
	return !last
}

// message reads a message of PostgreSQL's protocol: a type, unless it is the first, and a length that counts itself.
func message(in *bufio.Reader, first bool) ([]byte, error) {
	head := 5
	if first {
		head = 4
	}
	start, err := in.Peek(head)
	if err != nil {
		return nil, err
	}
	m := make([]byte, head-4+int(binary.BigEndian.Uint32(start[head-4:])))
	_, err = io.ReadFull(in, m)
	return m, err
}
