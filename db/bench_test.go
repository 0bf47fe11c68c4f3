package db_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/track"
)

// archive makes n mails such as lists carry: series of four under a cover with two replies each, single patches with a
// reply, talk; 5 KB each, some three references, as many senders as a list has.
func archive(n int) []*track.Mail {
	r := rand.New(rand.NewPCG(7, 7))
	var out []*track.Mail
	send := func(sender int, subject string, refs ...string) string {
		id := fmt.Sprintf("%d.%x-mailer@host%d.example.org", len(out), r.Uint64(), sender)
		m := made(id, len(out)*7, subject, refs...)
		m.From = track.Person{Name: fmt.Sprintf("Person %d", sender), Email: fmt.Sprintf("person%d@example.org", sender)}
		m.Content = text(r, 1500)
		if m.Diff != "" {
			m.Diff, m.Hash = text(r, 3500), strings.Repeat("ab", 20)
			m.Trailers = []track.Trailer{{Key: "Signed-off-by", Value: m.From.Name + " <" + m.From.Email + ">"}}
			m.Files = []string{"net/core/dev.c", "net/core/sock.c"}
		} else {
			m.Content = text(r, 5000)
		}
		out = append(out, m)
		return id
	}
	for len(out) < n {
		sender := r.IntN(200)
		switch r.IntN(3) {
		case 0:
			cover := send(sender, "[0/4] net: a series of four")
			for i := 1; i <= 4; i++ {
				patch := send(sender, fmt.Sprintf("[%d/4] net: part %d", i, i), cover)
				reply := send(r.IntN(200), "Re: net: part", patch, cover)
				again := send(sender, "Re: net: part", reply, patch, cover)
				send(r.IntN(200), "Re: net: part", again, reply, patch, cover)
			}
		case 1:
			patch := send(sender, "net: a single patch")
			send(r.IntN(200), "Re: net: a single patch", patch)
		default:
			thread := []string{send(sender, "talk of this and that")}
			for range 5 {
				thread = append([]string{send(r.IntN(200), "Re: talk of this and that", thread...)}, thread...)
			}
		}
	}
	return out[:n]
}

func text(r *rand.Rand, size int) string {
	words := []string{"static", "int", "return", "if", "(err)", "net:", "the", "of", "patch", "+\tdev->flags", "-\tfree(x);", "struct", "sk_buff", "\n"}
	var b strings.Builder
	for b.Len() < size {
		b.WriteString(words[r.IntN(len(words))])
		b.WriteByte(' ')
	}
	return b.String()
}

func openBench(b *testing.B) *db.Store {
	b.Helper()
	s, err := db.Open(context.Background(), filepath.Join(b.TempDir(), "x.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	return s
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

func BenchmarkAdd(b *testing.B) {
	mails := archive(8192)
	inOrder := deliveries(mails)
	shuffled := deliveries(mails)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	thread := deliveries(deepThread(2000))
	backwards := deliveries(deepThread(2000))
	for i, j := 0, len(backwards)-1; i < j; i, j = i+1, j-1 {
		backwards[i], backwards[j] = backwards[j], backwards[i]
	}
	mixed := deliveries(deepThread(2000))
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
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
				deliver(b, openBench(b), bb.mails, bb.batch)
			}
		})
	}
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
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
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
