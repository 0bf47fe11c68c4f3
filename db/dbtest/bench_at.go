package dbtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/track"
)

// BenchAt reports the time of what people and watchers do at 10,000 and 100,000 stored mails, and at a million with
// PATCHWATCH_MILLION=1 in the environment, which takes some minutes and 3 GB of disk: adding mail, by 256 as a backlog
// is drained and one by one as it comes, and what list, series and show ask.
func BenchAt(b *testing.B, make Maker) {
	sizes := []int{10_000, 100_000}
	if os.Getenv("PATCHWATCH_MILLION") != "" {
		sizes = append(sizes, 1_000_000)
	}
	s := openBench(b, make)
	raw := []byte(text(rand.New(rand.NewPCG(4, 4)), 3000))
	list := &growingList{r: rand.New(rand.NewPCG(3, 3)), raw: raw, frame: db.Compress(raw)}
	for _, size := range sizes {
		for list.sent < size {
			store(b, s, list.next(min(1000, size-list.sent)))
		}
		for _, batch := range []int{256, 1} {
			b.Run(fmt.Sprintf("stored=%d/Add/by=%d", size, batch), func(b *testing.B) {
				var micros []float64
				for b.Loop() {
					mails := list.next(batch)
					start := time.Now()
					store(b, s, mails)
					micros = append(micros, float64(time.Since(start).Nanoseconds())/1000/float64(batch))
				}
				b.ReportMetric(medianOf(micros), "µs/mail")
			})
		}
		benchQueries(b, s, size)
		benchPages(b, s, size)
	}
}

func medianOf(values []float64) float64 { return slices.Sorted(slices.Values(values))[len(values)/2] }

// benchQueries asks what the commands ask, with the limit that they have by themselves.
func benchQueries(b *testing.B, s *db.Store, size int) {
	ctx := context.Background()
	const shown = 50
	newest, err := s.SeriesList(ctx, track.Filter{Limit: 1})
	if err != nil || len(newest) == 0 {
		b.Fatal(err, len(newest))
	}
	lists := []struct {
		name string
		f    track.Filter
	}{
		{"newest", track.Filter{}},
		{"project", track.Filter{Project: newest[0].Project}},
		{"state", track.Filter{States: []track.State{"accepted"}}}, // which no patch has: the longest search
		{"states", track.Filter{Project: newest[0].Project, States: []track.State{"new", "under-review"}}},
		{"submitter", track.Filter{Submitter: "person7@example.org"}},
		{"name", track.Filter{Submitter: "person 7"}},
		{"delegate", track.Filter{Delegate: "nobody@example.org"}},
		{"since", track.Filter{Since: newest[0].Date.Add(-time.Hour)}},
		{"incomplete", track.Filter{Incomplete: true}},
	}
	for _, l := range lists {
		l.f.Limit = shown
		b.Run(fmt.Sprintf("stored=%d/list/%s", size, l.name), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Patches(ctx, l.f); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("stored=%d/series/%s", size, l.name), func(b *testing.B) {
			for b.Loop() {
				if _, err := s.SeriesList(ctx, l.f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run(fmt.Sprintf("stored=%d/show/series", size), func(b *testing.B) {
		for b.Loop() {
			showSeries(b, s, newest[0].ID)
		}
	})
	b.Run(fmt.Sprintf("stored=%d/show/patch", size), func(b *testing.B) {
		members, err := s.Members(ctx, newest[0].ID)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			showMail(b, s, members[len(members)-1].MsgID)
		}
	})
	b.Run(fmt.Sprintf("stored=%d/show/beginning", size), func(b *testing.B) {
		for b.Loop() {
			showMail(b, s, "77-") // several ids begin so, or none
		}
	})
}

// showSeries and showMail ask what show asks.
func showSeries(b *testing.B, s *db.Store, id int64) {
	ctx := context.Background()
	_, err := s.SeriesList(ctx, track.Filter{Series: id})
	_, err2 := s.Members(ctx, id)
	_, err3 := s.Patches(ctx, track.Filter{Series: id, Archived: true})
	_, err4 := s.Versions(ctx, id)
	_, err5 := s.Dependencies(ctx, []int64{id}, track.Scope{})
	if err := errors.Join(err, err2, err3, err4, err5); err != nil {
		b.Fatal(err)
	}
}

func showMail(b *testing.B, s *db.Store, id string) {
	ctx := context.Background()
	found, err := s.Find(ctx, "", id)
	if err != nil {
		b.Fatal(err)
	}
	for _, m := range found[:min(len(found), 1)] {
		_, err := s.Comments(ctx, m.ID)
		_, err2 := s.Patches(ctx, track.Filter{ID: m.ID, Archived: true})
		_, err3 := s.Raw(ctx, m.ID)
		_, err4 := s.Why(ctx, m.ID)
		if err := errors.Join(err, err2, err3, err4); err != nil {
			b.Fatal(err)
		}
	}
}

func store(b *testing.B, s *db.Store, mails []db.Delivery) {
	b.Helper()
	if _, err := s.Add(context.Background(), mails); err != nil {
		b.Fatal(err)
	}
}

// growingList sends mail without end: series of four, single patches, talk and replies, most to what is new, some to
// what is old.
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
	m.From = track.Person{
		Name: fmt.Sprintf("Person %d", n%500), Email: fmt.Sprintf("person%d@example.org", l.r.IntN(500)),
	}
	for i := range m.SHA256 {
		m.SHA256[i] = byte(l.r.Uint32())
	}
	l.queue = append(l.queue, m)
	return id
}
