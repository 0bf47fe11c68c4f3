package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"patchwatch/search"
)

func smallTown(n int) *town {
	here := newTown()
	for i := range n {
		d := search.Document{Date: firstDate.Add(time.Duration(i) * time.Second), MsgIDs: []string{fmt.Sprintf("%d@x", i)}}
		d.Texts[search.PartText] = []string{fmt.Sprintf("word%d and common words", i%5)}
		here.add(&made{doc: d, stands: true})
	}
	return here
}

// The file is removed, overwritten or cut again and again while four ask and one writes. Nobody gets an error but
// that it is made anew, and nobody gets a wrong answer from an index that is complete.
func TestRemovedWhileAsked(t *testing.T) {
	here := smallTown(300)
	path := filepath.Join(t.TempDir(), "town.search.db")
	x, keeper := New(path, 1), New(path, 1)
	defer x.Close()
	ctx, stop := context.WithTimeout(context.Background(), 3*time.Second)
	defer stop()
	var wg sync.WaitGroup
	wg.Go(func() {
		w := writerOf(t, keeper, here)
		defer w.Close()
		for ctx.Err() == nil {
			if _, err := w.Step(context.Background(), 100, 2); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Millisecond)
		}
	})
	var whole atomic.Int64
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				r, err := x.Search(context.Background(), here, Query{Tree: parse(t, "common word3")})
				time.Sleep(3 * time.Millisecond)
				switch {
				case errors.Is(err, ErrDamaged), errors.Is(err, ErrReplaced):
				case err != nil:
					t.Error(err)
				case r.Watermark == 300 && len(r.Hits) != 60:
					t.Errorf("%d mails are found", len(r.Hits))
				case r.Watermark == 300:
					whole.Add(1)
				}
			}
		})
	}
	wg.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			if i%2 == 0 { // every second time only when it is whole, and has been asked
				for s, err := x.State(ctx); err == nil && s.Watermark < 300; s, err = x.State(ctx) {
					time.Sleep(5 * time.Millisecond)
				}
			}
			time.Sleep(50 * time.Millisecond)
			os.Remove(path)
		}
	})
	wg.Wait()
	if whole.Load() == 0 {
		t.Error("the index never was whole")
	}
}

// A file that is none, or an index of an older form or of another database, is made anew.
func TestMadeAnew(t *testing.T) {
	here := smallTown(50)
	for name, spoil := range map[string]func(t *testing.T, path string){
		"text":     func(t *testing.T, path string) { write(t, path, strings.Repeat("this is no database\n", 1000)) },
		"empty":    func(t *testing.T, path string) { write(t, path, "") },
		"cut":      func(t *testing.T, path string) { truncate(t, path, 3) },
		"one page": func(t *testing.T, path string) { os.Truncate(path, 8192) },
		"zeros":    func(t *testing.T, path string) { damage(t, path) },
		"asked":    func(t *testing.T, path string) { write(t, path+"-anew", "") },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "town.search.db")
			x := New(path, 1)
			w := writerOf(t, x, here)
			catchUp(t, w)
			w.Close()
			x.Close()
			spoil(t, path)
			w = writerOf(t, x, here)
			defer w.Close()
			catchUp(t, w)
			if got := find(t, x, here, Query{Tree: parse(t, "word2")}); len(got) != 10 {
				t.Errorf("%d mails are found", len(got))
			}
			if x.Discarding() {
				t.Error("it is asked for for ever")
			}
		})
	}
	t.Run("other reading", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "town.search.db")
		w := writerOf(t, New(path, 1), here)
		catchUp(t, w)
		w.Close()
		x := New(path, 2)
		if r, err := x.Search(context.Background(), here, Query{Tree: parse(t, "word2")}); err != nil || r.Watermark != 0 {
			t.Errorf("what an older program has read is found: %v, %v", r, err)
		}
		w = writerOf(t, x, here)
		defer w.Close()
		if p, err := w.Step(context.Background(), 10, 1); err != nil || p.Watermark != 10 {
			t.Errorf("it is at %d: %v", p.Watermark, err)
		}
	})
}

func write(t *testing.T, path, text string) {
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func truncate(t *testing.T, path string, part int64) {
	info, err := os.Stat(path)
	if err == nil {
		err = os.Truncate(path, info.Size()/part)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestOneWriter(t *testing.T) {
	x := New(filepath.Join(t.TempDir(), "town.search.db"), 1)
	w := writerOf(t, x, smallTown(3))
	if _, err := x.Writer(newTown()); !errors.Is(err, ErrLocked) {
		t.Errorf("there are two writers: %v", err)
	}
	if err := x.Discard(); err != nil || !x.Discarding() {
		t.Errorf("the writer is not asked: %v", err)
	}
	catchUp(t, w)
	if x.Discarding() {
		t.Error("the writer does not answer")
	}
	w.Close()
	again := writerOf(t, x, newTown())
	again.Close()
}

// A flood of mails of one date gets numbers, each after a few tries, and is found by its date.
func TestFlood(t *testing.T) {
	here := newTown()
	const flood = 600
	for i := range flood {
		d := search.Document{Date: firstDate}
		if i == flood/2 {
			d.Date = firstDate.Add(10 * time.Hour)
		}
		here.add(&made{doc: d, stands: true})
		if i%4 == 0 { // of dates whose slots are taken by the flood
			before := search.Document{Date: firstDate.Add(-time.Duration(1+i*7%100) * time.Minute)}
			here.add(&made{doc: before, stands: true})
		}
	}
	x := New(filepath.Join(t.TempDir(), "town.search.db"), 1)
	w := writerOf(t, x, here)
	defer w.Close()
	catchUp(t, w)
	for text, want := range map[string]int{"*": flood + flood/4, "dt:20260131000000..20260131000000": flood - 1,
		"dt:20260131000001..": 1, "dt:..20260130235959": flood / 4} {
		if got := find(t, x, here, Query{Tree: parse(t, text)}); len(got) != want {
			t.Errorf("%s finds %d mails, should find %d", text, len(got), want)
		}
	}
	tries := 0
	taken := map[int64]bool{}
	for range 100_000 {
		id, err := slotFinder{
			taken: func(id int64) (bool, error) { tries++; return taken[id], nil },
			last:  func(_, last int64) (int64, error) { return last, nil },
		}.find(1000)
		if err != nil {
			t.Fatal(err)
		}
		taken[id] = true
	}
	if tries > 100_000*80 {
		t.Errorf("a mail takes %d tries", tries/100_000)
	}
}

// Without displaced documents the order is exactly that of dates.
func TestNewestFirst(t *testing.T) {
	here := newTown()
	for i := range 200 {
		here.add(&made{doc: search.Document{Date: firstDate.Add(time.Duration(i*7919%1000) * 10 * time.Second)},
			stands: true})
	}
	x := New(filepath.Join(t.TempDir(), "town.search.db"), 1)
	w := writerOf(t, x, here)
	defer w.Close()
	catchUp(t, w)
	found := find(t, x, here, Query{Tree: search.All{}, Limit: 150})
	if !slices.IsSortedFunc(found, func(a,
		b int64) int {
		return here.mails[b].doc.Date.Compare(here.mails[a].doc.Date)
	}) ||
		len(found) != 150 {
		t.Errorf("%d mails, not newest first", len(found))
	}
}

// Words go to FTS5 as they are: its tokenizer must not split one, and take no sign between them for one.
func TestTokenizerKeepsWords(t *testing.T) {
	var text strings.Builder
	for r := rune(1); r < 0x30000; r++ {
		fmt.Fprintf(&text, "a%cb 1%c2 %c A.%c. c%c%c\n", r, r, r, r, r, r)
	}
	for _, word := range search.AppendWords(nil, text.String()) {
		for i := range len(word) {
			c := word[i]
			if c < 0x80 && !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("_'&.,;+#", c) >= 0) {
				t.Fatalf("the word %q has %q in it", word, c)
			}
		}
		if word == between || strings.HasPrefix(word, "#") {
			t.Fatalf("%q is a word", word)
		}
	}
}

// A mail whose date changes after it was read in advance, and before it is written, gets its new date.
func TestRestatedWhileReadAhead(t *testing.T) {
	here := smallTown(60)
	x := New(filepath.Join(t.TempDir(), "town.search.db"), 1)
	w := writerOf(t, x, here)
	defer w.Close()
	if _, err := w.Step(context.Background(), 20, 2); err != nil {
		t.Fatal(err)
	}
	b := <-w.ahead // it has been read
	w.ahead <- b
	here.restate(30, func(m *made) { m.doc.Date = firstDate.AddDate(1, 0, 0) })
	catchUp(t, w)
	if got := find(t, x, here, Query{Tree: parse(t, "d:2027-01..")}); !slices.Equal(got, []int64{30}) {
		t.Errorf("found are %v", got)
	}
}

// More mails are restated between two looks than the source gives at once, some of them twice: each is indexed once, as
// it is.
func TestRestatedAtOnce(t *testing.T) {
	here := smallTown(20)
	x := New(filepath.Join(t.TempDir(), "town.search.db"), 1)
	w := writerOf(t, x, here)
	defer w.Close()
	catchUp(t, w)
	for _, mail := range []int64{7, 3, 8, 7, 12, 9} {
		here.restate(mail, func(m *made) { m.doc.Date = m.doc.Date.AddDate(1, 0, 0) })
	}
	here.remove(1)
	here.remove(20)
	catchUp(t, w)
	for query, want := range map[string]int{"d:2028-01..": 1, "d:2027-01..2027-12": 4, "common": 18} {
		if got := find(t, x, here, Query{Tree: parse(t, query)}); len(got) != want {
			t.Errorf("%s finds %v", query, got)
		}
	}
}

// An index of a database that another took the place of finds nothing, and is made anew.
func TestAnotherDatabase(t *testing.T) {
	here := smallTown(30)
	x := New(filepath.Join(t.TempDir(), "town.search.db"), 1)
	w := writerOf(t, x, here)
	defer w.Close()
	catchUp(t, w)
	here.mu.Lock()
	here.identity = "second"
	here.mu.Unlock()
	if r, err := x.Search(context.Background(), here, Query{Tree: parse(t, "common")}); err != nil || len(r.Hits) > 0 {
		t.Errorf("found are %v, %v", r.Hits, err)
	}
	p, err := w.Step(context.Background(), 10, 1)
	if err != nil || p.Watermark != 10 {
		t.Errorf("it is at %d, %v", p.Watermark, err)
	}
	for id := int64(20); id <= 30; id++ { // the same, as it was before
		here.remove(id)
	}
	catchUp(t, w)
	if got := find(t, x, here, Query{Tree: parse(t, "common")}); len(got) != 19 {
		t.Errorf("%d are found", len(got))
	}
}
