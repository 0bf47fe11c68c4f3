package order

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

type card struct {
	rank int
	name string
}

func byRank(a, b card) int { return cmp.Compare(a.rank, b.rank) }

// TestBy: it is what slices has.
func TestBy(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		got := rapid.SliceOf(rapid.Custom(func(t *rapid.T) card {
			return card{rapid.IntRange(0, 9).Draw(t, "rank"), rapid.StringN(0, 3, -1).Draw(t, "name")}
		})).Draw(t, "cards")
		want := slices.Clone(got)
		slices.SortStableFunc(want, byRank)
		By(got, byRank)
		if !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func BenchmarkBy(b *testing.B) {
	cards := make([]card, 1000)
	for name, sort := range map[string]func([]card, func(a, b card) int){
		"order": By[[]card], "slices": slices.SortStableFunc[[]card],
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				for i := range cards {
					cards[i].rank = i * 7919 % 1009
				}
				sort(cards, byRank)
			}
		})
	}
}
