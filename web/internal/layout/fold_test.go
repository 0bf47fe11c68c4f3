package layout

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestFolds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ depths, below, ends []int }{
		"nothing":            {nil, nil, nil},
		"one":                {[]int{0}, []int{0}, []int{0}},
		"an answer":          {[]int{0, 1}, []int{0, 0}, []int{0, 0}},
		"a conversation":     {[]int{0, 1, 2, 3}, []int{3, 0, 0, 0}, []int{0, 0, 0, 1}},
		"two conversations":  {[]int{0, 1, 2, 0, 1, 2}, []int{2, 0, 0, 2, 0, 0}, []int{0, 0, 1, 0, 0, 1}},
		"answers beside":     {[]int{0, 1, 2, 3, 1, 2}, []int{5, 2, 0, 0, 0, 0}, []int{0, 0, 0, 1, 0, 1}},
		"a branch below":     {[]int{0, 1, 2, 2}, []int{3, 2, 0, 0}, []int{0, 0, 0, 2}},
		"a mail is missing":  {[]int{0, 2, 3}, []int{2, 0, 0}, []int{0, 0, 1}},
		"none is at the top": {[]int{1, 2, 3, 1}, []int{2, 0, 0, 0}, []int{0, 0, 1, 0}},
	} {
		var below, ends []int
		for _, f := range Folds(c.depths) {
			below, ends = append(below, f.Below), append(ends, f.Ends)
		}
		if !slices.Equal(below, c.below) || !slices.Equal(ends, c.ends) {
			t.Errorf("%s: %v, %v; want %v, %v", name, below, ends, c.below, c.ends)
		}
	}
}

// Elements that were not closed in the order in which they were opened would tear the page.
func TestFoldsAreNested(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var open []int
		depths := rapid.SliceOf(rapid.IntRange(0, 40)).Draw(t, "depths")
		for i, f := range Folds(depths) {
			if f.Below > 0 {
				open = append(open, i+f.Below)
			}
			if len(open) > mostNested {
				t.Errorf("%d folds in each other", len(open))
			}
			for range f.Ends {
				if len(open) == 0 || open[len(open)-1] != i {
					t.Fatalf("mail %d ends %v", i, open)
				}
				open = open[:len(open)-1]
			}
			for _, end := range open {
				if end <= i {
					t.Errorf("behind mail %d, %v are open", i, open)
				}
			}
		}
		if len(open) > 0 {
			t.Errorf("%v are never closed", open)
		}
	})
}
