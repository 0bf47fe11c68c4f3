package pages_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"patchwatch/db"
	"patchwatch/db/dbtest"
	"patchwatch/track"
	"patchwatch/web/internal/serve"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
	"patchwatch/web/internal/webtest/town"
	"patchwatch/web/pages"
)

// server has the pages of a town, at noon of 1 November 2026.
type server struct {
	http.Handler
	*town.Town
	t  *testing.T
	as string // the user who asks; empty: nobody
}

var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func newServer(t *testing.T) *server {
	t.Helper()
	store, err := db.New(context.Background(), dbtest.NewMemory())
	if err != nil {
		t.Fatal(err)
	}
	return serveTown(t, town.Build(t, store))
}

func serveTown(t *testing.T, of *town.Town) *server {
	s := &server{Town: of, t: t}
	desk := &visit.Desk{
		Store: of.Store, Keeper: site.NewKeeper(of.Store, 1<<20), Log: slog.New(slog.DiscardHandler),
		Clock: func() time.Time { return noon }, Viewer: func(*http.Request) track.Viewer { return s.viewer() },
	}
	mux := http.NewServeMux()
	pages.Install(pages.Config{Store: of.Store, Desk: desk}, mux)
	s.Handler = serve.Routes(mux)
	return s
}

func (s *server) viewer() track.Viewer {
	u, ok := s.Users[s.as]
	if !ok {
		return track.Viewer{}
	}
	return track.Viewer{User: &u}
}

func (s *server) do(method, url, form string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://pw.example.org"+url, strings.NewReader(form))
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// page is a page that has to be there.
func (s *server) page(url string) string {
	s.t.Helper()
	w := s.do("GET", url, "")
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		s.t.Fatalf("%s: %d %v %s", url, w.Code, w.Header(), w.Body)
	}
	return w.Body.String()
}

// has wants a page to have some texts.
func (s *server) has(url string, texts ...string) {
	s.t.Helper()
	body := s.page(url)
	for _, text := range texts {
		if !strings.Contains(body, text) {
			s.t.Errorf("%s has no %s: %s", url, text, body)
		}
	}
}

// lacks wants a page to have none of some texts.
func (s *server) lacks(url string, texts ...string) {
	s.t.Helper()
	body := s.page(url)
	for _, text := range texts {
		if strings.Contains(body, text) {
			s.t.Errorf("%s has %s: %s", url, text, body)
		}
	}
}

func TestHome(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.AddPrivate()
	const demo, inside = `<a href="/project/demo/series/"><bdi>Demo</bdi></a>`, `<bdi>Inside</bdi>`
	s.has("/", demo, `<a href="/project/demo/list/">patches`, "Log in", "<title>Projects - patchwatch</title>")
	s.lacks("/", inside, "Mine", "Admin")
	for who, want := range map[string]string{"inner": inside, "root": inside, "maint": `yours`, "ann": demo} {
		s.as = who
		s.has("/", demo, want, `<a class="user" href="/user/"><bdi>`+who+`</bdi></a>`)
	}
}

func TestProject(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.has("/project/demo/", "<h1>Demo</h1>", `<a href="mailto:demo@lists.example.org">`, "git send-email --to=demo@lists",
		`<a class="tab" href="/project/demo/series/">Series</a>`, `href="/api/patches/?project=demo"`,
		`href="/project/demo/pwclientrc/"`)
	if w := s.do("GET", "/project/nothing/", ""); w.Code != 404 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	s.AddPrivate()
	if w := s.do("GET", "/project/inside/", ""); w.Code != 404 {
		t.Errorf("private: %d %s", w.Code, w.Body)
	}
}

func TestEmptyInstance(t *testing.T) {
	t.Parallel()
	store, err := db.New(context.Background(), dbtest.NewMemory())
	if err != nil {
		t.Fatal(err)
	}
	s := serveTown(t, &town.Town{Store: store, Users: map[string]track.User{"root": {Name: "root", Admin: true}}})
	s.has("/", "<p>No project is tracked yet, or none")
	s.as = "root"
	s.has("/", "patchwatch project add", `<a href="/admin/">Admin</a>`)
}
