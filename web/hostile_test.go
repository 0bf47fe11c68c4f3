package web_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"patchwatch/web"
)

// fine checks that a client can use an answer: it is no fault of the server, and an error says what is wrong. what
// begins with the method.
func (s *whole) fine(what string, w *httptest.ResponseRecorder) {
	s.t.Helper()
	if len(what) > 200 {
		what = what[:200]
	}
	switch kind := w.Result().Header.Get("Content-Type"); {
	case w.Code >= 500 || w.Code < 200:
		s.t.Errorf("%s: %d %s", what, w.Code, short(w))
	case w.Code >= 400 && kind == "application/json" && !strings.HasPrefix(what, "HEAD "):
		var v map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil || len(v) == 0 {
			s.t.Errorf("%s: %d %v %s", what, w.Code, err, short(w))
		}
	case w.Code >= 400 && !strings.HasPrefix(what, "HEAD ") && (w.Body.Len() == 0 || !strings.HasPrefix(kind, "text/")):
		s.t.Errorf("%s: %d says nothing: %q", what, w.Code, short(w))
	}
}

// TestEveryMethod sends every method to every place, with several bodies.
func TestEveryMethod(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	methods := []string{
		"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "FOO", "get",
		strings.Repeat("A", 5000),
	}
	all := slices.Concat(places, accountPlaces, []string{
		"/user/", "/nothing/", "/api/nothing/", "/api/2.0/patches/", "/robots.txt",
	})
	for _, place := range all {
		for _, method := range methods {
			for _, body := range []string{"", "{}", "[]", "x=y"} {
				s.tryMethod(method, place, body)
			}
		}
	}
}

func (s *whole) tryMethod(method, place, body string) {
	s.t.Helper()
	for _, who := range []string{"", "strange"} {
		w := s.do(who, method, s.in(place), body)
		s.fine(method+" "+place+" "+body, w)
		allow := w.Result().Header.Get("Allow")
		if strings.HasPrefix(place, "/api/") && w.Code == 405 && !strings.Contains(allow, "GET") {
			s.t.Errorf("%s %s: Allow is %q", method, place, allow)
		}
	}
}

// Headers that a server reads, and values that are not meant for them.

var headerNames = []string{
	"Authorization", "Cookie", "If-None-Match", "Accept", "Accept-Encoding", "Range", "Origin", "X-Forwarded-For",
	"X-Forwarded-Proto", "X-Forwarded-Host", "X-Request-Id", "X-Remote-User", "Content-Length", "Expect", "Upgrade",
	"Referer", "User-Agent", "If-Modified-Since", "Content-Encoding",
}

var hostileHeaders = []string{
	"", " ", "\x00", "\xff", "Token", "Token ", "Token x", "Token a b", "Token \xfc", "Basic", "Basic x", "Basic !!!",
	"Basic Og==", "Basic AAAA", "Bearer", "patchwatch=x", "patchwatch=\xff", "*", `W/"x"`, `"`, "bytes=0-", "bytes=9-1",
	"999999999999", "-1", "root", "nobody", "https", "javascript", "a b", "[::1", strings.Repeat("x", 60_000),
	strings.Repeat(",", 5000),
}

// TestHostileHeaders sends them to several places, of a server that has no proxy before it and of one that has.
func TestHostileHeaders(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	proxy := []string{"192.0.2.1"} // the client of httptest
	behind := s.again(web.Options{Trust: proxy, AuthHeader: "X-Remote-User", AuthFrom: proxy})
	all := []string{"/api/patches/", "/", "/user/", "/user/login/", s.in("/patch/{first}/mbox/")}
	for _, name := range headerNames {
		for _, v := range hostileHeaders {
			for _, place := range all {
				for _, server := range []*whole{s, behind} {
					s.fine(fmt.Sprintf("GET %s: %q %s", name, v, place), server.do("", "GET", place, "", name, v))
				}
			}
		}
	}
}

func TestHostileHosts(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	for _, host := range []string{
		"", "a b", "\xff", "x/y", "[::1", "x:99999", "x\"y", strings.Repeat("x", 1000), "<script>",
	} {
		r := httptest.NewRequest("GET", "/api/", nil)
		r.Host = host
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		s.fine("GET from host "+host, w)
	}
}
