package track

import (
	"fmt"
	"testing"
	"time"
)

// threadsOf makes n threads of a series with a reply to each mail, as far apart as lists send them.
func threadsOf(n, patches int) (out []Item) {
	at := func() time.Time { return time.Unix(1_700_000_000+int64(len(out))*60, 0).UTC() }
	for i := range n {
		sender := fmt.Sprintf("person%d@example.org", i%200)
		cover := fmt.Sprintf("<%d-0@x>", i)
		for number := range patches + 1 {
			m := Item{ID: fmt.Sprintf("<%d-%d@x>", i, number), Kind: Patch, Sender: sender, Date: at(),
				Delivered: at(), Marked: true,
				Number: number, Total: patches, Version: 1, Name: fmt.Sprintf("[%d/%d] part", number, patches)}
			if number == 0 {
				m.Kind = Cover
			} else {
				m.Refs = []string{cover}
			}
			out = append(out, m, Item{ID: fmt.Sprintf("<%d-%d-re@x>", i, number), Kind: Talk,
				Sender: "r@example.org", Date: at(),
				Delivered: at(), Refs: []string{m.ID, cover}, Name: "Re: part"})
		}
	}
	return out
}

// chain is a patch and replies, each to the one before.
func chain(n int) (out []Item) {
	for i := range n {
		m := Item{
			ID: fmt.Sprintf("<%d@x>", i), Kind: Talk, Sender: "r@example.org", Date: time.Unix(int64(i), 0).UTC(),
			Name: "Re: part",
		}
		if i == 0 {
			m.Kind = Patch
		}
		for j := i - 1; j >= max(0, i-20); j-- {
			m.Refs = append(m.Refs, fmt.Sprintf("<%d@x>", j))
		}
		out = append(out, m)
	}
	return out
}

// BenchmarkAssemble takes what one delivery touches, what a rebuild does, and long threads.
func BenchmarkAssemble(b *testing.B) {
	for _, bb := range []struct {
		name  string
		items []Item
	}{
		{"series=1/patches=8", threadsOf(1, 8)},
		{"series=1/patches=500", threadsOf(1, 500)},
		{"series=1000/patches=8", threadsOf(1000, 8)},
		{"chain=2000", chain(2000)},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Assemble(bb.items, nil)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/float64(len(bb.items)), "µs/mail")
		})
	}
}
