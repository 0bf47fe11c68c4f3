package serve

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestErrorsLookAlike(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Disposition", "attachment")
		w.Header().Set("ETag", `"x"`)
		Error(w, r, 404, `No "x".`)
	})
	for path, want := range map[string]string{
		"/api": `{"detail":"No \"x\"."}`, "/api/1.3/": `{"detail":"No \"x\"."}`, "/apis/": "No \"x\".\n",
		"/project/api/": "No \"x\".\n",
	} {
		w := ask(New(Config{}, h), "GET", path)
		if w.Code != 404 || w.Body.String() != want {
			t.Errorf("%s: %d %q", path, w.Code, w.Body)
		}
		kind := w.Header().Get("Content-Type")
		if (kind == "application/json") != strings.HasPrefix(want, "{") ||
			w.Header().Get("ETag")+w.Header().Get("Content-Disposition") != "" {
			t.Errorf("%s: %v", path, w.Header())
		}
	}
}

func TestErrorPages(t *testing.T) {
	base, err := ParseURL("https://example.org/patches")
	if err != nil {
		t.Fatal(err)
	}
	s := New(Config{URL: base}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !r.URL.Query().Has("who") {
			SetUser(r, "ada", r.URL.Query().Get("admin") != "")
		}
		status, _ := strconv.Atoi(r.URL.Query().Get("status"))
		Error(w, r, status, r.URL.Query().Get("detail"))
	}))
	for query, want := range map[string]string{
		"status=404&detail=Not+found.": "</strong> Nothing has this address, or nothing that you may see.",
		"status=410&detail=Gone.":      "</strong> What had this address was taken out of sight",
		"status=403&detail=No+<b>.": "<h1>Forbidden</h1>\n" +
			`<p class="problem" role="alert"><strong>Error:</strong> No &lt;b&gt;.`,
		"status=503&detail=Wait.": `<a class="user" href="/patches/user/"><bdi>ada</bdi></a>`,
		"status=403&admin=1":      `<a href="/patches/admin/">Admin</a>`,
		"status=404&who=":         `<a href="/patches/search/">search</a>`,
		"status=403&who=":         `<a href="/patches/user/login/`,
	} {
		for _, method := range []string{"GET", "POST"} {
			w := ask(s, method, "/?"+query, "Accept", "text/html,*/*;q=0.8")
			h := w.Header()
			if !strings.Contains(query, "status="+strconv.Itoa(w.Code)) || h.Get("Content-Type") != "text/html; charset=utf-8" ||
				!slices.Contains(h.Values("Vary"), "Accept") || h.Get("Content-Security-Policy") != policy ||
				!strings.Contains(w.Body.String(), want) {
				t.Errorf("%s %s: %d %v %s", method, query, w.Code, h, w.Body)
			}
		}
	}
	for target, want := range map[string]string{
		"/a%2Fb/?status=403&who=":    `href="/patches/user/login/?next=%2Fa%252Fb%2F%3Fstatus%3D403%26who%3D"`,
		"/a%2Fb/?status=503":         `<a href="/patches/a%2Fb/?status=503">Try again</a>`,
		"//evil.example/?status=503": `<a href="/patches/evil.example/?status=503">Try again</a>`,
	} {
		if w := ask(s, "GET", target, "Accept", "text/html"); !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %s", target, w.Body)
		}
		if w := ask(s, "POST", target, "Accept", "text/html"); strings.Contains(w.Body.String(), "next=") ||
			strings.Contains(w.Body.String(), "Try again") {
			t.Errorf("a form that was sent to %s: %s", target, w.Body)
		}
	}
	if w := ask(s, "GET", "/?status=403", "Accept", "text/html"); strings.Contains(w.Body.String(), "login") {
		t.Errorf("who has logged in is told to log in: %s", w.Body)
	}
	if w := ask(s, "GET", "/api/?status=404&detail=No.", "Accept", "text/html"); w.Body.String() != `{"detail":"No."}` {
		t.Errorf("the API: %s", w.Body)
	}
}

func TestRequestID(t *testing.T) {
	trust, _ := ParseTrust([]string{"192.0.2.0/24"})
	var inside string
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { inside = RequestID(r) })
	for _, c := range []struct {
		trust Trust
		given string
		taken bool
	}{
		{Trust{}, "abc-1", false}, {trust, "abc-1", true}, {trust, "", false}, {trust, "a b", false}, {trust, "a\x1b", false},
		{trust, strings.Repeat("a", 65), false},
	} {
		w := ask(New(Config{Trust: c.trust}, h), "GET", "/", "X-Request-Id", c.given)
		got := w.Header().Get("X-Request-Id")
		if got != inside || len(got) < 5 || (got == c.given) != c.taken {
			t.Errorf("%+v: %q inside %q", c, got, inside)
		}
	}
}

func TestLogLine(t *testing.T) {
	log, lines := logTo()
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		SetUser(r, "mira\nlevel=ERROR", false)
		w.WriteHeader(201)
		io.WriteString(w, "12345")
	})
	s := New(Config{Log: log, Secret: []string{"/user/welcome/"}}, h)
	for _, c := range []struct {
		target string
		want   string
	}{
		{"/a%0Ab%1B/%C3%A9?q=hush", `path=/a%0Ab%1B/%C3%A9`},
		{"/user/welcome/hush", `path=/user/welcome/...`},
		{"//user/./welcome/hush/", `path=/user/welcome/...`},
		{"/user/%77elcome%2Fhush", `path=/user/welcome/...`},
		{"/" + strings.Repeat("a", 1000), "path=/" + strings.Repeat("a", 499) + "..."},
	} {
		w := ask(s, "POST", c.target, "Authorization", "Token hush", "Cookie", "hush", "User-Agent", "hush")
		got := lines.String()
		lines.b.Reset()
		for _, want := range []string{c.want + " ", "id=" + w.Header().Get("X-Request-Id"), "method=POST", "status=201",
			"bytes=5",
			"duration=", `user="mira\nlevel=ERROR"`, "remote=192.0.2.1"} {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %s is not in %s", c.target, want, got)
			}
		}
		if strings.Contains(got, "hush") || strings.Count(got, "\n") != 1 {
			t.Errorf("%s: %q", c.target, got)
		}
	}
}

func TestPanic(t *testing.T) {
	log, lines := logTo()
	s := New(Config{Log: log}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"x"`)
		panic("at the disco")
	}))
	for _, path := range []string{"/", "/api/"} {
		for _, encoding := range []string{"", "gzip"} {
			w := ask(s, "GET", path, "Accept-Encoding", encoding)
			id := w.Header().Get("X-Request-Id")
			if w.Code != 500 || !strings.Contains(w.Body.String(), id) || strings.Contains(w.Body.String(), "disco") {
				t.Errorf("%s %s: %d %s", path, encoding, w.Code, w.Body)
			}
			for _, want := range []string{"disco", id, "middleware_test.go"} {
				if got := lines.String(); !strings.Contains(got, want) {
					t.Errorf("%s is not in %s", want, got)
				}
			}
			lines.b.Reset()
		}
	}
}

// When a part of an answer may have been sent, a client must see that the rest is missing.
func TestPanicInTheMiddle(t *testing.T) {
	for _, size := range []int{1, 2000, 100_000} {
		for _, client := range []*http.Client{
			{Transport: &http.Transport{}}, {Transport: &http.Transport{DisableCompression: true}}, h2cClient(),
		} {
			url, _ := start(t, Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				io.WriteString(w, strings.Repeat("x", size))
				panic("too late")
			}))
			resp, err := client.Get(url)
			if err != nil {
				continue
			}
			got, err := io.ReadAll(resp.Body)
			if err == nil {
				t.Errorf("of %d: %s, %d bytes and no error", size, resp.Status, len(got))
			}
		}
	}
}

func TestTimeout(t *testing.T) {
	wait := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for name, c := range map[string]struct {
		handle func(http.ResponseWriter, *http.Request)
		status int
	}{
		"returns": {wait, 503},
		"says 500": {func(w http.ResponseWriter, r *http.Request) {
			wait(w, r)
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(500)
			io.WriteString(w, "canceled")
		}, 503},
		"has the answer": {func(w http.ResponseWriter, r *http.Request) {
			wait(w, r)
			io.WriteString(w, "canceled")
		}, 200},
		"says 404": {func(w http.ResponseWriter, r *http.Request) {
			wait(w, r)
			w.WriteHeader(404)
		}, 404},
		"has begun": {func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "x")
			time.Sleep(100 * time.Millisecond)
			if r.Context().Err() != nil {
				t.Error("the context ended after the answer had begun")
			}
		}, 200},
		"is quick": {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) }, 500},
	} {
		s := New(Config{Limits: Limits{Request: 20 * time.Millisecond}}, http.HandlerFunc(c.handle))
		w := ask(s, "GET", "/api/")
		if w.Code != c.status || (c.status == 503) != strings.HasPrefix(w.Body.String(), `{"detail":`) ||
			(c.status == 503) != (w.Header().Get("Retry-After") != "") {
			t.Errorf("%s: %d %q", name, w.Code, w.Body)
		}
	}
}

// A client that went away is no timeout.
func TestClientIsGone(t *testing.T) {
	s := New(Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/", nil))
	if w.Body.Len() > 0 {
		t.Error(w.Body)
	}
}

func TestGzip(t *testing.T) {
	long := strings.Repeat("patch ", 1000)
	for _, c := range []struct {
		accept, kind, encoding, body string
		gzipped                      bool
	}{
		{"gzip", "text/html; charset=utf-8", "", long, true},
		{"gzip, zstd", "application/json", "", long, true},
		{"zstd", "application/json", "", long, false},
		{"gzip;q=0", "text/plain", "", long, false},
		{"", "text/plain", "", long, false},
		{"gzip", "text/plain", "", long[:1023], false},
		{"gzip", "application/gzip", "", long, false},
		{"gzip", "application/octet-stream", "", long, false},
		{"gzip", "image/png", "", long, false},
		{"gzip", "text/plain", "gzip", long, false}, // it is already
	} {
		s := New(Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", c.kind)
			if c.encoding != "" {
				w.Header().Set("Content-Encoding", c.encoding)
			}
			io.WriteString(w, c.body)
		}))
		w := ask(s, "GET", "/", "Accept-Encoding", c.accept)
		got := w.Body.String()
		if c.gzipped {
			z, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatalf("%+v: %v", c, err)
			}
			plain, _ := io.ReadAll(z)
			if len(got) > len(c.body)/2 || w.Header().Get("Content-Encoding") != "gzip" {
				t.Errorf("%v: %d bytes, %v", c.kind, len(got), w.Header())
			}
			got = string(plain)
		} else if w.Header().Get("Content-Encoding") != c.encoding {
			t.Errorf("%v: %v", c.kind, w.Header())
		}
		if got != c.body || !slices.Contains(w.Header().Values("Vary"), "Accept-Encoding") {
			t.Errorf("%s: %d bytes, %v", c.kind, len(got), w.Header())
		}
	}
}

func TestSecurityHeaders(t *testing.T) {
	for _, h := range []http.Handler{text("x"), Routes(http.NewServeMux())} {
		w := ask(New(Config{}, h), "GET", "/")
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff",
			"Referrer-Policy": "same-origin",
		} {
			if got := w.Header().Get(name); !strings.HasPrefix(got, want) || strings.Contains(got, "unsafe") {
				t.Errorf("%s: %q", name, got)
			}
		}
	}
}

func TestForeignOrigin(t *testing.T) {
	public, err := ParseURL("https://Lists.Example.org:443/pw/")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		public  bool
		method  string
		headers []string
		status  int
	}{
		{false, "POST", []string{"Origin", "https://evil.example"}, 403},
		{false, "POST", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{false, "DELETE", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{false, "POST", []string{"Origin", "null"}, 403},
		{false, "POST", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{false, "POST", []string{"Origin", "http://example.com"}, 200},
		{false, "POST", nil, 200},
		{false, "GET", []string{"Sec-Fetch-Site", "cross-site"}, 200},
		{true, "POST", []string{"Origin", "https://lists.example.org"}, 200},
		{true, "POST", []string{"Origin", "https://lists.example.org.evil.example"}, 403},
		{true, "PATCH", []string{"Origin", "http://lists.example.org"}, 403},
	} {
		cfg := Config{}
		if c.public {
			cfg.URL = public
		}
		for path, body := range map[string]string{"/api/x": `{"detail":"This request`, "/x": "This request"} {
			w := ask(New(cfg, text("x")), c.method, path, c.headers...)
			if w.Code != c.status || c.status == 403 && !strings.HasPrefix(w.Body.String(), body) {
				t.Errorf("%+v: %d %s", c, w.Code, w.Body)
			}
		}
	}
}

func TestBodyLimit(t *testing.T) {
	s := New(Config{Limits: Limits{BodyBytes: 10}}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			BodyError(w, r, err, "x")
		}
	}))
	for _, c := range []struct {
		size    int
		chunked bool
		status  int
	}{{0, false, 200}, {10, false, 200}, {11, false, 413}, {10, true, 200}, {11, true, 413}} {
		r := httptest.NewRequest("POST", "/api/", strings.NewReader(strings.Repeat("x", c.size)))
		if c.chunked {
			r.ContentLength = -1
		}
		w := httptest.NewRecorder()
		if s.ServeHTTP(w, r); w.Code != c.status {
			t.Errorf("%+v: %d %s", c, w.Code, w.Body)
		}
	}
}

func TestBodyError(t *testing.T) {
	w := httptest.NewRecorder()
	BodyError(w, httptest.NewRequest("POST", "/api/", nil), errors.New("secret"), "No JSON.")
	if w.Code != 400 || w.Body.String() != `{"detail":"No JSON."}` {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestMetrics(t *testing.T) {
	mux, inner := http.NewServeMux(), http.NewServeMux()
	mux.HandleFunc("GET /patch/{id}/", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("id") == "0" {
			panic("x")
		}
	})
	inner.HandleFunc("GET /api/{id}", func(w http.ResponseWriter, r *http.Request) {})
	mux.Handle("/api/", Routes(inner))
	s := New(Config{}, Routes(mux))
	for _, target := range []string{"/patch/1/", "/patch/2/", "/patch/0/", "/patch/1", "/api/1", "/nothing", "/a%00"} {
		ask(s, "GET", target)
	}
	m := s.Metrics()
	want := map[string]map[string]int64{
		"":                 {"4xx": 2},
		"GET /api/{id}":    {"2xx": 1},
		"GET /patch/{id}/": {"2xx": 2, "3xx": 1, "5xx": 1},
	}
	if len(m.Routes) != len(want) || m.Running != 0 {
		t.Errorf("%+v", m)
	}
	for _, route := range m.Routes {
		total, counted := int64(0), int64(0)
		for class, n := range want[route.Pattern] {
			total += n
			if route.Classes[class] != n {
				t.Errorf("%q: %v", route.Pattern, route.Classes)
			}
		}
		for _, n := range route.Latency.Counts {
			counted += n
		}
		if route.Latency.N != total || counted != total || len(route.Latency.Counts) != len(route.Latency.Bounds) ||
			route.Latency.Sum <= 0 {
			t.Errorf("%q: %+v", route.Pattern, route.Latency)
		}
	}
	m.Routes[0].Classes["4xx"]++ // a snapshot is a copy
	if s.Metrics().Routes[0].Classes["4xx"] != 2 {
		t.Error("a snapshot is not a copy")
	}
}

// A handler that returns without an answer has answered 200.
func TestStatusOfNoAnswer(t *testing.T) {
	log, lines := logTo()
	ask(New(Config{Log: log}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})), "GET", "/")
	if !strings.Contains(lines.String(), "status=200") {
		t.Error(lines.String())
	}
}
