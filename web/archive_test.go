package web_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"patchwatch/track"
	"patchwatch/web/internal/webtest/town"
)

// gunzip reads an answer that is a file.
func gunzip(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	h := w.Result().Header
	if w.Code != 200 || h.Get("Content-Type") != "application/gzip" || h.Get("Content-Encoding") != "" {
		t.Fatalf("%d %v %s", w.Code, h, w.Body)
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// idsOf are the Message-IDs of an mbox, in order.
func idsOf(mbox string) string {
	var ids []string
	for line := range strings.SplitSeq(mbox, "\n") {
		if id, ok := strings.CutPrefix(line, "Message-ID: "); ok {
			ids = append(ids, id)
		}
	}
	return strings.Join(ids, " ")
}

// newArchive is a town with a second list, and with Message-IDs that are hard to write into a URL.
func newArchive(t *testing.T) *whole {
	t.Helper()
	s := newOnDisk(t)
	s.Project(track.Project{LinkName: "other", ListID: "other.lists.example.org", Name: "Other"})
	s.Deliver(
		town.Mail{ID: "elsewhere", From: "Eve <eve@example.org>", List: "other", Subject: "Re: it", Refs: "on-first",
			Text: "Over here.\n", Day: 4},
		town.Mail{ID: "first", From: "Ann <ann@example.org>", List: "other", Subject: "[PATCH v2 1/2] add it", Refs: "cover",
			Text: "A copy.\n", Day: 1},
		town.Mail{ID: "a/b+c%d e@x", From: "Eve <eve@example.org>", List: "other", Subject: "odd", Text: "From the start.\n",
			Day: 5},
		town.Mail{ID: "stray", From: "Eve <eve@example.org>", List: "nowhere", Subject: "Re: it", Refs: "first",
			Text: "Stray.\n", Day: 6},
	)
	return s
}

func TestThreadsOverLists(t *testing.T) {
	t.Parallel()
	s := newArchive(t)
	const all = "<cover> <first> <second> <on-first> <elsewhere> <on-cover>"
	for _, url := range []string{
		"/all/first/t.mbox.gz", "/demo/first/t.mbox.gz", "/inbox/demo/on-cover/t.mbox.gz", "/other/elsewhere/t.mbox.gz",
		"/demo/elsewhere/t.mbox.gz",
	} {
		text := gunzip(t, s.get("", url))
		if got := idsOf(text); got != all {
			t.Errorf("%s has %s, want %s", url, got, all)
		}
		if own := strings.HasPrefix(url, "/other/"); strings.Contains(text, "A copy.") != own {
			t.Errorf("%s: the copy of which list? %s", url, text)
		}
	}
	if got := idsOf(s.get("", "/all/late/t.mbox").Body.String()); got != "<late>" {
		t.Errorf("a lone mail has %s", got)
	}
	if err := s.Hide(t.Context(), "admin", []int64{s.Mail("demo", "first")}, true); err != nil {
		t.Fatal(err)
	}
	if got := idsOf(gunzip(t, s.get("root", "/all/second/t.mbox.gz"))); got != "<cover> <first> <second> <on-cover>" {
		t.Errorf("without the hidden mail, and what was said about it, there are %s", got)
	}
	if w := s.get("root", "/demo/first/raw"); w.Code != 410 {
		t.Errorf("the hidden one: %d", w.Code)
	}
}

func TestHardMessageIDs(t *testing.T) {
	t.Parallel()
	s := newArchive(t)
	for _, id := range []string{
		"a%2Fb%2Bc%25d%20e@x", "a%252Fb+c%25d%20e@x", "a/b+c%25d%20e@x", "a%2Fb%2Bc%25d+e%40x", "%3Ca%2Fb+c%25d%20e@x%3E",
	} {
		w := s.get("", "/all/"+id+"/raw")
		if w.Code != 200 && id != "a%2Fb%2Bc%25d+e%40x" || w.Code == 200 && !strings.Contains(w.Body.String(),
			"\n>From the start.\n") {
			t.Errorf("%s: %d %s", id, w.Code, w.Body)
		}
	}
	if w := s.get("", "/r/a%2Fb+c%25d%20e@x"); w.Result().Header.Get("Location") != "http://pw.example.org/other/a%2Fb+c%25d%20e@x/" {
		t.Errorf("%d %v", w.Code, w.Result().Header)
	}
}

func TestArchiveRedirects(t *testing.T) {
	t.Parallel()
	s := newArchive(t)
	for _, c := range []struct {
		method, url string
		status      int
		to          string
	}{
		{"HEAD", "/demo/first", 301, "/demo/first/"},
		{"HEAD", "/demo/nothing@x", 301, "/demo/nothing@x/"},
		{"GET", "/inbox/demo/first?x=y", 301, "/inbox/demo/first/?x=y"},
		{"HEAD", "/lone%2Fx@example.org/", 302, "/demo/lone%2Fx@example.org/"},
		{"HEAD", "/elsewhere/t.mbox.gz", 302, "/other/elsewhere/t.mbox.gz"},
		{"GET", "/elsewhere", 302, "/other/elsewhere/"},
		{"GET", "/r/first/", 302, "/demo/first/"},
		{"GET", "/r/nothing@x/", 404, ""},
		{"GET", "/r/spam/", 410, ""},
		{"GET", "/spam/", 410, ""},
		{"GET", "/nothing@x/", 404, ""},
		{"GET", "/stray/", 404, ""},
		{"GET", "/all/stray/raw", 404, ""},
		{"GET", "/inbox/first/", 404, ""},
		{"DELETE", "/demo/first/raw", 405, ""},
		{"POST", "/demo/first/raw", 405, ""},
		{"GET", "/demo/first/nothing/", 404, ""},
	} {
		w := s.do("", c.method, c.url, "")
		if to := strings.TrimPrefix(w.Result().Header.Get("Location"), "http://pw.example.org"); w.Code != c.status ||
			to != c.to {
			t.Errorf("%s %s: %d %q, want %d %q with the server's name", c.method, c.url, w.Code, to, c.status, c.to)
		}
	}
}

// TestLargeThread: a thread that is too large to be kept is sent whole.
func TestLargeThread(t *testing.T) {
	t.Parallel()
	s := newArchive(t)
	var mails []town.Mail
	want := []string{"<root>"}
	mails = append(mails, town.Mail{ID: "root", From: "a@example.org", List: "demo", Subject: "long", Day: 1, Text: "x"})
	for i := range 700 {
		id, up := fmt.Sprintf("n%03d", i), "root"
		if i%100 > 0 {
			up = fmt.Sprintf("n%03d", i-1) // so that it is found step by step
		}
		mails = append(mails, town.Mail{ID: id, From: "a@example.org", List: "demo", Subject: "Re: long", Refs: up, Day: 2,
			Text: "y"})
		want = append(want, "<"+id+">")
	}
	s.Deliver(mails...)
	began := time.Now()
	got := strings.Fields(idsOf(gunzip(t, s.get("", "/demo/n350/t.mbox.gz"))))
	seen := map[string]bool{}
	for _, id := range got {
		seen[id] = true
	}
	if len(got) != len(want) || len(seen) != len(want) {
		t.Errorf("%d mails, %d of them once, want %d, after %v", len(got), len(seen), len(want), time.Since(began))
	}
}
