package rangediff

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestAssignCostsLeast holds assignments against all permutations.
func TestAssignCostsLeast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 6).Draw(t, "n")
		most := rapid.SampledFrom([]int32{1, 3, 1000, math.MaxInt32}).Draw(t, "most")
		costs := rapid.SliceOfN(rapid.Int32Range(0, most), n*n, n*n).Draw(t, "costs")
		sum := func(cols []int) (s int) {
			for row, col := range cols {
				s += int(costs[row*n+col])
			}
			return s
		}
		got := assign(n, costs)
		if sorted := slices.Sorted(slices.Values(got)); !slices.Equal(sorted, upTo(n)) {
			t.Fatalf("%v is no assignment", got)
		}
		least := math.MaxInt
		permute(upTo(n), 0, func(cols []int) { least = min(least, sum(cols)) })
		if sum(got) != least {
			t.Fatalf("%v costs %d, the best %d", got, sum(got), least)
		}
	})
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func permute(s []int, from int, f func([]int)) {
	if from == len(s) {
		f(s)
		return
	}
	for i := from; i < len(s); i++ {
		s[from], s[i] = s[i], s[from]
		permute(s, from+1, f)
		s[from], s[i] = s[i], s[from]
	}
}
