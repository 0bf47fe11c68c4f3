package web_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"patchwatch/web/internal/webtest/town"
)

// TestSearchFiles: what b4 and lei send, and what they get.
func TestSearchFiles(t *testing.T) {
	t.Parallel()
	s := newArchive(t)
	for _, c := range []struct{ url, query, want string }{
		{"/demo/?x=m", "s:add", "<on-cover> <on-first> <first> <cover>"},
		{"/inbox/demo/?x=m", "s:add is:patch", "<first>"},
		{"/all/?x=m", "s:add", "<on-cover> <on-first> <first> <cover>"}, // each once, whatever lists it is on
		{"/other/?x=m", "s:add", "<first>"},
		{"/other/?x=m", `(s:"add it" AND f:"ann@example.org") AND d:20260901..`, "<first>"},
		{"/other/?x=m&t=1", "s:add", "<cover> <first> <second> <on-first> <elsewhere> <on-cover>"},
		{"/all/?x=m&t=1", "mid:elsewhere", "<cover> <first> <second> <on-first> <elsewhere> <on-cover>"},
		{"/search/?x=m", "is:cover", "<cover>"},
		{"/demo/?x=m&o=1&l=1", "s:add", "<on-cover> <on-first> <first> <cover>"},
		{"/all/?x=m", "mid:first", "<first>"},
	} {
		w := s.do("", "POST", c.url+"&q="+url.QueryEscape(c.query), "")
		if got := idsOf(gunzip(t, w)); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.url, c.query, got, c.want)
		}
	}
	for url, want := range map[string]int{
		"/demo/?x=m&q=nothing": 404, "/demo/?x=m&q=%22a": 400, "/demo/?x=m": 404, "/demo/?q=add": 404,
		"/nowhere/?x=m&q=add": 404,
		"/demo/?x=m&q=spam":   404, "/all/?x=m&q=stray": 404, "/search/?x=m": 400,
	} {
		if w := s.do("", "POST", url, "x=m"); w.Code != want {
			t.Errorf("POST %s: %d %s, want %d", url, w.Code, w.Body, want)
		}
	}
}

// TestSearchOfManyMails: a file of many mails is sent while it is made, and is whole.
func TestSearchOfManyMails(t *testing.T) {
	t.Parallel()
	s := newOnDisk(t)
	var mails []town.Mail
	for i := range 450 {
		mails = append(mails, town.Mail{
			ID: "many" + strings.Repeat("x", i), From: "x@example.org", List: "demo", Subject: "many", Text: "Many.\n", Day: 9,
		})
	}
	s.Deliver(mails...)
	for _, t1 := range []string{"", "&t=1"} {
		ids := strings.Fields(idsOf(gunzip(t, s.do("", "POST", "/all/?x=m&q=s:many"+t1, ""))))
		seen := map[string]bool{}
		for _, id := range ids {
			seen[id] = true
		}
		if len(ids) != 450 || len(seen) != 450 {
			t.Errorf("%q: %d mails, %d of them different", t1, len(ids), len(seen))
		}
	}
}

// TestLargeFilesAreWhole: a file that turns out to be too large to be kept has all mails, those included at which that
// was noticed.
func TestLargeFilesAreWhole(t *testing.T) {
	t.Parallel()
	s := newOnDisk(t)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 5 {
		var text strings.Builder
		for range 10_000 {
			fmt.Fprintf(&text, "%016x%016x%016x%016x\n", random.Uint64(), random.Uint64(), random.Uint64(), random.Uint64())
		}
		s.Deliver(town.Mail{
			ID: fmt.Sprint("large", i), From: "x@example.org", List: "demo", Subject: "large", Refs: "large0", Day: 9 + i,
			Text: text.String(),
		})
	}
	const all = "<large0> <large1> <large2> <large3> <large4>"
	if got := idsOf(gunzip(t, s.get("", "/demo/large0/t.mbox.gz"))); got != all {
		t.Errorf("a thread has %s", got)
	}
	if got := idsOf(s.get("", "/demo/large0/t.mbox").Body.String()); got != all {
		t.Errorf("a thread that is not compressed has %s", got)
	}
	if got := idsOf(gunzip(t, s.do("", "POST", "/demo/?x=m&t=1&q=s:large", ""))); got != all {
		t.Errorf("whole threads have %s", got)
	}
	got := strings.Fields(idsOf(gunzip(t, s.do("", "POST", "/demo/?x=m&q=s:large", ""))))
	if slices.Reverse(got); strings.Join(got, " ") != all {
		t.Errorf("a search finds %s", got)
	}
}

// TestSearchFeed: the newest mails that a query finds, whole, with links into the archive.
func TestSearchFeed(t *testing.T) {
	t.Parallel()
	s := newArchive(t)
	for url, want := range map[string]string{
		"/demo/?q=s:add&x=A":            "/demo/on-cover/ /demo/on-first/ /demo/first/ /demo/cover/",
		"/search/?q=s:add&x=A":          "/all/on-cover/ /all/on-first/ /all/first/ /all/cover/",
		"/all/?q=s:add&x=A&l=1":         "/all/on-cover/",
		"/inbox/demo/?q=s:add&x=A&o=-1": "/inbox/demo/cover/ /inbox/demo/first/ /inbox/demo/on-first/ /inbox/demo/on-cover/",
	} {
		w := s.get("", url)
		var got []string
		for _, entry := range strings.Split(w.Body.String(), "<entry>")[1:] {
			_, link, _ := strings.Cut(entry, `href="http://pw.example.org`)
			link, _, _ = strings.Cut(link, `"`)
			got = append(got, link)
		}
		if h := w.Result().Header; w.Code != 200 || strings.Join(got, " ") != want ||
			!strings.HasPrefix(h.Get("Content-Type"), "application/atom+xml") || h.Get("ETag") == "" {
			t.Errorf("%s: %d %v %v, want %s", url, w.Code, h, got, want)
		}
		readAtom(t, url, w.Body.String())
		again := s.do("", "GET", url, "", "If-None-Match", w.Result().Header.Get("ETag"))
		if again.Code != 304 {
			t.Errorf("%s: %d for those who have it", url, again.Code)
		}
	}
	if w := s.get("", "/demo/?q=nothing-has-this&x=A"); w.Code != 404 {
		t.Error(w.Code)
	}
}

// TestSearchInThreads: a POST below a mail finds what is in its thread, on whatever list.
func TestSearchInThreads(t *testing.T) {
	t.Parallel()
	s := newArchive(t)
	for _, c := range []struct{ url, query, want string }{
		{"/demo/first/?x=m", "f:bob@example.org OR f:eve@example.org", "<elsewhere> <on-first>"},
		{"/all/on-cover/?x=m", "dt:20261003000000..", "<elsewhere> <on-cover> <on-first>"},
		{"/all/pull?x=m", "s:pull", "<pull>"},
	} {
		w := s.do("", "POST", c.url+"&q="+url.QueryEscape(c.query), "")
		if got := idsOf(gunzip(t, w)); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.url, c.query, got, c.want)
		}
	}
	for url, want := range map[string]int{
		"/demo/first/?x=m&q=s:pull": 404, "/demo/nobody/?x=m&q=s:pull": 404,
		"/demo/spam/?x=m&q=buy": 410, "/demo/first/?q=add": 404,
	} {
		if w := s.do("", "POST", url, ""); w.Code != want {
			t.Errorf("POST %s: %d %s, want %d", url, w.Code, w.Body, want)
		}
	}
}

// TestSearchInLists: a list is searched under its own name, and its mails are found below it.
func TestSearchInLists(t *testing.T) {
	t.Parallel()
	s := newArchive(t)
	for _, c := range []struct{ url, want string }{
		{"/demo/?q=s:it", `href="/demo/first/"`},
		{"/all/?q=s:it", `href="/all/elsewhere/"`},
		{"/inbox/other/?q=s:odd", `href="/inbox/other/a%2Fb+c%25d%20e@x/"`},
		{"/demo/?q=s:it&x=m", `href="/demo/first/"`}, // x=m is for POST
		{"/demo/?q=s:it&x=t", `href="/demo/first/"`},
	} {
		w := s.get("", c.url)
		if w.Code != 200 || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%s: %d %s", c.url, w.Code, w.Body)
		}
		if strings.Contains(c.url, "demo") && strings.Contains(w.Body.String(), "elsewhere") {
			t.Errorf("%s finds mail of another list", c.url)
		}
	}
	if w := s.get("", "/demo/?q=s:odd"); w.Code != 404 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
