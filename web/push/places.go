package push

import (
	"net/http"
	"net/netip"
	"sync"
)

// places bound how many streams there are, so that none of them takes all connections of a server.
type places struct {
	mu    sync.Mutex // guards what follows
	sum   int
	taken map[netip.Prefix]int // by network
}

// take takes a place for a client, and gives what leaves it. It is nil where there is none, with the status to answer.
func (p *places) take(client netip.Addr) (leave func(), full int) {
	n := network(client)
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.sum >= mostStreams:
		return nil, http.StatusServiceUnavailable
	case n.IsValid() && p.taken[n] >= mostOfNetwork:
		return nil, http.StatusTooManyRequests
	}
	p.sum++
	p.taken[n]++
	return func() { p.leave(n) }, 0
}

func (p *places) leave(n netip.Prefix) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sum--
	if p.taken[n]--; p.taken[n] == 0 {
		delete(p.taken, n)
	}
}

func (p *places) all() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sum
}

// network is what one client can be thought to hold: an IPv4 address, or an IPv6 network of 64 bits. It is invalid for
// those who come by a socket file.
func network(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	n, _ := a.Prefix(bits)
	return n
}
