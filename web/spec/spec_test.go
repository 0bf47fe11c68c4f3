package spec

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"patchwatch/db/postgres/pgtest"
	"patchwatch/track"
	"patchwatch/web"
	"patchwatch/web/internal/webtest/town"
)

// server is a whole server over a small town.
type server struct {
	*town.Town
	*web.Server
}

func TestMain(m *testing.M) { pgtest.Main(m) }

func newServer(t *testing.T) *server {
	t.Helper()
	of, _ := town.New(t)
	s := &server{Town: of}
	for _, list := range []string{
		"frob-devel.lists.example.org", "widgets.lists.example.net", "gadget-users.lists.example.com",
	} {
		name, _, _ := strings.Cut(list, ".")
		s.Project(track.Project{LinkName: name, ListID: list, Name: name})
	}
	s.Import("../../testdata/sample")
	var err error
	s.Server, err = web.NewServer(web.Options{
		Store: s.Store, SetProject: s.Write, Listen: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *server) do(as, method, url, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if as != "" {
		r.Header.Set("Authorization", "Token "+s.Tokens[as])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

var versions = []string{"1.0", "1.1", "1.2", "1.3", "1.4"}

// TestReads holds every list and every detail of every version against Patchwork's schema.
func TestReads(t *testing.T) {
	s := newServer(t)
	for _, v := range versions {
		t.Run(v, func(t *testing.T) {
			r := &reader{t, s, readSchema(t, v)}
			r.get("")
			r.get("events/?per_page=250")
			for _, noun := range []string{"bundles", "covers", "patches", "people", "projects", "series", "users"} {
				for _, id := range r.list(noun + "/") {
					r.detail(noun, id)
				}
			}
			for _, name := range r.unheld("GET") {
				t.Errorf("nothing was held against %s", name)
			}
		})
	}
}

// reader reads one version of the API, and holds each answer against its schema.
type reader struct {
	t *testing.T
	*server
	*schema
}

func (r *reader) get(path string) []byte { return r.want(200, path) }

func (r *reader) want(status int, path string) []byte {
	r.t.Helper()
	w := r.do("maint", "GET", "/api/"+r.version+"/"+path, "")
	if w.Code != status {
		r.t.Errorf("%s: %d %s, want %d", path, w.Code, w.Body, status)
	}
	r.hold(r.t, "GET", path, w)
	return w.Body.Bytes()
}

// list reads a list, and gives the numbers of what is in it.
func (r *reader) list(path string) (ids []int64) {
	r.t.Helper()
	var rows []struct{ ID int64 }
	if err := json.Unmarshal(r.get(path+"?per_page=250"), &rows); err != nil {
		r.t.Fatal(err)
	}
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	return ids
}

// detail reads something, and what is below it.
func (r *reader) detail(noun string, id int64) {
	r.t.Helper()
	path := fmt.Sprintf("%s/%d/", noun, id)
	r.get(path)
	for _, more := range below[noun] {
		if more == "comments/" && r.version == "1.0" {
			r.want(404, path+more) // they are in the file, but Patchwork has them since 1.1
			continue
		}
		for _, id := range r.list(path + more) {
			if more == "checks/" || r.version >= "1.3" {
				r.get(fmt.Sprintf("%s%s%d/", path, more, id))
			}
		}
	}
}

var below = map[string][]string{"patches": {"comments/", "checks/"}, "covers": {"comments/"}}

// TestErrors holds reads that are refused against the schema.
func TestErrors(t *testing.T) {
	s := newServer(t)
	for _, v := range versions {
		t.Run(v, func(t *testing.T) {
			schema := readSchema(t, v)
			for path, status := range map[string]int{
				"patches/999/": 404, "covers/999/": 404, "series/999/": 404, "bundles/999/": 404, "projects/nonsense/": 404,
				"people/1/": 403, "users/1/": 403, "users/": 403, "people/": 403, "patches/?page=999": 404,
				"events/?page=nonsense": 404, "patches/999/checks/": 404,
			} {
				w := s.do("", "GET", "/api/"+v+"/"+path, "")
				if w.Code != status {
					t.Errorf("%s: %d, want %d", path, w.Code, status)
				}
				schema.hold(t, "GET", path, w)
			}
		})
	}
}

// hold reports what is wrong with an answer.
func (s *schema) hold(t *testing.T, method, path string, w *httptest.ResponseRecorder) {
	t.Helper()
	for _, f := range s.faults(method, path, w) {
		t.Errorf("%s %s: %d: %s", method, path, w.Code, f)
	}
}
