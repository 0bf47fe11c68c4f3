package find

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var someone = netip.MustParseAddr("192.0.2.1")

// TestGateIsFull: so many are let in, so many wait, and the next one is turned away at once.
func TestGateIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(GateLimits{AtOnce: 2, Waiting: 3, Wait: time.Minute, Budget: time.Hour, Share: 1})
		var leave []func()
		for range 2 {
			l, err := g.Enter(t.Context(), someone)
			if err != nil {
				t.Fatal(err)
			}
			leave = append(leave, l)
		}
		let := make(chan error, 3)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				l, err := g.Enter(t.Context(), someone)
				let <- err
				if err == nil {
					l()
				}
			})
		}
		synctest.Wait()
		if _, err := g.Enter(t.Context(), someone); !errors.Is(err, ErrFull) {
			t.Errorf("one too many: %v", err)
		}
		leave[0]()
		leave[0]() // twice is once
		all.Wait()
		for range 3 {
			if err := <-let; err != nil {
				t.Error(err)
			}
		}
		leave[1]()
		if len(g.slots) != 0 || g.waiting != 0 {
			t.Errorf("%d are in, %d wait", len(g.slots), g.waiting)
		}
	})
}

// TestGateDoesNotKeep: who waits for long is turned away, and so is who has gone.
func TestGateDoesNotKeep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(GateLimits{AtOnce: 1, Waiting: 3, Wait: time.Minute, Budget: time.Hour, Share: 1})
		if _, err := g.Enter(t.Context(), someone); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if _, err := g.Enter(t.Context(), someone); !errors.Is(err, ErrFull) || time.Since(began) != time.Minute {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := g.Enter(ctx, someone); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// TestGateBudget: a network that uses more than its share waits; others do not, and nobody does on this machine.
func TestGateBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(GateLimits{AtOnce: 1, Budget: 10 * time.Second, Share: 0.5})
		search := func(from string, took time.Duration) error {
			leave, err := g.Enter(t.Context(), netip.MustParseAddr(from))
			if err == nil {
				time.Sleep(took)
				leave()
			}
			return err
		}
		for _, from := range []string{"2001:db8::1", "2001:db8::2", "::1", "127.0.0.1"} {
			if err := search(from, 8*time.Second); err != nil {
				t.Fatal(from, err)
			}
		}
		if err := search("2001:db8::3", 30*time.Second); err != nil { // 16 s ago it was all given back
			t.Fatal(err)
		}
		var wait Overspent
		if err := search("2001:db8::4", 0); !errors.As(err, &wait) {
			t.Fatalf("the network may go on: %v", err)
		}
		for _, from := range []string{"2001:db8:1::1", "192.0.2.1", "::1"} {
			if err := search(from, 0); err != nil {
				t.Errorf("%s: %v", from, err)
			}
		}
		time.Sleep(time.Duration(wait))
		if err := search("2001:db8::4", 0); err != nil {
			t.Errorf("after %s: %v", time.Duration(wait), err)
		}
	})
}

// TestGateForgets keeps memory bounded, and those who have spent most.
func TestGateForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(GateLimits{AtOnce: 1, Budget: 10 * time.Second, Share: 0.0001})
		g.spend(networkOf(someone), time.Minute)
		for i := range mostNetworks + 1000 {
			g.spend(networkOf(netip.MustParseAddr(fmt.Sprintf("2001:db8:%x::1", i))), time.Millisecond)
		}
		if len(g.spent) > mostNetworks {
			t.Errorf("%d networks", len(g.spent))
		}
		if g.overspent(networkOf(someone)) == 0 {
			t.Error("who has spent most was forgotten")
		}
	})
}
