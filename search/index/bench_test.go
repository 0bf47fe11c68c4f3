package index

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"patchwatch/search"
	"patchwatch/track"
)

// BenchmarkSearchAt asks an index of 10,000 mails, and with PATCHWATCH_MILLION=1 in the environment of a million,
// which takes ten minutes to make. PATCHWATCH_INDEX=FILE keeps it there for the next time. Each asks for the newest
// 50, but for counts. The database beside it answers from memory, so these are the figures of the index alone.
func BenchmarkSearchAt(b *testing.B) {
	sizes := []int{10_000}
	if os.Getenv("PATCHWATCH_MILLION") != "" {
		sizes = append(sizes, 1_000_000)
	}
	for _, size := range sizes {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			here := &crowd{size: int64(size)}
			path := os.Getenv("PATCHWATCH_INDEX")
			if path == "" || size < 1_000_000 {
				path = filepath.Join(b.TempDir(), "crowd.search.db")
			}
			x := New(path, 1)
			defer x.Close()
			grow(b, x, here)
			for name, text := range map[string]string{
				"CommonWord": "w1", "RareWord": "w30000", "Phrase": `"w1 w2"`, "TwoFields": "s:w1 f:author7",
				"Path":         "dfn:drivers/d7/f7.c",
				"StateAndWord": "state:accepted w3", "RareStateAndWord": "state:rejected w1", "Dates": "w1 d:..20100201",
				"Prefix":  "w4999*",
				"PatchID": "patchid:" + patchOf(4712), "Stem": "walking", "Not": "w1 NOT w2", "Newest": "*",
				"NeverMeet": "odd even",
			} {
				n := parse(b, text)
				b.Run(name, func(b *testing.B) { ask(b, x, here, Query{Tree: n, Limit: 50}, false) })
			}
			b.Run("CountRareWord", func(b *testing.B) { ask(b, x, here, Query{Tree: parse(b, "w30000")}, true) })
		})
	}
}

func ask(b *testing.B, x *Index, s Source, q Query, count bool) {
	var all []time.Duration
	found := 0
	for b.Loop() {
		began := time.Now()
		var err error
		if count {
			found, _, err = x.Count(context.Background(), s, q)
		} else {
			var r Result
			r, err = x.Search(context.Background(), s, q)
			found = len(r.Hits)
		}
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, time.Since(began))
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(found), "mails")
}

func grow(b *testing.B, x *Index, here *crowd) {
	b.Helper()
	w := writerOf(b, x, here)
	defer w.Close()
	began, first := time.Now(), int64(-1)
	for {
		p, err := w.Step(context.Background(), 1024, 4)
		if err != nil {
			b.Fatal(err)
		}
		if first < 0 {
			first = p.Watermark
		}
		if p.Missing() == 0 {
			break
		}
	}
	took := time.Since(began)
	for done := false; !done; {
		var err error
		if done, err = w.Tidy(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
	if n := here.size - first; n > 0 {
		b.Logf("%.0f mails a second, then %s to merge; %d bytes a mail", float64(n)/took.Seconds(),
			(time.Since(began) - took).Round(time.Second), x.size()/here.size)
	}
}

// A crowd is a database whose mails are made when they are read: as many as one likes in no memory.
type crowd struct {
	town
	size int64
}

func (c *crowd) LastMail(context.Context) (int64, error) { return c.size, nil }

func (c *crowd) Identity(context.Context) (string, error) { return "crowd", nil }

func (c *crowd) Restated(context.Context, int64, int) ([]Restated, error) { return nil, nil }

func (c *crowd) After(_ context.Context, id int64, most int) (out []Mail, err error) {
	for n := id + 1; n <= c.size && len(out) < most; n++ {
		out = append(out, Mail{ID: n, Read: func() (*search.Document, error) { return c.document(n), nil }})
	}
	return out, nil
}

// Tracked: every second mail is a patch, a third of these accepted, and every thousandth rejected.
func (c *crowd) Tracked(_ context.Context, ids []int64, _ Wants) (map[int64]search.Tracked, error) {
	out := make(map[int64]search.Tracked, len(ids))
	for _, id := range ids {
		t := search.Tracked{Role: track.RoleComment}
		if id%2 == 0 {
			t = search.Tracked{Role: track.RolePatch, State: "new"}
			if id%6 == 0 {
				t.State = "accepted"
			} else if id%1000 == 2 {
				t.State = "rejected"
			}
		}
		out[id] = t
	}
	return out, nil
}

// Few knows the rejected ones.
func (c *crowd) Few(_ context.Context, n search.Term, most int) (out []int64, ok bool, err error) {
	if n.Field != search.State || n.Value != "rejected" {
		return nil, false, nil
	}
	for id := int64(2); id <= c.size && len(out) <= most; id += 1000 {
		out = append(out, id)
	}
	return out, len(out) <= most, nil
}

func patchOf(mail int64) string { return fmt.Sprintf("%040x", mail) }

// document has some 4 kB of words, of which a few are in nearly every mail and most in few, as in those of lists.
func (c *crowd) document(id int64) *search.Document {
	r := rand.New(rand.NewPCG(uint64(id), 1))
	words := func(n int) string {
		var text strings.Builder
		for range n {
			fmt.Fprintf(&text, "w%d ", min(int(1/(r.Float64()+1e-5)), 50_000+r.IntN(50_000)))
		}
		return text.String()
	}
	d := &search.Document{Date: time.Unix(1_200_000_000+id*400, 0), Size: 4000}
	d.MsgIDs = []string{fmt.Sprintf("%d.%x@host.example.org", id, r.Uint64())}
	d.References = []string{fmt.Sprintf("%d@x", id/8), fmt.Sprintf("%d@y", id/16)}
	d.Texts[search.PartSubject] = []string{words(8)}
	d.Texts[search.PartFrom] = []string{fmt.Sprintf("Author%d <author%d@example.org>", r.IntN(500), r.IntN(500))}
	parity := "even walked"
	if id%2 == 1 {
		parity = "odd walks"
	}
	d.Texts[search.PartText] = []string{words(200) + parity}
	d.Texts[search.PartMsgID] = d.MsgIDs
	if id%2 == 0 {
		d.PatchIDs = []string{patchOf(id)}
		d.PreBlobs, d.PostBlobs = []string{fmt.Sprintf("%012x", r.Uint64()>>16)}, []string{fmt.Sprintf("%012x",
			r.Uint64()>>16)}
		d.Texts[search.PartPath] = []string{fmt.Sprintf("drivers/d%d/f%d.c", r.IntN(50), r.IntN(50))}
		for range 20 {
			d.Texts[search.PartAdded] = append(d.Texts[search.PartAdded], words(5))
			d.Texts[search.PartContext] = append(d.Texts[search.PartContext], words(5))
		}
	} else {
		d.Texts[search.PartQuoted] = []string{words(150)}
	}
	return d
}
