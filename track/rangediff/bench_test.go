package rangediff

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// BenchmarkPairs pairs two versions of series of usual patches, of which one in three has changed.
func BenchmarkPairs(b *testing.B) {
	for _, n := range []int{30, 500} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				m := NewMatcher()
				r := rand.New(rand.NewPCG(1, 2))
				for i := range n {
					lines := usualLines(r, 20+r.IntN(200))
					m.AddOld(usualPatch(i, lines))
					if r.IntN(3) == 0 {
						lines[r.IntN(len(lines))] = "+\tchanged();"
					}
					m.AddNew(usualPatch(i, lines))
				}
				if got := len(m.Pairs()); got != n {
					b.Fatalf("%d pairs", got)
				}
			}
		})
	}
}

// BenchmarkAllChanged is the same where no patch is equal.
func BenchmarkAllChanged(b *testing.B) {
	for _, n := range []int{30, 500} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				m := NewMatcher()
				r := rand.New(rand.NewPCG(1, 2))
				for i := range n {
					lines := usualLines(r, 20+r.IntN(200))
					m.AddOld(usualPatch(i, lines))
					lines[r.IntN(len(lines))] = fmt.Sprintf("+\tchanged(%d);", i)
					m.AddNew(usualPatch(i, lines))
				}
				if got := len(m.Pairs()); got != n {
					b.Fatalf("%d pairs", got)
				}
			}
		})
	}
}

func usualLines(r *rand.Rand, n int) (out []string) {
	for range n {
		mark := []string{" ", " ", "+", "-"}[r.IntN(4)]
		call, count := fmt.Sprintf("\tcall%d(x);", r.IntN(3000)), fmt.Sprintf("\tv%d++;", r.IntN(99))
		text := []string{"", "}", "\treturn 0;", call, count}
		out = append(out, mark+text[r.IntN(len(text))])
	}
	return out
}

func usualPatch(i int, lines []string) Patch {
	old, new := 0, 0
	for _, l := range lines {
		if l[0] != '+' {
			old++
		}
		if l[0] != '-' {
			new++
		}
	}
	name := fmt.Sprintf("dir/file%d.c", i%40)
	return Patch{Title: fmt.Sprintf("change %d", i), Diff: fmt.Sprintf(
		"diff --git a/%s b/%s\n--- a/%s\n+++ b/%s\n@@ -1,%d +1,%d @@\n%s\n", name, name, name, name, old, new,
		strings.Join(lines, "\n"))}
}
