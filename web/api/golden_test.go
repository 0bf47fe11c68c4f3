package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"patchwatch/track"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/webtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// server is an API over a fake Store, asked by a user, who may be nobody.
type server struct {
	*API
	store    *webtest.Fake
	as       string
	readOnly bool
}

func newServer() *server {
	s := &server{store: webtest.New()}
	s.API = New(Config{
		Store: s.store, Keeper: site.NewKeeper(s.store, 16<<20), SetProject: s.store.SetProject,
		Viewer: func(*http.Request) track.Viewer {
			for i := range s.store.UserList {
				if s.store.UserList[i].Name == s.as {
					return track.Viewer{User: &s.store.UserList[i], ReadOnly: s.readOnly}
				}
			}
			return track.Viewer{}
		},
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	return s
}

// do asks. A body that begins with "{" or "[" is JSON, any other a form.
func (s *server) do(method, url, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, strings.NewReader(body))
	switch {
	case body == "":
	case body[0] == '{' || body[0] == '[':
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
	default:
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Host = "pw.example.org"
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func (s *server) get(url string) *httptest.ResponseRecorder { return s.do("GET", url, "") }

// every is every place of the API.
var every = []string{
	"", "projects/", "projects/1/", "users/", "users/2/", "people/", "people/1/", "patches/", "patches/2/", "patches/3/",
	"patches/2/comments/", "patches/2/comments/4/", "patches/2/checks/", "patches/2/checks/1/", "covers/", "covers/1/",
	"covers/1/comments/", "covers/1/comments/5/", "series/", "series/1/", "events/", "bundles/", "bundles/1/",
}

// TestGolden holds every answer of every version against testdata/golden: a file for each place, with what version 1.4
// says, and what others say differently.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, place := range every {
		var b strings.Builder
		before := ""
		for _, version := range []string{"/api/1.4/", "/api/1.3/", "/api/1.2/", "/api/1.1/", "/api/1.0/", "/api/"} {
			s := newServer()
			s.as = "Maint"
			w := s.get(version + place)
			body := pretty(t, w.Body.Bytes())
			same := strings.ReplaceAll(body, version, "/api/V/")
			if same == before {
				b.WriteString("GET " + version + place + ": as above\n\n")
				continue
			}
			before = same
			b.WriteString("GET " + version + place + ": " + w.Result().Status + "\n" + body + "\n\n")
		}
		name := cmp.Or(strings.ReplaceAll(strings.Trim(place, "/"), "/", "_"), "index")
		file := filepath.Join("testdata", "golden", name+".txt")
		if *update {
			if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != string(want) {
			t.Errorf("%s: answers changed; go test -update writes them anew\n%s", file, b.String())
		}
	}
}

// pretty checks that an answer is JSON without white space, and indents it.
func pretty(t *testing.T, body []byte) string {
	t.Helper()
	var compact, b bytes.Buffer
	if err := json.Compact(&compact, body); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	if compact.String() != string(body) {
		t.Errorf("not compact: %s", body)
	}
	_ = json.Indent(&b, body, "", " ")
	return b.String()
}
