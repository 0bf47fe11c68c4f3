package lookup_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"patchwatch/cmd/patchwatch/internal/lookup"
)

// TestRemovedWhileServing: the index is removed again and again while a server keeps it and several ask. Nobody gets an
// error, or a wrong answer from an index that is said to be whole, and in the end all is as it was.
func TestRemovedWhileServing(t *testing.T) {
	const mails, removals = 200, 12
	s := openStore(t)
	var all [][]byte
	for n := range mails {
		all = append(all, mail(n, fmt.Sprintf("\nhalf%d", n%2)))
	}
	add(t, s, all...)
	want := map[string]int{"frob": mails, "half1": mails / 2, "s:frob half0 NOT word4": mails/2 - 1, "is:patch word7": 1}
	x := lookup.Open(s)
	defer x.Close()
	server := &lookup.Server{Store: s, Index: x}
	keep(t, &lookup.Keeper{Store: s})
	whole := func() bool { // every answer is whole
		t.Helper()
		for query, n := range want {
			f, err := server.Find(t.Context(), question(t, query))
			switch {
			case err != nil:
				t.Errorf("%s: %v", query, err)
			case f.Missing() > 0:
				return false
			case len(f.Mails) != n:
				t.Errorf("%s finds %d mails, should find %d", query, len(f.Mails), n)
			}
		}
		return true
	}
	await := func() {
		for began := time.Now(); !whole(); time.Sleep(5 * time.Millisecond) {
			if time.Since(began) > 5*time.Minute {
				t.Fatal("the index is not made anew")
			}
		}
	}
	await()
	ctx, stop := context.WithCancel(t.Context())
	var askers sync.WaitGroup
	defer func() { stop(); askers.Wait() }()
	for range 3 {
		askers.Go(func() {
			for ctx.Err() == nil {
				whole()
			}
		})
	}
	for n := range removals {
		if err := os.Remove(x.Path()); err != nil {
			t.Error(err)
		}
		if n%2 == 0 { // otherwise again while it is being made
			await()
		}
		for _, err := os.Stat(x.Path()); err != nil && ctx.Err() == nil; _, err = os.Stat(x.Path()) {
			time.Sleep(time.Millisecond)
		}
	}
	await()
}
