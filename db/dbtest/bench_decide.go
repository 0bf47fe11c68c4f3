package dbtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/track"
)

// BenchDecide reports how many states a second people set in a database of 10,000 mails, one after the other and eight
// at once, and how long one in a hundred waits at least.
func BenchDecide(b *testing.B, make Maker) {
	ctx := context.Background()
	s := openBench(b, make)
	raw := []byte(text(rand.New(rand.NewPCG(4, 4)), 3000))
	list := &growingList{r: rand.New(rand.NewPCG(3, 3)), raw: raw, frame: db.Compress(raw)}
	for list.sent < 10_000 {
		store(b, s, list.next(1000))
	}
	patches, err := s.Patches(ctx, track.Filter{})
	if err != nil {
		b.Fatal(err)
	}
	states := []track.State{"accepted", "rejected", "under-review"}
	var decided atomic.Int64 // of all runs, so that each changes something
	for _, people := range []int{1, 8} {
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) {
			var left atomic.Int64
			left.Store(int64(b.N))
			var mu sync.Mutex
			var waits []time.Duration
			var all sync.WaitGroup
			start := time.Now()
			for range people {
				all.Go(func() {
					var mine []time.Duration
					for left.Add(-1) >= 0 {
						n := int(decided.Add(1))
						began := time.Now()
						if err := s.SetState(ctx, by, []int64{patches[n%len(patches)].ID},
							states[n/len(patches)%len(states)]); err != nil {
							b.Error(err)
							return
						}
						mine = append(mine, time.Since(began))
					}
					mu.Lock()
					defer mu.Unlock()
					waits = append(waits, mine...)
				})
			}
			all.Wait()
			took := time.Since(start)
			slices.Sort(waits)
			b.ReportMetric(float64(b.N)/took.Seconds(), "decisions/s")
			b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}
