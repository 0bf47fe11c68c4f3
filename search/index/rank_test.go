package index

import (
	"path/filepath"
	"slices"
	"testing"

	"patchwatch/search"
)

// TestRank: rare words come before common ones, subjects before bodies, and what fits alike stays newest first.
func TestRank(t *testing.T) {
	t.Parallel()
	here := newTown()
	x := New(filepath.Join(t.TempDir(), "rank.search.db"), 1)
	defer x.Close()
	w := writerOf(t, x, here)
	defer w.Close()
	mail := func(subject, text string) int64 {
		m := &made{stands: true}
		m.doc.Date, m.doc.Received = firstDate, firstDate
		m.doc.Texts[search.PartSubject], m.doc.Texts[search.PartText] = []string{subject}, []string{text}
		return here.add(m)
	}
	var common []int64
	for range 20 {
		common = append(common, mail("hello", "memory"))
	}
	rare, inSubject := mail("hello", "memory barrier"), mail("barrier", "memory")
	catchUp(t, w)
	n, _, err := search.Parse("memory OR barrier", search.Options{Now: firstDate})
	if err != nil {
		t.Fatal(err)
	}
	r, err := x.Search(t.Context(), here, Query{Tree: n})
	if err != nil {
		t.Fatal(err)
	}
	before := slices.Clone(r.Hits)
	if err := x.Rank(t.Context(), n, r.Hits); err != nil {
		t.Fatal(err)
	}
	if len(r.Hits) != 22 || r.Hits[0].Mail != inSubject || r.Hits[1].Mail != rare {
		t.Fatalf("%v, of which %d should be first, %d second", r.Hits, inSubject, rare)
	}
	before = slices.DeleteFunc(before, func(h Hit) bool { return !slices.Contains(common, h.Mail) })
	if !slices.Equal(before, r.Hits[2:]) {
		t.Errorf("%v do not stay %v", r.Hits[2:], before)
	}
	// What no words are asked of has no order.
	before = slices.Clone(r.Hits)
	if err := x.Rank(t.Context(), search.All{}, r.Hits); err != nil || !slices.Equal(before, r.Hits) {
		t.Errorf("%v: %v became %v", err, before, r.Hits)
	}
	if err := New(filepath.Join(t.TempDir(), "none"), 1).Rank(t.Context(), n, r.Hits); err != nil {
		t.Error("without an index:", err)
	}
}
