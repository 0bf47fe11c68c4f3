package web_test

import (
	"fmt"
	"strings"
	"testing"

	"patchwatch/db/engine"
	"patchwatch/track"
	"patchwatch/web"
	"patchwatch/web/internal/webtest/town"
)

// TestAnswersAreCurrent compares, after every kind of change, the answers of a server that has answered everything
// before with those of a server that begins now. Changes come through the server itself, or through another one.
func TestAnswersAreCurrent(t *testing.T) {
	t.Parallel()
	t.Run("by itself", func(t *testing.T) {
		t.Parallel()
		s := newWhole(t)
		s.stayCurrent(s)
	})
	t.Run("by another server", func(t *testing.T) {
		t.Parallel()
		s := newOnDisk(t)
		s.stayCurrent(s.again(web.Options{}))
	})
}

func (s *whole) stayCurrent(other *whole) {
	s.t.Helper()
	said := map[string]string{}
	s.compare("nothing", said)
	for i, c := range writes {
		if c.log == "" {
			continue
		}
		who := "maint"
		if strings.Contains(c.url, "{strange}") {
			who = "strange"
		}
		what := c.method + " " + c.url + " " + c.body
		body := strings.Replace(s.in(c.body), "name=n&", fmt.Sprintf("name=n%d&", i), 1) // each bundle has its own
		w := other.do(who, c.method, "/api/1.4/"+s.in(c.url), body)
		if w.Code >= 300 {
			s.t.Errorf("%s: %d %s", what, w.Code, w.Body)
		}
		s.compare(what, said)
	}
	for _, c := range changes {
		if err := c.do(other); err != nil {
			s.t.Errorf("%s: %v", c.what, err)
		}
		s.compare(c.what, said)
	}
}

// changes are those that no request of the API makes.
var changes = []struct {
	what string
	do   func(*whole) error
}{
	{"a comment", func(s *whole) error {
		s.Deliver(town.Mail{
			ID: "more", From: "Dora <dora@example.org>", List: "demo", Subject: "Re: [PATCH v2 1/2] add it",
			Refs: "first", Text: "Tested-by: Dora <dora@example.org>\n", Day: 7,
		})
		return nil
	}},
	{"another name of ann", func(s *whole) error {
		s.Deliver(town.Mail{
			ID: "talk", From: "Ann Other <ann@example.org>", List: "demo", Subject: "talk", Text: "Talk.\n", Day: 8,
		})
		return nil
	}},
	{"a patch", func(s *whole) error {
		s.Deliver(town.Mail{
			ID: "third", From: "Ann <ann@example.org>", List: "demo", Subject: "[PATCH v2 3/2] third",
			Refs: "cover", Text: "More.\n" + town.Diff, Day: 8,
		})
		return nil
	}},
	{"hidden", func(s *whole) error { return s.Hide(s.t.Context(), "admin", []int64{s.Mail("demo", "second")}, true) }},
	{"shown", func(s *whole) error { return s.Hide(s.t.Context(), "admin", []int64{s.Mail("demo", "spam")}, false) }},
	{"a name", func(s *whole) error { return s.SetSeriesName(s.t.Context(), "admin", s.Mail("demo", "cover"), "named") }},
	{"another maintainer", func(s *whole) error {
		u := s.Users["del"]
		u.Maintains = []int64{s.Demo.ID}
		return s.SetUser(s.t.Context(), "admin", u)
	}},
	{"a user", func(s *whole) error {
		_, err := s.AddUser(s.t.Context(), "admin", track.User{Name: "new", Emails: []string{"carl@example.org"}})
		return err
	}},
	{"a state", func(s *whole) error {
		_, err := s.AddOwnState(s.t.Context(), "admin", engine.OwnState{Slug: "needs-ack", Number: 15})
		return err
	}},
	{"a project", func(s *whole) error {
		s.Project(track.Project{LinkName: "more", ListID: "more.lists.example.org", Name: "More"})
		return nil
	}},
	{"rebuilt", func(s *whole) error { return s.Rebuild(s.t.Context(), nil) }},
	{"private", func(s *whole) error {
		p := s.Demo
		p.Private = true
		return s.Write(s.t.Context(), "admin", p)
	}},
	{"public", func(s *whole) error { return s.Write(s.t.Context(), "admin", s.Demo) }},
	{"removed", func(s *whole) error {
		_, err := s.RemoveProject(s.t.Context(), "admin", "demo", town.Read, nil)
		return err
	}},
}

// compare asks for everything, as a maintainer and as nobody. What has the same ETag must be the same.
func (s *whole) compare(after string, said map[string]string) {
	s.t.Helper()
	fresh := s.again(web.Options{})
	for _, place := range places {
		for _, who := range []string{"", "maint"} {
			if strings.Contains(place, "{") && s.gone() {
				continue
			}
			url := s.in(place)
			got, want := s.get(who, url), fresh.get(who, url)
			if got.Code != want.Code || got.Body.String() != want.Body.String() ||
				got.Result().Header.Get("Link") != want.Result().Header.Get("Link") {
				s.t.Errorf("after %s, %s by %q is old: %d %s, and now it is %d %s",
					after, url, who, got.Code, short(got), want.Code, short(want))
			}
			if etag := got.Result().Header.Get("ETag"); etag != "" {
				if was, known := said[who+url+etag]; known && was != got.Body.String() {
					s.t.Errorf("after %s, %s by %q has the ETag of before", after, url, who)
				}
				said[who+url+etag] = got.Body.String()
			}
		}
	}
}

// gone tells whether the project demo has been removed.
func (s *whole) gone() bool {
	all, err := s.Find(s.t.Context(), "demo", "<first>")
	return err != nil || len(all) == 0
}
