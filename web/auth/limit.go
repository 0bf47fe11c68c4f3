package auth

import (
	"net/netip"
	"strings"
	"sync"
	"time"
)

// Five tries, then one in ten seconds: a person who mistypes does not notice, and a program that guesses gets nowhere.
const (
	tries     = 5
	thenEvery = 10 * time.Second
)

// limits hold back those who guess passwords: by network and by name, each for itself, so that neither many networks at
// one name nor one network at many names gets further. A try is taken before the password is looked at, or a thousand
// tries at once would all find one left; whoever was right gets theirs back.
type limits struct {
	mu    sync.Mutex
	left  map[string]allowance
	most  int
	clock func() time.Time
}

// allowance is how many tries were left at a time.
type allowance struct {
	tries float64
	at    time.Time
}

func newLimits(clock func() time.Time) *limits {
	return &limits{left: map[string]allowance{}, most: 10_000, clock: clock}
}

// take takes a try from each key. If one has none left, none is taken.
func (l *limits) take(keys ...string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	for _, key := range keys {
		if l.now(key, now) < 1 {
			return false
		}
	}
	l.makeRoom(now)
	for _, key := range keys {
		l.left[key] = allowance{l.now(key, now) - 1, now}
	}
	return true
}

// giveBack returns what a try took that was right.
func (l *limits) giveBack(keys ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock()
	for _, key := range keys {
		l.left[key] = allowance{min(l.now(key, now)+1, tries), now}
	}
}

// now is how many tries are left.
func (l *limits) now(key string, now time.Time) float64 {
	a, there := l.left[key]
	if !there {
		return tries
	}
	return min(a.tries+now.Sub(a.at).Seconds()/thenEvery.Seconds(), tries)
}

// makeRoom keeps memory bounded. Those who have all their tries again are forgotten; if that is not enough, any others,
// and nobody can choose which.
func (l *limits) makeRoom(now time.Time) {
	if len(l.left) < l.most {
		return
	}
	for key := range l.left {
		if l.now(key, now) >= tries {
			delete(l.left, key)
		}
	}
	for key := range l.left {
		if len(l.left) < l.most/10*9 {
			return
		}
		delete(l.left, key)
	}
}

// network is what one client can be thought to hold: an IPv4 address, or an IPv6 network of 64 bits.
func network(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if !a.IsValid() {
		return "network local"
	}
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return "network " + p.String()
		}
	}
	return "network " + a.String()
}

func byName(name string) string {
	const longest = 150 // of an account: longer ones share a limit
	if len(name) > longest {
		name = name[:longest]
	}
	return "name " + strings.ToLower(name)
}
