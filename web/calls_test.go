package web_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"patchwatch/db"
	"patchwatch/db/dbtest"
	"patchwatch/track"
	"patchwatch/web"
	"patchwatch/web/internal/webtest/town"
)

// countedPages are pages of every kind, each with how often it may ask the database: over a network each would be a
// journey. That does not grow with what there is.
var countedPages = map[string]int{
	"/": 8, "/project/demo/": 18, "/project/demo/list/": 16, "/project/demo/list/?state=*&archive=both": 16,
	"/project/demo/list/?order=name": 16, "/project/demo/list/?q=part": 16, "/project/demo/list/?submitter=crowd": 17,
	"/project/demo/list/?delegate=nobody": 16, "/project/demo/list/?delegate=del&state=*": 16, "/project/demo/series/": 32,
	"/project/demo/series/?state=*": 32, "/project/demo/series/?state=*&versions=all": 32,
	"/project/demo/series/?check=fail": 32, "/project/demo/series/?incomplete=1&state=*": 32,
	"/project/demo/series/?q=part&state=*": 32, "/user/todo/": 42, "/user/todo/demo/": 42,
	"/project/demo/patch/first/": 30, "/project/demo/cover/cover/": 24, "/series/{cover}/": 46,
	"/series/{other}/diff/{cover}/": 30, "/bundle/maint/mine%20&%20yours/": 18, "/demo/": 10, "/demo/first/": 24,
	"/demo/first/t/": 18, "/demo/first/T/": 18,
}

// moreCalls is how many more there may be where of ten times as much something was found for the first time, such as a
// series that another refers to.
const moreCalls = 5

func TestPagesAskAFixedNumberOfTimes(t *testing.T) {
	t.Parallel()
	e, counter := dbtest.Counting(dbtest.NewMemory())
	store, err := db.New(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	s := serveOver(t, town.Build(t, store), nil, web.Options{})
	s.Deliver(town.Mail{ID: "other", From: "Ann <ann@example.org>", List: "demo", Subject: "[PATCH v3 0/1] add it", Day: 9,
		Text: "Another.\n"}, town.Mail{ID: "other-1", From: "Ann <ann@example.org>", List: "demo", Day: 9, Refs: "other",
		Subject: "[PATCH v3 1/1] add \"it\" <é>", Text: "Another.\n" + town.Diff})
	grow(s, 0, 12)
	few := callsOfPages(s, counter)
	grow(s, 12, 110)
	many := callsOfPages(s, counter)
	for page, most := range countedPages {
		before, after := sumOf(few[page]), sumOf(many[page])
		if before > most || after > before+moreCalls {
			t.Errorf("%s: %d calls of a little, %d of much: %v", page, before, after, many[page])
		}
	}
}

func sumOf(calls map[string]int) (n int) {
	for _, times := range calls {
		n += times
	}
	return n
}

// callsOfPages is how often each method of the engine is called for each page, by somebody who may decide.
func callsOfPages(s *whole, counter *dbtest.Counter) map[string]map[string]int {
	s.t.Helper()
	all := map[string]map[string]int{}
	for page := range countedPages {
		for round := range 2 { // the first may have to find out what has changed
			sign := "?"
			if strings.Contains(page, "?") {
				sign = "&"
			}
			url := strings.ReplaceAll(s.in(page), "{other}", fmt.Sprint(s.Mail("demo", "other")))
			url += fmt.Sprintf("%sagain=%d.%d", sign, round, len(s.lines()))
			counter.Take()
			if w := s.do("maint", "GET", url, "", "Accept", "text/html"); w.Code != 200 {
				s.t.Fatalf("%s: %d %s", url, w.Code, w.Body)
			}
			all[page], _ = counter.Take()
		}
	}
	return all
}

// grow delivers series in two versions, single patches and replies, and decides about some.
func grow(s *whole, from, to int) {
	s.t.Helper()
	var mails []town.Mail
	add := func(id, subject, refs, text string) {
		mails = append(mails, town.Mail{ID: id, From: "Crowd <crowd@example.org>", List: "demo", Subject: subject, Refs: refs,
			Text: text, Day: 10})
	}
	for n := from; n < to; n++ {
		name := fmt.Sprint("c", n)
		for v := 1; v <= 2; v++ {
			cover := fmt.Sprintf("%s.%d", name, v)
			add(cover, fmt.Sprintf("[PATCH v%d 0/2] whole %d", v, n), "", "All of it.\n")
			for i := 1; i <= 2; i++ {
				id := fmt.Sprintf("%s.%d.%d", name, v, i)
				add(id, fmt.Sprintf("[PATCH v%d %d/2] part %d of %d", v, i, i, n), cover, "Some.\n"+town.Diff)
				add("re."+id, "Re: part", id, "> +two\n\nNo.\n\nAcked-by: Crowd <crowd@example.org>\n")
			}
		}
		add("single."+name, fmt.Sprint("[PATCH] single part ", n), "", "One.\n"+town.Diff)
		add("half."+name, fmt.Sprint("[PATCH 2/3] half part ", n), "", "Half.\n"+town.Diff)
		add("talk."+name, "Re: [PATCH v2 1/2] add it", "first", "> +two\n\nWhy?\n")
		add("talk-on-cover."+name, "Re: [PATCH v2 0/2] add it", "cover", "> What it is for.\n\nWhy?\n")
	}
	s.Deliver(mails...)
	maint, del := s.Users["maint"], "del@example.org"
	for n := from; n < to; n++ {
		mine := []int64{s.Mail("demo", fmt.Sprintf("single.c%d", n))}
		if err := s.SetDelegate(s.t.Context(), maint.Actor(), mine, maint.Emails[0]); err != nil {
			s.t.Fatal(err)
		}
		id := s.Mail("demo", fmt.Sprintf("c%d.2.1", n))
		k := track.Check{State: track.CheckFail, Context: "build", User: maint.ID}
		if _, err := s.AddCheck(s.t.Context(), maint.Actor(), k, id); err != nil {
			s.t.Fatal(err)
		}
		if err := s.SetDelegate(s.t.Context(), maint.Actor(), []int64{s.Mail("demo", fmt.Sprintf("c%d.2.2", n))}, del); err != nil {
			s.t.Fatal(err)
		}
	}
}

// TestPagesAreSmall: but for those that have diffs and threads, no page is larger than 60 KB compressed, with full lists.
func TestPagesAreSmall(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	grow(s, 0, 110)
	for page := range countedPages {
		if strings.Contains(page, "{other}") || strings.Contains(page, "/patch/") || strings.Contains(page, "/cover/") ||
			strings.Contains(page, "/t/") || strings.Contains(page, "/T/") || strings.Contains(page, "/series/{") {
			continue
		}
		w := s.do("maint", "GET", s.in(page), "", "Accept", "text/html")
		if n := compressed(w.Body.Bytes()); w.Code != 200 || n > 60_000 {
			t.Errorf("%s: %d, %d bytes compressed", page, w.Code, n)
		}
	}
}

func compressed(text []byte) int {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(text) // to memory
	_ = z.Close()
	return b.Len()
}
