package pages_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"patchwatch/track"
	"patchwatch/web/internal/webtest/town"
)

// part is a section of the page of what waits.
func (s *server) part(id string) string {
	s.t.Helper()
	section := regexp.MustCompile(`(?s)<section aria-labelledby="` + id + `">.*?</section>`)
	m := section.FindString(s.page("/user/todo/demo/"))
	if m == "" {
		s.t.Fatalf("there is no part %s", id)
	}
	return m
}

// TestSeen: what came after a series was ticked off is new, until it is ticked off again. Nobody else's marks count.
func TestSeen(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	at := fmt.Sprintf("/series/%d/", s.Mail("demo", "cover"))
	s.lacks(at, "unseen", "data-visit")
	s.as = "maint"
	upto := func() string {
		m := regexp.MustCompile(`data-visit><input type="hidden" name="upto" value="(\d+)"`).FindStringSubmatch(s.page(at))
		if m == nil {
			t.Fatal("nothing is new")
		}
		return m[1]
	}
	first := upto()
	s.lacks("/project/demo/series/", "unseen")
	if w := s.post(at+"seen/?list=state%3Dnew", "upto="+first); w.Code != 303 ||
		w.Header().Get("Location") != at+"?list=state%3Dnew" {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	s.has(at, "Mark as unseen")
	s.lacks(at, "data-visit", `class="unseen"`)
	if got := s.part("new"); strings.Contains(got, "add it") {
		t.Errorf("all was seen: %s", got)
	}
	for query, back := range map[string]string{"": "?unseen=1", "?list=state%3Dnew": "?list=state%3Dnew&unseen=1"} {
		if w := s.post(at+"seen/"+query, "upto=0"); w.Code != 303 || w.Header().Get("Location") != at+back {
			t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
		}
	}
	s.has(at, "data-visit")
	s.has(at+"?unseen=1", "Mark as seen")
	s.lacks(at+"?unseen=1", "data-visit") // the script would tick it off again at once
	s.post(at+"seen/", "upto="+first)
	s.Deliver(town.Mail{ID: "later", From: "Bob <bob@example.org>", List: "demo", Subject: "Re: [PATCH v2 0/2] add it",
		Refs: "cover", Text: "Look at this again.\n", Day: 2})
	s.has(at, "1 unseen", "data-visit", `<span class="unseen">unseen</span>`)
	s.has("/project/demo/series/", `<span class="unseen">1 unseen</span>`)
	if got := s.part("new"); !strings.Contains(got, "add it") || !strings.Contains(got, "1 unseen") {
		t.Errorf("what came since is not there: %s", got)
	}
	s.as = "root"
	s.lacks("/project/demo/series/", "unseen")
	s.as = "maint"
	// A page that was made before the mail came ticks off only what it showed.
	s.post(at+"seen/", "upto="+first)
	s.has("/project/demo/series/", "1 unseen")
	form := fmt.Sprintf("series_id:%d=%s", s.Mail("demo", "cover"), upto())
	if w := s.post("/user/todo/demo/", form); w.Code != 303 || w.Header().Get("Location") != "/user/todo/demo/" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	s.lacks("/project/demo/series/", "unseen")
	s.post(at+"seen/", "upto=0")
	s.has(at, "data-visit")
}

func TestSeenRefuses(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.AddPrivate()
	at := fmt.Sprintf("/series/%d/seen/", s.Mail("demo", "cover"))
	for _, c := range []struct {
		as, url, form string
		want          int
	}{
		{"", at, "upto=1", 403}, {"ann", at, "", 400}, {"ann", at, "upto=-1", 400}, {"ann", at, "upto=x", 400},
		{"ann", "/series/99999/seen/", "upto=1", 404}, {"ann", "/user/todo/", "series_id:1=x", 400},
		{"ann", "/user/todo/", "series_id:x=1", 400}, {"", "/user/todo/", "series_id:1=1", 403},
		{"ann", fmt.Sprintf("/series/%d/seen/", s.Mail("inside", "in-first")), "upto=1", 404},
		{"ann", fmt.Sprintf("/series/%d/seen/", s.Mail("demo", "spam")), "upto=1", 410},
		{"ann", "/user/todo/", fmt.Sprintf("series_id:%d=1", s.Mail("inside", "in-cover")), 303},
	} {
		s.as = c.as
		if w := s.post(c.url, c.form); w.Code != c.want {
			t.Errorf("%s by %q: %s: %d, want %d", c.url, c.as, c.form, w.Code, c.want)
		}
	}
	marks, err := s.Marks(t.Context(), s.Users["ann"].ID, nil, 9)
	if err != nil || len(marks) != 0 {
		t.Errorf("a mark of what ann does not see: %v, %v", marks, err)
	}
}

// TestAwaitsReview: what names the viewer in To or Cc, or is delegated to them, until they answer or it is closed.
func TestAwaitsReview(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	send := func(id, cc string) {
		s.Deliver(town.Mail{ID: id, From: "Ann <ann@example.org>", List: "demo", Subject: "[PATCH] " + id, Day: 20,
			Text: "Text.\n" + town.Diff, Header: "Cc: Mary <" + cc + ">\n"})
	}
	send("for mary", "MAINT@example.org")
	send("for nearly mary", "maint@example.org.example")
	send("for del", "del@example.org")
	s.as = "maint"
	wants := func(text string, want bool) {
		t.Helper()
		if got := strings.Contains(s.part("review"), "<bdi>"+text); got != want {
			t.Errorf("%s awaits review: %t: %s", text, got, s.part("review"))
		}
	}
	wants("for mary", true)
	wants("for del", false)
	wants("add it", false)
	s.Deliver(town.Mail{ID: "answer", From: "Mary <maint@example.org>", List: "demo", Subject: "Re: [PATCH] for mary",
		Refs: "for mary", Text: "Fine.\n", Day: 21})
	wants("for mary", false)
	s.Deliver(town.Mail{ID: "own", From: "Mary <maint@example.org>", List: "demo", Subject: "[PATCH] my own", Day: 21,
		Text: "Text.\n" + town.Diff})
	if err := s.SetDelegate(t.Context(), "admin", []int64{s.Mail("demo", "own")}, "maint@example.org"); err != nil {
		t.Fatal(err)
	}
	wants("my own", false)
	if !strings.Contains(s.part("delegated"), "my own") {
		t.Error("what one sent is not delegated to one")
	}
	s.as = "del"
	wants("add it", true)
	wants("for del", true)
	id := s.Mail("demo", "for del")
	if err := s.SetState(t.Context(), "admin", []int64{id}, track.StateAccepted); err != nil {
		t.Fatal(err)
	}
	wants("for del", false)
	s.finder.Err = fmt.Errorf("broken")
	if w := s.do("GET", "/user/todo/", ""); w.Code != 503 {
		t.Errorf("without an index: %d", w.Code)
	}
}
