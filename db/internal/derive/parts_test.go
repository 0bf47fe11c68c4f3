package derive

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"patchwatch/track"
)

// Members of one marker are joined as if each were compared with each.
func TestMarkedAreJoined(t *testing.T) {
	window := int64(track.Window / time.Second)
	rapid.Check(t, func(t *rapid.T) {
		dates := rapid.SliceOfN(rapid.Int64Range(0, 6*window), 0, 40).Draw(t, "dates")
		slices.Sort(dates)
		numbers := rapid.SliceOfN(rapid.Int64Range(1, 3), len(dates), len(dates)).Draw(t, "numbers")
		got, want := &parts{}, &parts{}
		for i := range dates {
			got.up, want.up = append(got.up, uint32(i)), append(want.up, uint32(i))
		}
		var m marked
		for i, date := range dates {
			m.take(mark{date: date, number: numbers[i], place: uint32(i)}, got.join)
			for j := range i {
				if date-dates[j] <= window && numbers[i] != numbers[j] {
					want.join(uint32(i), uint32(j))
				}
			}
		}
		for i := range dates {
			if got.root(uint32(i)) != want.root(uint32(i)) {
				t.Fatalf("mail %d is with %d, not with %d", i, got.root(uint32(i)), want.root(uint32(i)))
			}
		}
	})
}

// What is sorted by its bytes is sorted by its numbers, and comes back as it was.
func TestRecordsOfParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		if order := slices.Compare(appendSorted(nil, a), appendSorted(nil, b)); (order < 0) != (a < b) {
			t.Fatal(order)
		}
		l := link{hash: a, refers: a > b, member: b > 0, talk: b < 0, mail: b, sender: uint64(a), place: uint32(b)}
		if got := linkOf(l.record()); got != l {
			t.Fatalf("%+v, want %+v", got, l)
		}
		m := mark{marker: uint64(b), date: a, number: b, place: uint32(a)}
		if got := markOf(m.record()); got != m {
			t.Fatalf("%+v, want %+v", got, m)
		}
	})
}
