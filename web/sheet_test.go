package web

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPages(t *testing.T) {
	t.Parallel()
	for url, want := range map[string][2]string{ // as text, and as a page
		"/bundle/Maint/mine%20&%20yours/": {
			"http://pw.example.org/bundle/Maint/mine%20&%20yours/mbox/\n", "<h1>mine &amp; yours</h1>"},
	} {
		s := newServer()
		for range 2 { // neither is kept for the other
			checkPage(t, url, s.get(url), "text/plain; charset=utf-8", want[0])
			checkPage(t, url, s.browse(url), "text/html; charset=utf-8", want[1])
		}
	}
}

func checkPage(t *testing.T, url string, w *httptest.ResponseRecorder, kind, want string) {
	t.Helper()
	h := w.Result().Header
	body := w.Body.String()
	if w.Code != 200 || h.Get("Content-Type") != kind || h.Get("Vary") != "Accept" ||
		!strings.Contains(body, want) || strings.Contains(strings.ToLower(body), "secret") {
		t.Errorf("%s: %d %v %s", url, w.Code, h, w.Body)
	}
}

// TestPageOfNames: what mail says, or does not say, breaks no page.
func TestPageOfNames(t *testing.T) {
	t.Parallel()
	s := newServer()
	s.store.ProjectList[0].Name = ""
	s.store.ProjectList[0].WebURL = "javascript:alert(1)"
	s.store.SeriesAll[0].Name = "\x01"
	for url, want := range map[string][2]string{} {
		checkPage(t, url, s.get(url), "text/plain; charset=utf-8", want[0])
		checkPage(t, url, s.browse(url), "text/html; charset=utf-8", want[1])
	}
}
