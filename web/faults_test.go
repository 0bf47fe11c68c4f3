package web_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"patchwatch/web"
	"patchwatch/web/find"
)

// browse asks for something as a browser does.
func (s *whole) browse(as, url string) *httptest.ResponseRecorder {
	var header []string
	if as != "" {
		header = []string{"Cookie", s.session(as)}
	}
	return s.do("", "GET", url, "", append(header, "Accept", "text/html")...)
}

// wantFault wants a page that says what went wrong, in the frame that all pages have.
func (s *whole) wantFault(w *httptest.ResponseRecorder, status int, texts ...string) {
	s.t.Helper()
	body := w.Body.String()
	if w.Code != status || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		s.t.Errorf("%d %v, want %d", w.Code, w.Header(), status)
	}
	for _, text := range append(texts, `<nav aria-label="Site">`, `role="alert"`, `To the first page`) {
		if !strings.Contains(body, text) {
			s.t.Errorf("%d: no %s in %s", status, text, body)
		}
	}
}

func TestPagesOfFaults(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	s.wantFault(s.browse("", "/project/nothing/list/"), 404, "<h1>Not Found</h1>", `<a href="/search/">search</a>`)
	s.wantFault(s.browse("", "/nothing"), 404, "Nothing has this address, or nothing that you may see.")
	for _, url := range []string{"/project/demo/patch/spam/", "/series/{spam-cover}/", "/demo/spam/", "/patch/{spam}/"} {
		s.wantFault(s.browse("root", s.in(url)), 410, "<h1>Gone</h1>", "was taken out of sight", `href="/admin/">Admin</a>`)
	}
	w := s.do("", "POST", "/project/demo/list/", s.in("patch_id:{first}=on&state=4"), "Accept", "text/html")
	s.wantFault(w, 403, "<h1>Forbidden</h1>", `<a href="/user/login/">Log in</a>`)
	w = s.do("", "POST", "/project/demo/list/", s.in("patch_id:{first}=on&state=4"), "Accept", "text/html", "Cookie",
		s.session("strange"))
	s.wantFault(w, 403, "You do not have permission", `<bdi>strange</bdi>`)
	if body := w.Body.String(); strings.Contains(body, "login") || strings.Contains(body, "Admin") {
		t.Errorf("a stranger is shown %s", body)
	}
}

// panicking is a search in which something goes wrong that nobody thought of.
type panicking struct{ find.Finder }

func (panicking) Find(context.Context, find.Question) (find.Found, error) { panic("secret words") }

func TestPageOfAPanic(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	finder := panicking{s.finder()}
	s = s.again(web.Options{Finder: finder, Log: slog.New(slog.DiscardHandler)})
	w := s.browse("", "/search/?q=add")
	id := w.Header().Get("X-Request-Id")
	s.wantFault(w, 500, "<h1>Internal Server Error</h1>", "Its log has more under request "+id, `">Try again</a>`)
	if strings.Contains(w.Body.String(), "secret") {
		t.Errorf("it tells %s", w.Body)
	}
}

func TestPageWithoutDatabase(t *testing.T) {
	t.Parallel()
	s := newOnDisk(t)
	unheard := web.Options{Log: slog.New(slog.DiscardHandler)}
	quiet, stopped := s.again(unheard), s.again(unheard)
	if err := quiet.Close(); err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{"/", "/project/demo/list/", "/search/?q=add", "/demo/"} {
		w := quiet.browse("", url)
		quiet.wantFault(w, 503, "The database does not answer", "Try again")
		if w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: %v", url, w.Header())
		}
	}
	stopped.Stop("The server is being brought up to date.")
	stopped.wantFault(stopped.browse("", "/"), 503, "<h1>Service Unavailable</h1>", "brought up to date", "Try again")
}
