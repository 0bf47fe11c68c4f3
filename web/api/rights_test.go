package api

import (
	"strings"
	"testing"
)

// somebody asks. What may be changed is in newFake: ann sent patch 2, del looks after it, Maint maintains its project,
// and "reader" is Maint with a token that may only read.
var somebody = []string{"", "strange", "ann", "del", "Maint", "root", "reader"}

func (s *server) by(name string) *server {
	if s.as = name; name == "reader" {
		s.as, s.readOnly = "Maint", true
	}
	return s
}

// TestRights tries every write as everybody. A user who is disabled, and one with a bad token, do not come this far.
func TestRights(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, url, body string
		status            string // for each of somebody
	}{
		{"PATCH", "patches/2/", "state=accepted", "403 403 200 200 200 200 403"},
		{"PUT", "patches/2/", "state=accepted&delegate=2", "403 403 200 200 200 200 403"},
		{"PATCH", "patches/6/", "archived=True", "403 403 403 403 200 200 403"},
		{"PATCH", "patches/2/", `{"related":[3]}`, "403 403 403 403 200 200 403"},
		{"PATCH", "patches/8/", "state=accepted", "404 404 404 404 404 200 404"},
		{"POST", "patches/2/checks/", "state=success", "403 403 201 201 201 201 403"},
		{"POST", "patches/6/checks/", "state=success", "403 403 403 403 201 201 403"},
		{"POST", "patches/8/checks/", "state=success", "404 404 404 404 404 201 404"},
		{"PATCH", "patches/2/comments/4/", "addressed=true", "403 403 200 200 200 200 403"},
		{"PUT", "covers/1/comments/5/", "addressed=true", "403 403 200 403 200 200 403"},
		{"PATCH", "series/1/", "state=accepted", "403 403 200 403 200 200 403"},
		{"PATCH", "projects/1/", "web_url=https://x.org", "403 403 403 403 200 200 403"},
		{"PUT", "projects/demo/", `{"web_url":"https://x.org"}`, "403 403 403 403 200 200 403"},
		{"PATCH", "projects/2/", "web_url=https://x.org", "404 404 404 404 404 200 404"},
		{"PATCH", "users/3/", "first_name=A", "403 403 200 403 403 403 403"},
		{"PUT", "users/2/", "first_name=A", "403 403 403 403 200 403 403"},
		{"POST", "bundles/", "name=n&patches=2", "403 201 201 201 201 201 403"},
		{"POST", "bundles/", "name=n&patches=8", "403 400 400 400 400 201 403"},
		{"PATCH", "bundles/1/", "name=n", "403 403 403 403 200 403 403"},
		{"PUT", "bundles/2/", "name=n&patches=2", "404 404 404 404 200 404 403"},
		{"DELETE", "bundles/1/", "", "403 403 403 403 204 403 403"},
		{"DELETE", "bundles/2/", "", "404 404 404 404 204 404 403"},
	} {
		var got []string
		for _, name := range somebody {
			s := newServer().by(name)
			w := s.do(c.method, "/api/1.3/"+c.url, c.body)
			got = append(got, w.Result().Status[:3])
			if (w.Code >= 300) != (len(s.store.Wrote) == 0) {
				t.Errorf("%s %s by %q: %d, but wrote %q", c.method, c.url, name, w.Code, s.store.Wrote)
			}
			want := "You do not have permission to perform this action."
			if name == "" && !strings.HasSuffix(c.url, "checks/") { // as in Patchwork
				want = "Authentication credentials were not provided."
			}
			said := w.Body.String()
			if w.Code == 403 && !strings.Contains(said, want) && !strings.Contains(said, "you are not maintaining") {
				t.Errorf("%s %s by %q: %s", c.method, c.url, name, w.Body)
			}
		}
		if strings.Join(got, " ") != c.status {
			t.Errorf("%s %s: %s, want %s (%q)", c.method, c.url, strings.Join(got, " "), c.status, somebody)
		}
	}
}

// TestReads asks for everything as everybody.
func TestReads(t *testing.T) {
	t.Parallel()
	for _, place := range every {
		login := strings.HasPrefix(place, "users") || strings.HasPrefix(place, "people")
		for _, name := range somebody {
			want := 200
			if login && name == "" {
				want = 403
			}
			if w := newServer().by(name).get("/api/" + place); w.Code != want {
				t.Errorf("GET %s by %q: %d %s", place, name, w.Code, w.Body)
			}
		}
	}
}

// TestPrivate asks everywhere for what is in a private project.
func TestPrivate(t *testing.T) {
	t.Parallel()
	gone := []string{
		"projects/2/", "projects/secret/", "patches/8/", "patches/8/comments/", "patches/8/checks/", "bundles/3/",
	}
	lists := []string{"projects/", "patches/", "patches/?project=secret", "patches/?project=2",
		"patches/?msgid=m8/x@example.org", "patches/?hash=cc33", "events/", "events/?patch=8", "events/?project=2",
		"bundles/", "bundles/?project=2", "bundles/?owner=6", "series/"}
	for _, name := range []string{"", "ann", "Maint"} {
		for _, place := range gone {
			if w := newServer().by(name).get("/api/" + place); w.Code != 404 {
				t.Errorf("%s by %q: %d %s", place, name, w.Code, w.Body)
			}
		}
		for _, place := range lists {
			if w := newServer().by(name).get("/api/" + place); w.Code != 200 || strings.Contains(w.Body.String(), "secret") {
				t.Errorf("%s by %q: %d %s", place, name, w.Code, w.Body)
			}
		}
	}
	for _, name := range []string{"root", "keeper"} {
		for _, place := range append(gone, "patches/?project=secret", "events/?patch=8", "bundles/?project=2", "projects/") {
			w := newServer().by(name).get("/api/" + place)
			isEmpty := place == "patches/8/comments/" || place == "patches/8/checks/"
			if w.Code != 200 || !isEmpty && !strings.Contains(w.Body.String(), "secret") {
				t.Errorf("%s by %q: %d %s", place, name, w.Code, w.Body)
			}
		}
	}
}

func TestOwnThings(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"": "mine & yours", "ann": "mine & yours", "Maint": "mine & yours own"} {
		var got []string
		body := newServer().by(name).get("/api/bundles/").Body.String()
		for _, b := range []string{"mine & yours", "own", "inside"} {
			if strings.Contains(body, `"name":"`+b+`"`) {
				got = append(got, b)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q sees %q", name, got)
		}
	}
	for name, own := range map[string]bool{"Maint": true, "root": false} {
		if got := strings.Contains(newServer().by(name).get("/api/users/2/").Body.String(), "settings"); got != own {
			t.Errorf("%s sees settings: %v", name, got)
		}
	}
}

// TestHidden: what is hidden is in no list, and gone for whoever knows its number.
func TestHidden(t *testing.T) {
	t.Parallel()
	for _, name := range somebody {
		s := newServer().by(name)
		for _, place := range []string{"patches/7/", "patches/7/comments/", "patches/7/checks/"} {
			if w := s.get("/api/" + place); w.Code != 410 || w.Body.String() != `{"detail":"Gone."}` {
				t.Errorf("%s by %q: %d %s", place, name, w.Code, w.Body)
			}
		}
		if body := s.get("/api/patches/").Body.String(); strings.Contains(body, "spam") {
			t.Errorf("by %q: %s", name, body)
		}
	}
}
