package find

import (
	"context"
	"net/netip"
	"sync"
	"time"
)

// A Gate bounds what is dear to answer: searches, and threads of thousands of mails. So many are answered at once, so
// many more wait for a moment, and others are turned away. Besides, each network has a budget of time: who uses more
// than its share, as programs do that follow every link, is turned away until the budget has grown again. People never
// notice, since most answers take a few milliseconds.
type Gate struct {
	GateLimits
	slots chan struct{}
	clock func() time.Time

	mu      sync.Mutex // guards what follows
	waiting int
	spent   map[netip.Prefix]spending
}

// GateLimits are those of a Gate.
type GateLimits struct {
	AtOnce  int           // so many are answered at once
	Waiting int           // so many more may wait
	Wait    time.Duration // for so long
	Budget  time.Duration // time that a network may use at once
	Share   float64       // of each second, what its budget grows by
}

// DefaultGateLimits are for two cores or more.
var DefaultGateLimits = GateLimits{AtOnce: 8, Waiting: 64, Wait: 5 * time.Second, Budget: 30 * time.Second, Share: 0.2}

// spending is what a network had spent at a time.
type spending struct {
	time.Duration
	at time.Time
}

// NewGate makes a Gate.
func NewGate(l GateLimits) *Gate {
	return &Gate{GateLimits: l, slots: make(chan struct{}, l.AtOnce), clock: time.Now, spent: map[netip.Prefix]spending{}}
}

// ErrFull is the error of Enter where too many wait, or have waited for too long.
var ErrFull error = sentence("The server is busy: try again in a moment.")

// Overspent is the error of Enter for a network that has used more than its share, with the time after which it may
// try again.
type Overspent time.Duration

func (o Overspent) Error() string { return "Your network has searched too much: try again later." }

// Enter waits for a place. Whoever gets one must call leave once. An address that says nothing of the client has no
// budget: that of a user who has logged in, of this machine, and of a socket file.
func (g *Gate) Enter(ctx context.Context, client netip.Addr) (leave func(), err error) {
	of := networkOf(client)
	if wait := g.overspent(of); wait > 0 {
		return nil, Overspent(wait)
	}
	if err := g.wait(ctx); err != nil {
		return nil, err
	}
	began := g.clock()
	return sync.OnceFunc(func() {
		<-g.slots
		g.spend(of, g.clock().Sub(began))
	}), nil
}

func (g *Gate) wait(ctx context.Context) error {
	select {
	case g.slots <- struct{}{}:
		return nil
	default:
	}
	if !g.queue(1) {
		return ErrFull
	}
	defer g.queue(-1)
	timer := time.NewTimer(g.Wait)
	defer timer.Stop()
	select {
	case g.slots <- struct{}{}:
		return nil
	case <-timer.C:
		return ErrFull
	case <-ctx.Done():
		return ctx.Err()
	}
}

// queue counts those who wait. It is false if there are too many.
func (g *Gate) queue(more int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if more > 0 && g.waiting >= g.Waiting {
		return false
	}
	g.waiting += more
	return true
}

// networkOf is what one client can be thought to hold: an IPv4 address, or an IPv6 network of 64 bits. Invalid: the
// address says nothing of the client.
func networkOf(a netip.Addr) netip.Prefix {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || a.IsLoopback() {
		return netip.Prefix{}
	}
	bits := 32
	if a.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(a, bits).Masked()
}

// mostNetworks bounds memory. The networks that are forgotten have spent little.
const mostNetworks = 10_000

// overspent is for how long a network must wait; 0: it need not.
func (g *Gate) overspent(of netip.Prefix) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	over := g.now(of) - g.Budget
	if over < 0 || !of.IsValid() {
		return 0
	}
	return time.Duration(float64(over)/g.Share) + time.Second
}

// now is what a network has spent and not been given back.
func (g *Gate) now(of netip.Prefix) time.Duration {
	s, known := g.spent[of]
	if !known {
		return 0
	}
	return max(s.Duration-time.Duration(float64(g.clock().Sub(s.at))*g.Share), 0)
}

func (g *Gate) spend(of netip.Prefix, took time.Duration) {
	if !of.IsValid() {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.spent[of] = spending{g.now(of) + took, g.clock()}
	for least := time.Duration(0); len(g.spent) > mostNetworks; least = 2*least + g.Budget/1000 {
		for network := range g.spent {
			if network != of && g.now(network) <= least {
				delete(g.spent, network)
			}
		}
	}
}
