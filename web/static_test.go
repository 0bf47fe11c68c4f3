package web

import (
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

var staticLink = regexp.MustCompile(`(?:href|src)="(/static/[^"]+)"`)

// browse asks as a browser does.
func (s *server) browse(url string, header ...string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("GET", "http://pw.example.org"+url, nil)
	r.Header.Set("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	s.ServeHTTP(w, r)
	return w
}

func TestStatic(t *testing.T) {
	t.Parallel()
	s := newServer()
	links := staticLink.FindAllStringSubmatch(s.browse("/").Body.String(), -1)
	if len(links) != 3 {
		t.Fatalf("links to %q", links)
	}
	types := ""
	for _, link := range links {
		w := s.get(link[1])
		h := w.Result().Header
		types += h.Get("Content-Type") + " "
		tag := h.Get("ETag")
		const forever = "public, max-age=31536000, immutable"
		if w.Code != 200 || w.Body.Len() == 0 || h.Get("Cache-Control") != forever || tag == "" {
			t.Errorf("%s: %d %v", link[1], w.Code, h)
		}
		again := s.browse(link[1], "If-None-Match", tag)
		if again.Code != 304 || again.Body.Len() != 0 || again.Result().Header.Get("Cache-Control") != forever {
			t.Errorf("%s again: %d %v", link[1], again.Code, again.Result().Header)
		}
	}
	if types != "image/svg+xml text/css; charset=utf-8 text/javascript; charset=utf-8 " {
		t.Errorf("types are %q", types)
	}
	for _, url := range []string{
		"/static/style.css", "/static/style.000000000000.css", "/static/x", "/static/..%2Fframe.tmpl",
	} {
		w := s.get(url)
		h := w.Result().Header
		if w.Code != 404 || w.Body.String() != "There is no such file.\n" || h.Get("Cache-Control") != "" {
			t.Errorf("%s: %d %s", url, w.Code, w.Body)
		}
	}
	w := s.browse("/static/old.css")
	if w.Code != 404 || !strings.Contains(w.Body.String(), "</strong> There is no such file.") {
		t.Errorf("for a browser: %d %s", w.Code, w.Body)
	}
	if w := s.get("/static/"); w.Code != 404 {
		t.Errorf("the folder: %d", w.Code)
	}
}
