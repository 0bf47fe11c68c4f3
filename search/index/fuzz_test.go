package index

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"patchwatch/search"
)

// FuzzQuery: whatever text a query is, FTS5 understands what is made of it, and finds what search.Match finds.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"fix", `s:"mm slab" NOT ka*`, "a NEAR/3 b", "a ADJ b", "(a OR b*) c -d",
		"dfpre:dead OR mid:1@x", "*",
		`"don't" AND c++ OR at&t`, "d:20260131.. z:1k..", "漢字", "state:new OR x", `f:"a"*`, "NOT (a XOR b)",
		"deadbeef*"} {
		f.Add(seed)
	}
	here := newTown()
	for i := range 40 {
		here.add(rapid.Custom(drawMail).Example(i))
	}
	x := New(filepath.Join(f.TempDir(), "town.search.db"), 1)
	w := writerOf(f, x, here)
	defer w.Close()
	catchUp(f, w)
	f.Fuzz(func(t *testing.T, text string) {
		n, _, err := search.Parse(text, search.Options{Now: firstDate})
		if err != nil {
			return
		}
		r, err := x.Search(context.Background(), here, Query{Tree: n})
		if many := (TooMany{}); errors.As(err, &many) {
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		var got []int64
		for _, h := range r.Hits {
			got = append(got, h.Mail)
		}
		slices.Sort(got)
		if want := here.scan(n, false); !slices.Equal(got, want) {
			t.Fatalf("%q, which is %s, finds %v, should find %v", text, n, got, want)
		}
	})
}
