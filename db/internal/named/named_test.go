package named

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNamesHavingWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		some := rapid.StringOfN(rapid.RuneFrom([]rune("aAbä")), 0, 6, -1)
		names, words := rapid.SliceOfN(some, 0, 60).Draw(t, "names"), rapid.SliceOfN(some, 1, 3).Draw(t, "words")
		var n, again Names
		for i, name := range names {
			n.Add(name)
			again.Copy(&n, i)
		}
		folded := Words(words)
		if len(folded) == 0 {
			t.Skip("no word")
		}
		var want []int32
		for i, name := range names {
			if !slices.ContainsFunc(folded, func(w []byte) bool {
				return !strings.Contains(strings.ReplaceAll(name, "A", "a"), string(w))
			}) {
				want = append(want, int32(i))
			}
		}
		if got := n.Having(folded); !slices.Equal(got, want) {
			t.Errorf("%v, not %v", got, want)
		}
		if got := again.Having(folded); !slices.Equal(got, want) {
			t.Errorf("copied: %v, not %v", got, want)
		}
		few := rapid.IntRange(0, len(names)).Draw(t, "few")
		first := n.First(few)
		want = slices.DeleteFunc(want, func(i int32) bool { return int(i) >= few })
		if got := first.Having(folded); !slices.Equal(got, want) || first.Len() != few {
			t.Errorf("of the first %d: %v, not %v", few, got, want)
		}
	})
}

func TestStrangeWords(t *testing.T) {
	if !Strange(Words([]string{"a", "b\xff"})) || Strange(Words([]string{"a", "ÿ", ""})) {
		t.Error("the byte that ends names is in one word, and in no other")
	}
}
