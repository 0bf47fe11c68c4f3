package serve

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestNotModified(t *testing.T) {
	for _, c := range []struct {
		method, tag, ifNoneMatch string
		status                   int
	}{
		{"GET", "v1", "", 200},
		{"GET", "v1", `"v1"`, 304},
		{"HEAD", "v1", `W/"v1"`, 304},
		{"GET", "v1", `W/"v2", "a,b" , W/"v1"`, 304},
		{"GET", "v1", `"v1", "unfinished`, 304},
		{"GET", "v1", `*`, 304},
		{"GET", "v1", ` * `, 304},
		{"GET", "v1", `"v2"`, 200},
		{"GET", "v1", `"v"`, 200},
		{"GET", "v1", `"a,"v1"`, 200},
		{"GET", "v1", `v1`, 200},
		{"GET", "v1", `w/"v1"`, 200},
		{"GET", "v1", `"`, 200},
		{"GET", "v1", `, ,`, 200},
		{"GET", "", `""`, 304},
		{"POST", "v1", `"v1"`, 200},
		{"GET", "a b\"\n", `"v1"`, 200},
	} {
		for _, encoding := range []string{"", "gzip"} {
			s := New(Config{}, tagged(c.tag))
			w := ask(s, c.method, "/", "If-None-Match", c.ifNoneMatch, "Accept-Encoding", encoding)
			tag := w.Header().Get("ETag")
			if w.Code != c.status || !strings.HasPrefix(tag, `W/"`) || strings.ContainsAny(tag, "\n ") ||
				strings.Count(tag, `"`) != 2 {
				t.Errorf("%+v %s: %d %q", c, encoding, w.Code, tag)
			}
			if c.status == 304 && w.Body.String()+w.Header().Get("Content-Type")+w.Header().Get("Content-Encoding") != "" {
				t.Errorf("%+v %s: %v %q", c, encoding, w.Header(), w.Body)
			}
			// What a client got, it may ask with.
			if again := ask(s, "GET", "/", "If-None-Match", tag, "Accept-Encoding", encoding); again.Code != 304 {
				t.Errorf("%+v %s: again %d", c, encoding, again.Code)
			}
		}
	}
}

func tagged(tag string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		if NotModified(w, r, tag) {
			return
		}
		io.WriteString(w, strings.Repeat("x", 5000))
	})
}

// With sockets, and a client that asks for gzip by itself.
func TestNotModifiedThroughGzip(t *testing.T) {
	url, _ := start(t, Config{}, tagged("v1"))
	for name, client := range map[string]*http.Client{"HTTP/1.1": {Transport: &http.Transport{}}, "HTTP/2": h2cClient()} {
		resp, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		if !resp.Uncompressed || len(body) != 5000 {
			t.Errorf("%s: not compressed: %v", name, resp.Header)
		}
		r, _ := http.NewRequest("GET", url, nil)
		r.Header.Set("If-None-Match", resp.Header.Get("ETag"))
		if resp, err = client.Do(r); err != nil {
			t.Fatal(err)
		}
		body, err = io.ReadAll(resp.Body)
		if resp.StatusCode != 304 || len(body) > 0 || err != nil || resp.Header.Get("ETag") != `W/"v1"` {
			t.Errorf("%s: %v %q %v", name, resp, body, err)
		}
	}
}

func TestCacheControl(t *testing.T) {
	w := ask(New(Config{}, tagged("x")), "GET", "/")
	if got := w.Header().Get("Cache-Control"); got != "private, no-cache" {
		t.Error(got)
	}
	s := New(Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		NotModified(w, r, "x")
	}))
	if got := ask(s, "GET", "/").Header().Get("Cache-Control"); got != "max-age=60" {
		t.Error(got)
	}
}
