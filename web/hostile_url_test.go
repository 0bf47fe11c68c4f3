package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// Values, names and paths that no client should ask for.

var hostileValues = []string{
	"", "0", "-1", "00", "01", "1.5", "1e3", "0x1", "9223372036854775807", "9223372036854775808", "18446744073709551616",
	strings.Repeat("9", 400), "nonsense", "%00", "%ff", "%zz", "%2F", "%252F", "%2e%2e", "..", "%F0%9F%92%A9", "a%0Ab",
	"'", "%22", "%25", "*", "last", "-", "--", "<x>", "%3Cx%3E", "1,2", "1;2", "null", "true", "2026-13-40",
	"2026-02-30T25:00:00", "9999-12-31T23:59:59Z", "0000-01-01", "99999-01-01", "2026-01-01T00:00:00%2B99:99",
	strings.Repeat("x", 5000), strings.Repeat("%20", 1000),
}

var queryNames = []string{
	"page", "per_page", "order", "q", "project", "series", "submitter", "delegate", "owner", "user", "state", "archived",
	"public", "hash", "msgid", "since", "before", "category", "patch", "cover", "actor", "since_id", "context", "format",
	"%00", "%ff", "%zz",
}

var hostilePaths = []string{
	"//", "///api/", "/api//patches/", "/./api/", "/../etc/passwd", "/api/../", "/%2e%2e/", "/api/%2e%2e/",
	"/api/patches/%2F/", "/api%2Fpatches/", "/%00", "/%ff/", "/api/%00/", "/api/%ff/", "/api/1.3%00/",
	"/api/patches/1%00/", "/api/patches/1%2F/", "/project/demo%00/", "/project/%ff/", "/project/demo/patch/%00/mbox/",
	"/bundle/%00/%ff/", "/" + strings.Repeat("a/", 10_000), "/api/" + strings.Repeat("a/", 10_000),
	"/api/1.3/1.3/patches/", "/api/1.30/", "/api/1./", "/api/1.3.1/",
	"/project/demo/patch/" + strings.Repeat("x", 60_000) + "/",
}

// lists are all lists of the API.
var lists = []string{
	"projects", "patches", "covers", "series", "events", "bundles", "people", "users", "patches/{first}/comments",
	"patches/{first}/checks",
}

// TestHostilePaths asks for paths that lead nowhere, and for places with something else where a name or number is.
func TestHostilePaths(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	for _, path := range hostilePaths {
		s.ask(path)
	}
	for _, place := range places {
		url := s.in(place)
		for _, v := range hostileValues {
			if before, after, ok := strings.Cut(place, "{"); ok {
				_, after, _ = strings.Cut(after, "}")
				s.ask(before + v + after)
			}
			s.ask(url + v)
			s.ask(url + v + "/")
		}
	}
}

// TestHostileQueries gives every list every filter, with values that are not meant for it.
func TestHostileQueries(t *testing.T) {
	t.Parallel()
	s := newOnDisk(t)
	for _, list := range lists {
		url := s.in("/api/" + list + "/?")
		for _, name := range queryNames {
			for _, v := range hostileValues {
				s.ask(url + name + "=" + v)
			}
		}
	}
}

// TestManyFilters asks lists with filters without end.
func TestManyFilters(t *testing.T) {
	t.Parallel()
	s := newOnDisk(t)
	for _, list := range lists {
		url := s.in("/api/" + list + "/?")
		many := strings.Repeat("state=new&project=demo&submitter=1&series=1&patch=1&q=x&order=id&", 1500)
		if w := s.get("root", url+many); w.Code != http.StatusRequestURITooLong && w.Code != http.StatusBadRequest {
			t.Errorf("10,000 filters of %s: %d %s", list, w.Code, short(w))
		}
		for _, filter := range []string{
			"project=demo&", "submitter=1&", "submitter=x@y&", "state=new&", "series=1&", "delegate=maint&", "owner=maint&",
			"user=maint&", "patch=1&", "cover=1&", "order=id,",
		} {
			s.ask(url + strings.Repeat(filter, 900))
		}
		if w := s.get("root", url+"q="+strings.Repeat("x+", 10_000)); w.Code != http.StatusBadRequest {
			t.Errorf("10,000 words in %s: %d %s", list, w.Code, short(w))
		}
		s.ask(url + "q=" + strings.Repeat("x+", 100))
		s.ask(url + "order=" + strings.Repeat("date,-date,id,", 2000))
	}
}

// ask asks as an administrator. The target may be one that clients in Go cannot send.
func (s *whole) ask(target string) {
	s.t.Helper()
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return // net/http itself answers 400
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.URL, r.RequestURI, r.Host = u, target, "pw.example.org"
	r.Header.Set("Authorization", "Token "+s.Tokens["root"])
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	s.fine("GET "+target, w)
}
