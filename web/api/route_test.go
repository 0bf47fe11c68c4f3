package api

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestBadRequests: whatever is asked for, the answer is a 4xx in JSON.
func TestBadRequests(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, url, body string
		status            int
	}{
		{"GET", "/api/6.9/", "", 404},
		{"GET", "/api/1.5/patches/", "", 404},
		{"GET", "/api/nothing/", "", 404},
		{"GET", "/api/patches/0/", "", 404},
		{"GET", "/api/patches/-1/", "", 404},
		{"GET", "/api/patches/999/", "", 404},
		{"GET", "/api/patches/99999999999999999999999/", "", 404},
		{"GET", "/api/patches/9223372036854775808/", "", 404},
		{"GET", "/api/patches/%00/", "", 404},
		{"GET", "/api/patches/%ff/", "", 404},
		{"GET", "/api/patches/2%2Fcomments/", "", 404},
		{"GET", "/api/projects/a%2Fb/", "", 404},
		{"GET", "/api//patches/", "", 404},
		{"GET", "/api/patches//", "", 404},
		{"GET", "/api/patches/2/comments/5/", "", 404},
		{"GET", "/api/patches/2/comments/4/x/", "", 404},
		{"GET", "/api/patches/6/checks/1/", "", 404},
		{"GET", "/api/covers/2/", "", 404},
		{"GET", "/api/1.0/patches/2/comments/", "", 404},
		{"GET", "/api/1.2/patches/2/comments/4/", "", 404},
		{"GET", "/api/1.2/events/?category=patch-comment-created&x=1", "", 200},
		{"GET", "/api/patches/?" + strings.Repeat("state=new&", 10_000), "", 414},
		{"GET", "/api/patches/?" + strings.Repeat("a&", 2000), "", 400},
		{"POST", "/api/patches/", "", 405},
		{"DELETE", "/api/patches/2/", "", 405},
		{"BREW", "/api/series/", "", 405},
		{"POST", "/api/1.1/bundles/", "name=x&patches=2", 405},
		{"DELETE", "/api/1.1/bundles/1/", "", 405},
		{"PATCH", "/api/patches/2/", "{", 400},
		{"PATCH", "/api/patches/2/", "[]", 400},
		{"PATCH", "/api/patches/2/", `{"state":5x}`, 400},
		{"PATCH", "/api/patches/2/", `{"state":["new"]}`, 400},
		{"PATCH", "/api/patches/2/", `{"state":null}`, 400},
		{"PATCH", "/api/patches/2/", `{"state":"3"}`, 400},
		{"PATCH", "/api/patches/2/", "state=3", 400},
		{"PATCH", "/api/patches/2/", "delegate=maint", 400},
		{"PATCH", "/api/patches/2/", `{"archived":null}`, 400},
		{"PUT", "/api/patches/2/", "delegate=2", 400},
		{"GET", "/api/projects/DEMO/", "", 404},
		{"GET", "/api/patches/?page=", "", 404},
		{"PATCH", "/api/patches/2/", `{"state":"bogus"}`, 400},
		{"PATCH", "/api/patches/2/", `{"state":"new\u0000"}`, 400},
		{"PATCH", "/api/patches/2/", "{\"state\":\"\xff\"}", 400},
		{"PATCH", "/api/patches/2/", "state=%ff", 400},
		{"PATCH", "/api/patches/2/", "commit_ref=a%00b", 400},
		{"PATCH", "/api/patches/2/", "state=%zz", 400},
		{"PATCH", "/api/patches/2/", "state=", 400},
		{"PATCH", "/api/patches/2/", "archived=maybe", 400},
		{"PATCH", "/api/patches/2/", "delegate=99", 400},
		{"PATCH", "/api/patches/2/", "delegate=5", 400},
		{"PATCH", "/api/patches/2/", `{"related":5}`, 400},
		{"PATCH", "/api/patches/2/", `{"related":[999]}`, 400},
		{"PATCH", "/api/patches/2/", `{"related":[{}]}`, 400},
		{"PATCH", "/api/patches/2/", "commit_ref=" + strings.Repeat("x", 256), 400},
		{"PATCH", "/api/patches/2/", "x=" + strings.Repeat("x", 2<<20), 413},
		{"PATCH", "/api/patches/2/", strings.Repeat("x&", 2000), 400},
		{"PATCH", "/api/patches/2/", `{"a":` + strings.Repeat("[", 100_000), 400},
		{"PUT", "/api/patches/2/", "state=new", 400},
		{"POST", "/api/patches/2/checks/", "context=x", 400},
		{"POST", "/api/patches/2/checks/", "state=bogus", 400},
		{"POST", "/api/patches/2/checks/", "state=success&context=a b", 400},
		{"POST", "/api/patches/2/checks/", "state=success&target_url=javascript:x", 400},
		{"POST", "/api/bundles/", "name=x", 400},
		{"POST", "/api/bundles/", "patches=2", 400},
		{"POST", "/api/bundles/", "name=x&patches=", 400},
		{"POST", "/api/bundles/", "name=x&patches=999", 400},
		{"POST", "/api/bundles/", "name=a/b&patches=2", 400},
		{"POST", "/api/bundles/", "name=own&patches=2", 400},
		{"PATCH", "/api/bundles/1/", `{"patches":[]}`, 400},
		{"PATCH", "/api/users/2/", "settings.items_per_page=x", 400},
		{"PATCH", "/api/users/2/", `{"settings":5}`, 400},
	} {
		s := newServer().by("Maint")
		w := s.do(c.method, c.url, c.body)
		if w.Code != c.status || !json.Valid(w.Body.Bytes()) || w.Result().Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %.60s %.40s: %d %s, want %d", c.method, c.url, c.body, w.Code, w.Body, c.status)
		}
		allow := w.Result().Header.Get("Allow")
		if w.Code == 405 && allow == "" {
			t.Errorf("%s %s: Allow %q", c.method, c.url, allow)
		}
		if len(s.store.Wrote) > 0 {
			t.Errorf("%s %s wrote %q", c.method, c.url, s.store.Wrote)
		}
	}
}

// TestAllow: every answer says what can be done there, in Patchwork's order.
func TestAllow(t *testing.T) {
	t.Parallel()
	for place, want := range map[string]string{
		"": "GET, HEAD, OPTIONS", "patches/": "GET, HEAD, OPTIONS", "patches/2/": "GET, PUT, PATCH, HEAD, OPTIONS",
		"patches/999/": "GET, PUT, PATCH, HEAD, OPTIONS", "patches/2/checks/": "GET, POST, HEAD, OPTIONS",
		"bundles/1/": "GET, PUT, PATCH, DELETE, HEAD, OPTIONS", "series/1/": "GET, PATCH, HEAD, OPTIONS",
	} {
		for _, method := range []string{"GET", "HEAD", "OPTIONS", "BREW"} {
			w := newServer().do(method, "/api/"+place, "")
			if got := w.Result().Header.Get("Allow"); got != want || (w.Code == 405) != (method == "BREW") {
				t.Errorf("%s %s: %d %s", method, place, w.Code, got)
			}
		}
	}
	for _, method := range []string{"GET", "POST", "DELETE", "OPTIONS"} {
		if w := newServer().do(method, "/api/people/", ""); w.Code != 403 {
			t.Errorf("%s people/ by nobody: %d", method, w.Code)
		}
	}
}
