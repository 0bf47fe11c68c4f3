package track

import (
	"fmt"
	"testing"
	"time"
)

// What nobody sends but an attacker, or a broken robot, must still be answered soon. Each takes a second or less on an
// idle core; the limit leaves room for a busy one and the race detector, and none for work that grows with the square.
const soon = 30 * time.Second

func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds, and a minute under the race detector")
	}
	for _, tt := range []struct {
		name   string
		mails  []Item
		series int
		leads  int
	}{
		{"a thread 100,000 deep", deepThread(100_000), 1, 99_999},
		{"a loop of 100,000", bigLoop(100_000), 0, 0},
		{"a loop of 100,000 with a way out", append(bigLoop(100_000), Item{ID: "<0>", Kind: Patch}), 1, 100_000},
		{"800 that all refer to each other", knot(800), 1, 800},
		{"half a knot that leads out, half that leads in", layers(500), 1, 1000},
		{"patches 30,000 deep", deepPatches(30_000), 1, 0},
		{"10,000 unthreaded 1/2 in an hour", burst(10_000, 1), 10_000, 0},
		{"5,000 unthreaded 1/2 and 2/2 in an hour", burst(10_000, 2), 5_000, 0},
		{"10,000 unthreaded of a hundred numbers", burst(10_000, 100), 100, 0},
		{"10,000 times the same number in one thread", clashes10k(1), 10_000, 0},
		{"5,000 times two numbers in one thread", clashes10k(2), 5_000, 0},
		{"100 times a hundred numbers in one thread", clashes10k(100), 100, 0},
		{"a series of 10,000", burst(10_000, 10_000), 1, 0},
		{"10,000 that refer to one lost mail", hub(10_000), 10_000, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Now()
			got := Assemble(tt.mails, nil)
			took := time.Since(start)
			t.Logf("%v", took.Round(time.Millisecond))
			if took > soon {
				t.Errorf("took %v", took)
			}
			if len(got.Series) != tt.series || len(got.Parents) != tt.leads {
				t.Errorf("%d series, want %d; %d parents, want %d", len(got.Series), tt.series, len(got.Parents), tt.leads)
			}
		})
	}
}

func numbered(n int) string { return fmt.Sprintf("<%d>", n) }

func made(n int, f func(i int, it *Item)) []Item {
	all := make([]Item, n)
	for i := range all {
		all[i] = Item{ID: numbered(i), Sender: "ann", Version: 1, Date: epoch.Add(time.Duration(i) * time.Second)}
		f(i, &all[i])
	}
	return all
}

func deepThread(n int) []Item {
	return made(n, func(i int, it *Item) {
		if i == 0 {
			it.Kind = Patch
			return
		}
		it.Refs = []string{numbered(i - 1)}
	})
}

// bigLoop has the ids from 1 on; the last also refers to 0.
func bigLoop(n int) []Item {
	return made(n, func(i int, it *Item) {
		it.ID = numbered(i + 1)
		it.Refs = []string{numbered((i+1)%n + 1)}
		if i == n-1 {
			it.Refs = append(it.Refs, numbered(0))
		}
	})
}

func knot(n int) []Item {
	return made(n+1, func(i int, it *Item) {
		if i == n {
			it.Kind = Patch
			return
		}
		for j := range n + 1 {
			it.Refs = append(it.Refs, numbered(j))
		}
	})
}

// layers: n mails refer to a patch and to n others, all of which refer to all of the former, the patch's last.
func layers(n int) []Item {
	return made(2*n+1, func(i int, it *Item) {
		switch {
		case i == 2*n:
			it.Kind = Patch
		case i < n:
			for j := range n {
				it.Refs = append(it.Refs, numbered(n+j))
			}
			it.Refs = append(it.Refs, numbered(2*n))
		default:
			for j := n; j < 2*n; j++ {
				it.Refs = append(it.Refs, numbered(j))
			}
			for j := range n {
				it.Refs = append(it.Refs, numbered(j))
			}
		}
	})
}

func numberedPatch(it *Item, number, total int) {
	it.Kind, it.Marked, it.Number, it.Total = Patch, true, number, total
}

func deepPatches(n int) []Item {
	return made(n, func(i int, it *Item) {
		numberedPatch(it, i+1, n)
		if i > 0 {
			it.Refs = []string{numbered(i - 1)}
		}
	})
}

// burst is n mails of a sender without references within an hour, taking turns in the numbers.
func burst(n, numbers int) []Item {
	return made(n, func(i int, it *Item) {
		numberedPatch(it, i%numbers+1, numbers+1)
		it.Date = epoch.Add(time.Duration(i) * time.Hour / time.Duration(n)).Truncate(time.Second)
	})
}

func clashes10k(numbers int) []Item {
	return made(10_000, func(i int, it *Item) {
		numberedPatch(it, i*numbers/10_000+1, numbers)
		it.Refs = []string{"<root>"}
	})
}

func hub(n int) []Item {
	return made(n, func(i int, it *Item) {
		numberedPatch(it, 1, 2)
		it.Refs = []string{"<lost>"}
	})
}
