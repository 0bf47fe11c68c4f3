package api

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestKeptAnswers: what is asked for again is not looked up again, and the client that has it gets 304.
func TestKeptAnswers(t *testing.T) {
	t.Parallel()
	s := newServer().by("Maint")
	for _, place := range every {
		first := s.get("/api/" + place)
		etag := first.Result().Header.Get("ETag")
		calls := s.store.Calls
		again := s.get("/api/" + place)
		if s.store.Calls != calls || again.Body.String() != first.Body.String() || again.Result().Header.Get("ETag") != etag {
			t.Errorf("%s: asked for again it was looked up again", place)
		}
		r := httptest.NewRequest("GET", "http://pw.example.org/api/"+place, nil)
		r.Header.Set("If-None-Match", `"x", `+etag)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != 304 || w.Body.Len() > 0 || etag == "" {
			t.Errorf("%s: %d %s", place, w.Code, w.Body)
		}
		head := s.do("HEAD", "/api/"+place, "")
		length := head.Result().Header.Get("Content-Length")
		if head.Code != 200 || head.Body.Len() > 0 || length != fmt.Sprint(first.Body.Len()) {
			t.Errorf("HEAD %s: %d %v", place, head.Code, head.Result().Header)
		}
	}
	link := s.get("/api/patches/?per_page=1").Result().Header.Get("Link")
	if again := s.get("/api/patches/?per_page=1"); link == "" || again.Result().Header.Get("Link") != link {
		t.Error("a kept answer has lost its links")
	}
}

// TestKeptAnswersAreOfTheViewer: nobody gets an answer that was made for somebody who sees more.
func TestKeptAnswersAreOfTheViewer(t *testing.T) {
	t.Parallel()
	s := newServer()
	for _, place := range append(every, "patches/8/", "patches/?project=2", "bundles/2/", "bundles/3/") {
		want := map[string]string{}
		for _, name := range somebody {
			want[name] = newServer().by(name).get("/api/" + place).Body.String()
		}
		for _, name := range []string{"root", "keeper", "Maint", "", "ann", "strange", "root", ""} {
			if name == "keeper" {
				s.by(name).get("/api/" + place)
				continue
			}
			if got := s.by(name).get("/api/" + place).Body.String(); got != want[name] {
				t.Errorf("%s as %q: %s, want %s", place, name, got, want[name])
			}
		}
	}
}

// TestChangesOfOthersDoNotShow: in the ETag of anybody not even that something has happened in a private project.
func TestChangesOfOthersDoNotShow(t *testing.T) {
	t.Parallel()
	s := newServer()
	before := s.get("/api/patches/").Result().Header.Get("ETag")
	s.store.Counts[2]++
	if after := s.get("/api/patches/").Result().Header.Get("ETag"); after != before {
		t.Error("it shows")
	}
	s.store.Counts[1]++
	if after := s.get("/api/patches/").Result().Header.Get("ETag"); after == before {
		t.Error("nothing shows")
	}
}

func TestAnotherEpoch(t *testing.T) {
	t.Parallel()
	s := newServer()
	if got := s.get("/api/events/").Result().Header.Get("X-Patchwatch-Epoch"); got != "e1" {
		t.Errorf("epoch %q", got)
	}
	s.store.Name, s.store.Mails[2] = "e2", strings.Replace(s.store.Mails[2], "A <message>", "Another", 1)
	if got := s.get("/api/events/").Result().Header.Get("X-Patchwatch-Epoch"); got != "e2" {
		t.Errorf("epoch %q", got)
	}
	if !strings.Contains(s.get("/api/patches/2/").Body.String(), "Another") {
		t.Error("a mail of another database is shown")
	}
}
