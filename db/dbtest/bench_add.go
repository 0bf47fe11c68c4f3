package dbtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/track"
)

// BenchAdd reports how many mails a second are added to an empty database of an engine.
func BenchAdd(b *testing.B, make Maker) {
	mails := Archive(8192)
	inOrder := deliveries(mails)
	shuffled := deliveries(mails)
	shuffle(shuffled)
	thread := deliveries(deepThread(2000))
	backwards := deliveries(deepThread(2000))
	slices.Reverse(backwards)
	mixed := deliveries(deepThread(2000))
	shuffle(mixed)
	for _, bb := range []struct {
		name  string
		mails []db.Delivery
		batch int
	}{
		{"archive/in order by 256", inOrder, 256},
		{"archive/shuffled by 256", shuffled, 256},
		{"archive/in order one by one", inOrder[:1000], 1},
		{"thread of 2000/in order one by one", thread, 1},
		{"thread of 2000/backwards one by one", backwards, 1},
		{"thread of 2000/shuffled one by one", mixed, 1},
		{"series of 400/shuffled one by one", deliveries(shuffledSeries(400)), 1},
		{"10000 unthreaded 1 of 2/by 256", deliveries(unthreaded(10_000)), 256},
		{"1000 unthreaded 1 of 2/one by one", deliveries(unthreaded(1000)), 1},
		{"500 patches under one mail/one by one", deliveries(underOne(500)), 1},
	} {
		b.Run(bb.name, func(b *testing.B) {
			for b.Loop() {
				deliver(b, openBench(b, make), bb.mails, bb.batch)
			}
		})
	}
}

// shuffle gives the same order each time.
func shuffle[T any](s []T) {
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
}

// openBench makes a database on a disk, since the wait for it is a part of what is measured.
func openBench(b *testing.B, make Maker) *db.Store {
	b.Helper()
	return make(b.TempDir()).store(b)
}

// deliver adds the mails in batches, and reports how many a second.
func deliver(b *testing.B, s *db.Store, batch []db.Delivery, size int) {
	b.Helper()
	start := time.Now()
	for at := 0; at < len(batch); at += size {
		if _, err := s.Add(context.Background(), batch[at:min(at+size, len(batch))]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(batch))/time.Since(start).Seconds(), "mails/s")
}

func deliveries(mails []*track.Mail) []db.Delivery {
	var out []db.Delivery
	for _, m := range mails {
		out = append(out, asJSON(m))
	}
	return out
}

// deepThread is a patch and a chain of replies, each with the last twenty of its References, as mailers cut them.
func deepThread(n int) []*track.Mail {
	var out []*track.Mail
	for i := range n {
		var refs []string
		for j := i - 1; j >= max(0, i-20); j-- {
			refs = append(refs, fmt.Sprintf("%d@deep", j))
		}
		subject := "Re: deep"
		if i == 0 {
			subject = "deep"
		}
		out = append(out, made(fmt.Sprintf("%d@deep", i), i, subject, refs...))
	}
	return out
}

func shuffledSeries(n int) []*track.Mail {
	out := []*track.Mail{made("0@s", 0, fmt.Sprintf("[0/%d] long", n))}
	for i := 1; i <= n; i++ {
		out = append(out, made(fmt.Sprintf("%d@s", i), 0, fmt.Sprintf("[%d/%d] long", i, n), "0@s"))
	}
	shuffle(out)
	return out
}

func unthreaded(n int) []*track.Mail {
	var out []*track.Mail
	for i := range n {
		out = append(out, made(fmt.Sprintf("%d@u", i), i*60/n, "[1/2] the same"))
	}
	return out
}

func underOne(n int) []*track.Mail {
	var out []*track.Mail
	for i := range n {
		out = append(out, made(fmt.Sprintf("%d@h", i), i*60, "[1/2] the same", "hub@h"))
	}
	return out
}
