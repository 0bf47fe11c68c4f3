package db_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/track"
)

// BenchmarkAddAt reports the time a mail at 10,000 and 100,000 stored mails, and with PATCHWATCH_MILLION=1 in the
// environment at a million, which takes some minutes and 3 GB of disk: by 256, as a backlog is drained, and one by one, as
// mail comes.
func BenchmarkAddAt(b *testing.B) {
	sizes := []int{10_000, 100_000}
	if os.Getenv("PATCHWATCH_MILLION") != "" {
		sizes = append(sizes, 1_000_000)
	}
	s := openBench(b)
	raw := []byte(text(rand.New(rand.NewPCG(4, 4)), 3000))
	list := &growingList{r: rand.New(rand.NewPCG(3, 3)), raw: raw, frame: db.Compress(raw)}
	for _, size := range sizes {
		for list.sent < size {
			store(b, s, list.next(min(1000, size-list.sent)))
		}
		for _, batch := range []int{256, 1} {
			b.Run(fmt.Sprintf("%d/by_%d", size, batch), func(b *testing.B) {
				var micros []float64
				for b.Loop() {
					mails := list.next(batch)
					start := time.Now()
					store(b, s, mails)
					micros = append(micros, float64(time.Since(start).Nanoseconds())/1000/float64(batch))
				}
				slices.Sort(micros)
				b.ReportMetric(micros[len(micros)/2], "µs/mail")
			})
		}
	}
}

func store(b *testing.B, s *db.Store, mails []db.Delivery) {
	b.Helper()
	if _, err := s.Add(context.Background(), mails); err != nil {
		b.Fatal(err)
	}
}

// growingList sends mail without end: series of four, single patches, talk and replies, most to what is new, some to what is
// old.
type growingList struct {
	r          *rand.Rand
	raw, frame []byte
	sent       int
	queue      []*track.Mail
	heads      []string // of threads
}

func (l *growingList) next(n int) []db.Delivery {
	for len(l.queue) < n {
		l.thread()
	}
	var out []db.Delivery
	for _, m := range l.queue[:n] {
		out = append(out, db.Delivery{Mail: m, Raw: l.raw, Frame: l.frame})
	}
	l.queue = slices.Clone(l.queue[n:])
	l.sent += n
	return out
}

func (l *growingList) thread() {
	switch l.r.IntN(3) {
	case 0:
		cover := l.send("[0/4] a series of four")
		for i := 1; i <= 4; i++ {
			l.send(fmt.Sprintf("[%d/4] part %d", i, i), cover)
		}
		l.heads = append(l.heads, cover)
	case 1:
		l.heads = append(l.heads, l.send("a single patch"))
	default:
		l.heads = append(l.heads, l.send("talk of this and that"))
	}
	for range 3 {
		at := len(l.heads) - 1 - l.r.IntN(min(len(l.heads), 50))
		if l.r.IntN(20) == 0 {
			at = l.r.IntN(len(l.heads))
		}
		reply := l.send("Re: part", l.heads[at])
		l.send("Re: part", reply, l.heads[at])
	}
}

func (l *growingList) send(subject string, refs ...string) string {
	n := l.sent + len(l.queue)
	id := fmt.Sprintf("%d.%x-mailer@host.example.org", n, l.r.Uint64())
	m := made(id, n*7, subject, refs...)
	m.From = track.Person{Name: fmt.Sprintf("Person %d", n%500), Email: fmt.Sprintf("person%d@example.org", l.r.IntN(500))}
	for i := range m.SHA256 {
		m.SHA256[i] = byte(l.r.Uint32())
	}
	l.queue = append(l.queue, m)
	return id
}
