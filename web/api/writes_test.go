package api

import (
	"strings"
	"testing"
)

// TestWrites: what reaches the database.
func TestWrites(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ method, url, body, want string }{
		{"PATCH", "patches/2/", "delegate=", "Maint decides about [2]: - * - - -"},
		{"PATCH", "patches/2/", `{"delegate":null,"commit_ref":null}`, "Maint decides about [2]: - * - * -"},
		{"PATCH", "patches/2/", `{"pull_url":"git://y","archived":false}`, "Maint decides about [2]: - - false - git://y"},
		{"PATCH", "patches/2/", `{"related":[3,2,6]}`, "Maint relates 2 to [3 6]"},
		{"PATCH", "patches/2/", `{"related":[]}`, "Maint relates 2 to []"},
		{"PATCH", "patches/2/", "related=3&related=6", "Maint relates 2 to [3 6]"},
		{"PATCH", "patches/2/", `{"related":[3],"state":"new"}`,
			"Maint decides about [2]: new - - - -; Maint relates 2 to [3]"},
		{"PATCH", "patches/2/", "name=x&archived=", ""},
		{"PATCH", "series/1/", `{"state":"queued","delegate":2,"archived":true}`,
			"Maint decides about [2 3]: queued mary@example.org true - -"},
		{"PATCH", "series/3/", "state=new", "Maint decides about [2 3]: new - - - -"},
		{"PATCH", "patches/2/comments/4/", `{"addressed":true}`, "Maint addresses 4: true"},
		{"PATCH", "patches/2/comments/4/", `{"addressed":null}`, "Maint addresses 4: -"},
		{"PATCH", "patches/2/comments/4/", `{}`, ""},
		{"POST", "patches/2/checks/",
			"state=fail&context=acc-boot&target_url=http://ci.example.org/3&description=x&user=1",
			"Maint checks 2: fail acc-boot http://ci.example.org/3 x"},
		{"POST", "patches/2/checks/", `{"state":"success","target_url":null}`, "Maint checks 2: success default  "},
		{"POST", "bundles/", `{"name":" a b ","patches":[3,2,3],"public":true}`,
			`Maint adds bundle "a b" [<m3/x@example.org> <m2/x@example.org>]`},
		{"PATCH", "bundles/2/", "public=True", `Maint sets bundle 2 "own" true [<m3/x@example.org>]`},
		{"PATCH", "bundles/2/", "patches=2&name=other", `Maint sets bundle 2 "other" false [<m2/x@example.org>]`},
		{"DELETE", "bundles/2/", "", "Maint removes bundle 2"},
		{"PATCH", "users/2/", `{"first_name":"M","username":"x","settings":{"items_per_page":50,"show_ids":true}}`,
			"Maint sets user 2"},
		{"PATCH", "projects/1/", "scm_url=https://x.org&name=ignored", "Maint sets project 1"},
	} {
		s := newServer().by("Maint")
		w := s.do(c.method, "/api/"+c.url, c.body)
		got := strings.ReplaceAll(strings.Join(s.store.Wrote, "; "), "  ", " ")
		want := strings.ReplaceAll(strings.ReplaceAll(c.want, "*", ""), "  ", " ")
		if w.Code >= 300 || got != want {
			t.Errorf("%s %s %s: %d %q, want %q; %s", c.method, c.url, c.body, w.Code, got, want, w.Body)
		}
	}
}

func TestCheckIsAnsweredWhole(t *testing.T) {
	t.Parallel()
	w := newServer().by("Maint").do("POST", "/api/1.2/patches/2/checks/", "state=success&context=x&description=d")
	const at = "http://pw.example.org/api/1.2/patches/2/checks/3/"
	const want = `{"id":3,"url":"` + at + `","user":{"id":2,"url":"http://pw.example.org/api/1.2/users/2/",` +
		`"username":"Maint","first_name":"Mary","last_name":"Maint","email":"mary@example.org"},` +
		`"date":"2026-02-01T00:00:00.123456","state":"success","target_url":null,"context":"x","description":"d"}`
	if w.Code != 201 || w.Body.String() != want || w.Result().Header.Get("Location") != at {
		t.Errorf("%d %s %v", w.Code, w.Body, w.Result().Header)
	}
}

func TestBundleOfTwoProjects(t *testing.T) {
	t.Parallel()
	w := newServer().by("root").do("POST", "/api/bundles/", "name=x&patches=2&patches=8")
	if w.Code != 400 || !strings.Contains(w.Body.String(), "same project") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestEveryWriteShowsAtOnce: an answer that was kept is not given after a write, whoever asks.
func TestEveryWriteShowsAtOnce(t *testing.T) {
	t.Parallel()
	s := newServer()
	for _, c := range []struct{ get, method, url, body, shows string }{
		{"patches/", "PATCH", "patches/2/", "state=rejected", `"state":"rejected"`},
		{"patches/2/", "PATCH", "patches/2/", "commit_ref=c0ffee", `"commit_ref":"c0ffee"`},
		{"patches/2/checks/", "POST", "patches/2/checks/", "state=fail&context=new-one", `"context":"new-one"`},
		{"patches/2/comments/", "PATCH", "patches/2/comments/4/", "addressed=true", `"addressed":true`},
		{"projects/", "PATCH", "projects/1/", "scm_url=https://scm.example.org", `"scm_url":"https://scm.example.org"`},
		{"patches/3/", "PATCH", "projects/1/", "webscm_url=https://web.example.org",
			`"webscm_url":"https://web.example.org"`},
		{"bundles/", "PATCH", "bundles/2/", "public=true&name=shown", `"name":"shown"`},
		{"users/2/", "PATCH", "users/2/", "last_name=Newname", `"last_name":"Newname"`},
		{"projects/1/", "PATCH", "users/2/", "last_name=Other", `"last_name":"Other"`},
	} {
		for _, name := range []string{"root", "Maint", "root", "Maint"} { // twice, so that the second time it is kept
			s.as = name
			if w := s.get("/api/" + c.get); w.Code != 200 || strings.Contains(w.Body.String(), c.shows) {
				t.Fatalf("%s before: %d %s", c.get, w.Code, w.Body)
			}
		}
		if w := s.do(c.method, "/api/"+c.url, c.body); w.Code >= 300 {
			t.Fatalf("%s: %d %s", c.url, w.Code, w.Body)
		}
		for _, name := range []string{"root", "Maint"} {
			s.as = name
			if w := s.get("/api/" + c.get); !strings.Contains(w.Body.String(), c.shows) {
				t.Errorf("%s as %s does not show %s: %s", c.get, name, c.shows, w.Body)
			}
		}
	}
}
