package serve

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func routesForTest() http.Handler {
	mux := http.NewServeMux()
	say := func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %q %q", r.Pattern, r.PathValue("id"), r.URL.RawQuery)
	}
	mux.HandleFunc("GET /{$}", say)
	mux.HandleFunc("GET /api/patches/{$}", say)
	mux.HandleFunc("GET /api/patches/{id}/{$}", say)
	mux.HandleFunc("PATCH /api/patches/{id}/{$}", say)
	mux.HandleFunc("GET /patch/{id}/mbox/", say)
	mux.HandleFunc("GET /cover/{id...}", say)
	mux.HandleFunc("GET /static/", say)
	return Routes(mux)
}

func TestPaths(t *testing.T) {
	public, _ := ParseURL("https://h.example/pw")
	for _, c := range []struct {
		method, target string
		status         int
		want           string // the body, or where a redirect leads
	}{
		{"GET", "/", 200, `GET /{$} "" ""`},
		{"GET", "/api/patches/?a=1&b=%2F", 200, `GET /api/patches/{$} "" "a=1&b=%2F"`},
		{"GET", "/api/patches?a=1&b=%2F", 307, "/api/patches/?a=1&b=%2F"},
		{"PATCH", "/api/patches/7", 307, "/api/patches/7/"},
		{"PATCH", "/api/patches/7/", 200, `PATCH /api/patches/{id}/{$} "7" ""`},
		{"GET", "/patch/a%2Fb@c/mbox/", 200, `GET /patch/{id}/mbox/ "a/b@c" ""`},
		{"GET", "/patch/a%2Fb%25@c/mbox?x", 307, "/patch/a%2Fb%25@c/mbox/?x"},
		{"GET", "/patch/a%2fb/mbox/more", 200, `GET /patch/{id}/mbox/ "a/b" ""`},
		{"GET", "/patch/a/b/mbox/", 404, "Not found.\n"},
		{"GET", "/cover/a/b@c/", 200, `GET /cover/{id...} "a/b@c/" ""`},
		{"GET", "/cover", 307, "/cover/"},
		{"GET", "/cover/", 200, `GET /cover/{id...} "" ""`},
		{"GET", "/static", 307, "/static/"},
		{"GET", "/static/a", 200, `GET /static/ "" ""`},

		// Dots and empty segments.
		{"GET", "//api//patches/?x", 307, "/api/patches/?x"},
		{"GET", "//evil.example/", 307, "/evil.example/"},
		{"GET", "//evil.example//a%2Fb", 307, "/evil.example/a%2Fb"},
		{"GET", "/api/../../api/./patches", 307, "/api/patches"},
		{"PATCH", "/api/patches//7/", 307, "/api/patches/7/"},
		{"GET", "/..", 307, "/"},
		{"GET", "/patch/%2e%2e/mbox/", 200, `GET /patch/{id}/mbox/ ".." ""`},
		{"GET", "/patch/..%2F..%2Fetc%2Fpasswd/mbox/", 200, `GET /patch/{id}/mbox/ "../../etc/passwd" ""`},
		{"GET", "/%2F%2Fevil.example/", 404, "Not found.\n"},
		{"GET", "/%5Cevil.example", 404, "Not found.\n"},

		// What no route needs to see.
		{"GET", "/%00", 400, "The path has a NUL character.\n"},
		{"GET", "/api/patches/%00/", 400, `{"detail":"The path has a NUL character."}`},
		{"GET", "/patch/a%FFb/mbox/", 400, "The path is not UTF-8.\n"},
		{"GET", "/cover/%C3%A9%0A", 200, `GET /cover/{id...} "é\n" ""`},

		// Errors of ServeMux in our words.
		{"GET", "/api/nothing/", 404, `{"detail":"Not found."}`},
		{"POST", "/api/patches/7/", 405, `{"detail":"Method \"POST\" not allowed."}`},
		{"TRACE", "/static/", 405, "Method \"TRACE\" not allowed.\n"},
		{"POST", "/nothing", 404, "Not found.\n"},
	} {
		for _, cfg := range []Config{{}, {URL: public}} {
			targets := []string{c.target}
			prefix := ""
			if cfg.URL != nil {
				prefix = "/pw"
				targets = append(targets, prefix+c.target) // a proxy may leave the prefix on
			}
			for _, target := range targets {
				w := ask(New(cfg, routesForTest()), c.method, target)
				got, want := w.Body.String(), c.want
				if w.Code == 307 {
					got, want = w.Header().Get("Location"), prefix+want
				}
				if w.Code != c.status || got != want {
					t.Errorf("%s %s: %d %q, want %d %q", c.method, target, w.Code, got, c.status, want)
				}
				if allow := w.Header().Get("Allow"); (w.Code == 405) != (allow != "") {
					t.Errorf("%s %s: Allow is %q", c.method, target, allow)
				}
			}
		}
	}
}

func TestPrefix(t *testing.T) {
	public, _ := ParseURL("https://h.example/pw")
	s := New(Config{URL: public}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.URL.EscapedPath(), " ", r.URL.RawQuery)
	}))
	for target, want := range map[string]string{
		"/pw": "/ ", "/pw/": "/ ", "/pw?x": "/ x", "/pw/a%2Fb?x": "/a%2Fb x", "/pwx": "/pwx ", "/a/pw/": "/a/pw/ ",
		"/pw/pw/": "/pw/ ",
	} {
		if got := ask(s, "GET", target).Body.String(); got != want {
			t.Errorf("%s: %q", target, got)
		}
	}
}

func TestRedirectStaysHere(t *testing.T) {
	for to, want := range map[string]string{
		"/a?b": "/a?b", "//evil.example": "/evil.example", `/\evil.example`: "/evil.example", "": "/",
	} {
		w := httptest.NewRecorder()
		Redirect(w, httptest.NewRequest("GET", "/", nil), to, http.StatusFound)
		if got := w.Header().Get("Location"); got != want || w.Code != 302 {
			t.Errorf("%q: %q", to, got)
		}
	}
}

// What arrives on a socket and is no good request is answered with 4xx, never 500, and the server lives on.
func TestHostileRequests(t *testing.T) {
	log, lines := logTo()
	url, _ := start(t, Config{Log: log}, routesForTest())
	for _, request := range []string{
		"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
		"GET http://a%20b/ HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET http:///x HTTP/1.1\r\nHost: \r\n\r\n",
		"GET x HTTP/1.1\r\nHost: x\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET * HTTP/1.1\r\nHost: x\r\n\r\n",
		"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n",
		"CONNECT / HTTP/1.1\r\nHost: x\r\n\r\n",
		"BREW /api/patches/ HTTP/1.1\r\nHost: x\r\n\r\n",
		strings.Repeat("B", 5000) + " / HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /" + strings.Repeat("a/../", 10_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /" + strings.Repeat("%2F", 20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST /api/patches/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
		"POST /api/patches/ HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
		"POST /api/patches/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
		"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
		"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n",
	} {
		c := dial(t, url)
		io.WriteString(c, request)
		said := make([]byte, 12)
		if _, err := io.ReadFull(c, said); err != nil {
			t.Errorf("%.60q: %v", request, err)
		}
		ok := strings.HasPrefix(string(said), "HTTP/1.1 4") ||
			string(said) == "HTTP/1.1 307" || string(said) == "HTTP/1.1 505"
		if !ok {
			t.Errorf("%.60q: %q", request, said)
		}
		c.Close()
	}
	if got := lines.String(); strings.Contains(got, "status=5") || strings.Contains(got, "level=ERROR") {
		t.Error(got)
	}
}
