package search

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// randomNode draws a tree in the form that Parse makes.
func randomNode(t *rapid.T, depth int) Node {
	kind := rapid.IntRange(0, 9).Draw(t, "kind")
	if depth == 0 {
		kind %= 6
	}
	field := rapid.SampledFrom([]Field{AnyField, Subject, From, Unquoted, Body, Path, Added}).Draw(t, "field")
	switch kind {
	case 0, 1:
		return Word{field, randomWord(t), rapid.SampledFrom([]Form{Exact, Stem, Prefix}).Draw(t, "form")}
	case 2:
		return Phrase{field, randomWords(t), rapid.Bool().Draw(t, "prefix")}
	case 3:
		return Near{field, randomWords(t), rapid.IntRange(1, 12).Draw(t, "within"), rapid.Bool().Draw(t, "ordered")}
	case 4:
		return Term{rapid.SampledFrom([]Field{MsgID, ListID, State, Project}).Draw(t, "field"),
			rapid.SampledFrom([]string{"a", `q"uote`, "linux-man", "under-review", "x(y)"}).Draw(t, "value")}
	case 5:
		from := rapid.Int64Range(-1<<35, 1<<35).Draw(t, "from")
		return Range{rapid.SampledFrom([]Field{Date, Received}).Draw(t, "field"), from,
			rapid.SampledFrom([]int64{from, from + 12345, MaxRange}).Draw(t, "to")}
	case 6:
		return not(randomNode(t, depth-1))
	case 7:
		return or(randomNode(t, depth-1), randomNode(t, depth-1), randomNode(t, depth-1))
	}
	return and(randomNode(t, depth-1), randomNode(t, depth-1))
}

func randomWord(t *rapid.T) string {
	return rapid.SampledFrom([]string{"futex", "fix", "fixes", "slab", "mm", "and", "near", "x", "s"}).Draw(t, "word")
}

func randomWords(t *rapid.T) []string {
	return rapid.SliceOfN(rapid.Custom(randomWord), 2, 4).Draw(t, "words")
}

// TestTreesStay: a tree that is written and read again is the same tree.
func TestTreesStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := randomNode(t, 4)
		text := n.String()
		again, _, err := Parse(text, Options{Now: now()})
		if err != nil || !reflect.DeepEqual(n, again) {
			t.Fatalf("%s\n%#v\nis, %v,\n%v", text, n, err, again)
		}
	})
}

// TestMatchIsWhatTheOperatorsSay holds Match on trees against looking at each leaf by itself.
func TestMatchIsWhatTheOperatorsSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := &Document{Date: time.Unix(1<<20, 0), Received: time.Unix(1<<21, 0)}
		for _, p := range []Part{PartSubject, PartText, PartAdded} {
			d.Texts[p] = []string{strings.Join(randomWords(t), " "), strings.Join(randomWords(t), " ")}
		}
		a, b := randomNode(t, 2), randomNode(t, 2)
		hasA, hasB := Match(a, d), Match(b, d)
		for _, test := range []struct {
			n    Node
			want bool
		}{
			{and(a, b), hasA && hasB}, {or(a, b), hasA || hasB}, {not(a), !hasA}, {xor(a, b), hasA != hasB},
			{and(not(a), b), !hasA && hasB}, {or(not(a), not(b)), !hasA || !hasB}, {not(or(a, b)), !hasA && !hasB},
		} {
			if Match(test.n, d) != test.want {
				t.Fatalf("%s is not %v", test.n, test.want)
			}
		}
	})
}
