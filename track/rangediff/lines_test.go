package rangediff

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestLineDiffIsShortest holds the line diff against the plain table of longest common subsequences.
func TestLineDiffIsShortest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		distinct := rapid.IntRange(1, 30).Draw(t, "distinct")
		line := rapid.Int32Range(0, int32(distinct-1))
		a := rapid.SliceOfN(line, 0, 60).Draw(t, "a")
		b := rapid.SliceOfN(line, 0, 60).Draw(t, "b")
		d := newLineDiff(distinct)
		d.compare(a, b)
		kept := keptLines(a, d.old.changed)
		if other := keptLines(b, d.new.changed); !slices.Equal(kept, other) {
			t.Fatalf("what is left of both differs: %v and %v", kept, other)
		}
		longest := longestCommon(a, b)
		if len(kept) > longest {
			t.Fatalf("%d lines are kept, more than the longest common subsequence, %d", len(kept), longest)
		}
		if len(kept) < longest && !someAreOften(a, b) {
			t.Fatalf("%d lines are kept; the longest common subsequence has %d", len(kept), longest)
		}
		if differ := len(a) + len(b) - 2*len(kept); !d.compareWithin(a, b, differ) {
			t.Fatalf("%d lines differ, and that is too many", differ)
		}
	})
}

func keptLines(lines []int32, changed []bool) (kept []int32) {
	for i, l := range lines {
		if !changed[i] {
			kept = append(kept, l)
		}
	}
	return kept
}

func longestCommon(a, b []int32) int {
	row := make([]int, len(b)+1)
	for _, x := range a {
		diagonal := 0
		for j, y := range b {
			above := row[j+1]
			if x == y {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(above, row[j])
			}
			diagonal = above
		}
	}
	return row[len(b)]
}

// someAreOften tells that a line may be left out since it is too often in the other text.
func someAreOften(a, b []int32) bool {
	often := func(lines []int32, limit int) bool {
		count := map[int32]int{}
		for _, l := range lines {
			if count[l]++; count[l] >= limit {
				return true
			}
		}
		return false
	}
	return often(b, roughRoot(len(a))) || often(a, roughRoot(len(b)))
}

// TestLineDiffIsBounded: texts that have little in common and many equal lines take long to compare as well as can be.
func TestLineDiffIsBounded(t *testing.T) {
	const n = 200_000
	a, b := make([]int32, n), make([]int32, n)
	for i := range n {
		a[i], b[i] = int32(i*7919%1000), int32(i*104729%1000)
	}
	d := newLineDiff(1000)
	d.compare(a, b)
	if kept := keptLines(a, d.old.changed); !slices.Equal(kept, keptLines(b, d.new.changed)) {
		t.Error("what is left of both differs")
	}
	if most := 4 * n * d.costly; d.work > most {
		t.Errorf("it took %d steps, more than %d", d.work, most)
	}
}

// TestSlide shows where changes go that could be in several places.
func TestSlide(t *testing.T) {
	for _, c := range []struct {
		name, old, new, want string
	}{
		{"the last place", "a b", "a b a b", " a b+a+b"},
		{"up from it", "b a c", "a a b b c", "-b a+a+b+b c"},
		{"as far as it goes", "b a c", "c c a", "-b-a c+c+a"},
		{"beside", "x { 1 } y", "x { 2 } { 2 } y", " x {-1+2+}+{+2 } y"},
	} {
		a, b := strings.Fields(c.old), strings.Fields(c.new)
		d, old, new := number(a, b)
		d.compare(old, new)
		got, at := "", 0
		for _, ch := range d.changes(nil) {
			for ; at < ch.oldFrom; at++ {
				got += " " + a[at]
			}
			for ; at < ch.oldTo; at++ {
				got += "-" + a[at]
			}
			for _, l := range b[ch.newFrom:ch.newTo] {
				got += "+" + l
			}
		}
		for ; at < len(a); at++ {
			got += " " + a[at]
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
