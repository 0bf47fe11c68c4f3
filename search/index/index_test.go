package index

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"patchwatch/search"
)

// catchUp indexes all there is.
func catchUp(t testing.TB, w *Writer) {
	t.Helper()
	for range 10_000 {
		p, err := w.Step(context.Background(), 1000, 2)
		if err != nil {
			t.Fatal(err)
		}
		if p.Missing() == 0 {
			if p, err = w.Step(context.Background(), 1000, 2); err != nil || p.Missing() != 0 { // what was restated
				t.Fatal(p, err)
			}
			return
		}
	}
	t.Fatal("the index never catches up")
}

func writerOf(t testing.TB, x *Index, s Source) *Writer {
	t.Helper()
	w, err := x.Writer(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func find(t testing.TB, x *Index, s Source, q Query) []int64 {
	t.Helper()
	r, err := x.Search(context.Background(), s, q)
	if err != nil {
		t.Fatalf("%s: %v", q.Tree, err)
	}
	var ids []int64
	for _, h := range r.Hits {
		ids = append(ids, h.Mail)
	}
	return ids
}

// TestIndexIsScan: whatever has happened to mails and to the index, it finds what search.Match finds in all of them.
func TestIndexIsScan(t *testing.T) {
	queries, dir := 0, t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		here := newTown()
		x := New(filepath.Join(dir, fmt.Sprintf("%d.search.db", queries)), 1)
		defer x.Close()
		w := writerOf(rt2tb{t, rt}, x, here)
		defer func() { w.Close() }()
		for range rapid.IntRange(1, 4).Draw(rt, "rounds") {
			for range rapid.IntRange(0, 12).Draw(rt, "mails") {
				here.add(drawMail(rt))
			}
			for range rapid.IntRange(0, 3).Draw(rt, "happenings") {
				happen(rt, t, here, x, &w)
			}
			catchUp(rt2tb{t, rt}, w)
			for range 30 {
				queries++
				checkQuery(rt, here, x)
			}
		}
	})
	t.Logf("%d queries", queries)
}

// rt2tb is a test whose failures are those of rapid, so that it finds a smaller example.
type rt2tb struct {
	testing.TB
	rt *rapid.T
}

func (b rt2tb) Fatal(args ...any) { b.rt.Fatal(args...) }

func checkQuery(rt *rapid.T, here *town, x *Index) {
	text := drawQuery(rt, 3)
	if rapid.IntRange(0, 5).Draw(rt, "few") == 0 {
		text = "state:new AND (" + text + ")"
	}
	n, _, err := search.Parse(text, search.Options{Now: firstDate})
	if err != nil {
		return // too deep, or nothing left of a phrase
	}
	copies := rapid.IntRange(0, 4).Draw(rt, "copies") == 0
	if rapid.Bool().Draw(rt, "at once") {
		defer func(was time.Duration) { dear = was }(dear)
		dear = 0
	}
	r, err := x.Search(context.Background(), here, Query{Tree: n, Copies: copies})
	if err != nil {
		rt.Fatalf("%s: %v", text, err)
	}
	var got []int64
	for i, h := range r.Hits {
		if i > 0 && h.compare(r.Hits[i-1].Place) <= 0 {
			rt.Fatalf("%s: not newest first", text)
		}
		got = append(got, h.Mail)
	}
	slices.Sort(got)
	if want := here.scan(n, copies); !slices.Equal(got, want) {
		rt.Fatalf("%s, which is %s, finds %v, should find %v", text, n, got, want)
	}
	checkPages(rt, here, x, Query{Tree: n, Copies: copies}, r.Hits)
	checkAmong(rt, here, x, Query{Tree: n, Copies: copies}, got)
}

// checkAmong: of some mails, those are found that are found of all, also if many are named.
func checkAmong(rt *rapid.T, here *town, x *Index, q Query, all []int64) {
	q.Among = []int64{}
	want := map[int64]bool{}
	for _, mail := range all {
		want[mail] = false
	}
	for mail := range here.last + 1 {
		if rapid.Bool().Draw(rt, "among") {
			q.Among = append(q.Among, mail)
			if _, found := want[mail]; found {
				want[mail] = true
			}
		}
	}
	if rapid.IntRange(0, 5).Draw(rt, "many") == 0 {
		for i := range int64(mostFew) {
			q.Among = append(q.Among, 1_000_000+i)
		}
	}
	r, err := x.Search(context.Background(), here, q)
	if err != nil {
		rt.Fatal(err)
	}
	got := map[int64]bool{}
	for _, h := range r.Hits {
		got[h.Mail] = true
	}
	for mail, wanted := range want {
		if got[mail] != wanted {
			rt.Fatalf("%s among %v finds %v", q.Tree, q.Among, r.Hits)
		}
	}
	if len(got) > len(want) {
		rt.Fatalf("%s among %v finds %v", q.Tree, q.Among, r.Hits)
	}
}

// checkPages: pages are the whole, cut.
func checkPages(rt *rapid.T, here *town, x *Index, q Query, all []Hit) {
	q.Limit = rapid.IntRange(1, 5).Draw(rt, "limit")
	for {
		r, err := x.Search(context.Background(), here, q)
		if err != nil {
			rt.Fatal(err)
		}
		n := min(q.Limit, len(all))
		if !slices.Equal(r.Hits, all[:n]) || r.More != (len(all) > n) {
			rt.Fatalf("%s: a page of %d after %d is %v, more: %v; it should be of %v", q.Tree, q.Limit, q.After, r.Hits,
				r.More, all)
		}
		if all = all[n:]; len(all) == 0 {
			return
		}
		q.After = r.Hits[n-1].Place
	}
}

// happen does something to a mail or to the index.
func happen(rt *rapid.T, t *testing.T, here *town, x *Index, w **Writer) {
	mail := rapid.Int64Range(1, max(here.last, 1)).Draw(rt, "mail")
	there := here.mails[mail] != nil
	switch oneOf(rt, "what", "re-route", "date", "remove", "step", "reopen", "delete", "damage", "identity", "fail") {
	case "re-route":
		if there {
			here.mails[mail].stands = !here.mails[mail].stands
			here.mails[mail].doc.Project = "elsewhere"
		}
	case "date":
		if there {
			date := drawDate(rt)
			here.restate(mail, func(m *made) { m.doc.Date, m.doc.Lists = date, []string{"a.x.org"} })
		}
	case "remove":
		if there {
			here.remove(mail)
		}
	case "step":
		if _, err := (*w).Step(context.Background(), 3, 1); err != nil {
			rt.Fatal(err)
		}
	case "reopen":
		(*w).Close()
		*w = writerOf(t, x, here)
	case "delete":
		os.Remove(x.Path())
	case "damage":
		(*w).Close()
		damage(t, x.Path())
		*w = writerOf(t, x, here)
	case "identity":
		here.identity += "x"
	case "fail":
		(*w).step = func(string) { panic("killed") }
		func() {
			defer func() { recover() }()
			(*w).Step(context.Background(), 3, 1)
		}()
		(*w).step = nil
		(*w).Close()
		*w = writerOf(t, x, here)
	}
}

// damage overwrites the beginning of a page in the middle of a file.
func damage(t *testing.T, path string) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(make([]byte, 4096), info.Size()/2/8192*8192); err != nil {
		t.Fatal(err)
	}
}
