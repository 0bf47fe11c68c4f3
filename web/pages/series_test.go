package pages_test

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"patchwatch/web/internal/webtest/town"
)

// TestSeriesWithoutCover: what is said of a series is the message of its first patch, with what was answered.
func TestSeriesWithoutCover(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.Deliver(
		town.Mail{ID: "two-1", From: "Ann <ann@example.org>", List: "demo", Subject: "[PATCH 1/2] one of two", Day: 10,
			Text: "It says <why>.\n" + town.Diff},
		town.Mail{ID: "two-2", From: "Ann <ann@example.org>", List: "demo", Subject: "[PATCH 2/2] two of two", Day: 10,
			Refs: "two-1", Text: "Other text.\n" + town.Diff},
		town.Mail{ID: "on-two-1", From: "Bob <bob@example.org>", List: "demo", Subject: "Re: [PATCH 1/2] one of two", Day: 11,
			Refs: "two-1", Text: "Is that so?\n"},
	)
	at := fmt.Sprintf("/series/%d/", s.seriesOf("two-1"))
	s.has(at, `<a href="/project/demo/patch/two-1/">Message of patch 1</a>`, "It says &lt;why&gt;.", "Is that so?",
		`<a href="/demo/two-1/t/">the whole thread</a>`, `href="/project/demo/patch/two-1/#thread">1 reply</a>`)
	s.lacks(at, "Other text.", "Cover letter", "diff --git")
	s.has(fmt.Sprintf("/series/%d/", s.Mail("demo", "lone/x@example.org")), ">Message</a>", "Alone.", "No replies yet")
	s.has(fmt.Sprintf("/series/%d/", s.Mail("demo", "cover")), ">Cover letter</a>", "What it is for.")
}

func TestWhy(t *testing.T) {
	t.Parallel()
	s, old, new := revised(t)
	s.has(fmt.Sprintf("/series/%d/why/", new), fmt.Sprintf(`new version of <a href="/series/%d/"><bdi>v1 widgets`, old),
		": the same title.", "leads the series: its cover", "it refers to the cover letter (In-Reply-To), of the same version")
	s.has(fmt.Sprintf("/series/%d/why/", s.Mail("demo", "late")), "Missing: 1, 2.")
	s.lacks(fmt.Sprintf("/series/%d/why/", old), "new version of", "Missing")
	s.has(fmt.Sprintf("/series/%d/why/", s.Mail("demo", "lone/x@example.org")), "a series of its own")
	s.has(fmt.Sprintf("/series/%d/", old), fmt.Sprintf(`href="/series/%d/why/"`, old))
}

// walk follows the list from a series until it leads to no series, and gives the names that it saw.
func (s *server) walk(from, way string) (names []string, end string) {
	s.t.Helper()
	for range 30 {
		link := regexp.MustCompile(`<link rel="` + way + `" href="([^"]+)"`).FindStringSubmatch(s.page(from))
		if link == nil {
			return names, from
		}
		w := s.do("GET", html.UnescapeString(link[1]), "")
		if w.Code != 302 {
			s.t.Fatalf("%s: %d %s", link[1], w.Code, w.Body)
		}
		if from = w.Header().Get("Location"); !strings.HasPrefix(from, "/series/") {
			return names, from
		}
		name := regexp.MustCompile(`<h1><bdi>([^<]+)`).FindStringSubmatch(s.page(from))
		names = append(names, name[1])
	}
	s.t.Fatalf("%s leads round and round: %q", from, names)
	return nil, ""
}

// TestAlongTheList: a series leads to those beside it in the list that one came from, whatever pages it has, and
// whether the series is still in it or not.
func TestAlongTheList(t *testing.T) {
	t.Parallel()
	s, _, _ := revised(t)
	// The rows of a page are as many as its viewer wants: few, so that the list has several.
	s.as = "maint"
	maint := s.Users["maint"]
	maint.PerPage = 2
	if err := s.SetUser(t.Context(), "admin", maint); err != nil {
		t.Fatal(err)
	}
	s.Users["maint"] = maint
	for query, want := range map[string]string{
		"?state=*":              "widgets half of it all of it alone add it",
		"?state=*&versions=all": "widgets widgets half of it all of it alone add it",
		"?state=new":            "half of it all of it add it",
	} {
		body := s.page("/project/demo/series/" + query)
		first := regexp.MustCompile(`class="name">.*?<a href="([^"]+)"`).FindStringSubmatch(body)
		from := html.UnescapeString(first[1])
		names := regexp.MustCompile(`<h1><bdi>([^<]+)`).FindStringSubmatch(s.page(from))[1:]
		more, end := s.walk(from, "next")
		if got := strings.Join(append(names, more...), " "); !strings.Contains(got, want) {
			t.Errorf("%s leads along %q, want %q", query, got, want)
		}
		wanted, err := url.ParseQuery(query[1:])
		if err != nil {
			t.Fatal(err)
		}
		to, err := url.Parse(end)
		if err != nil || to.Path != "/project/demo/series/" || to.Query().Get("state") != wanted.Get("state") {
			t.Errorf("%s ends at %q", query, end)
		}
		if names, _ := s.walk(from, "prev"); len(names) != 0 {
			t.Errorf("before the first of %s are %q", query, names)
		}
	}
	// One that was decided about is where its date puts it.
	at := fmt.Sprintf("/series/%d/", s.Mail("demo", "lone/x@example.org"))
	s.post(at, "all=1&state=3")
	if names, _ := s.walk(at+"?list=state%3Dnew", "next"); len(names) == 0 || names[0] != "add it" {
		t.Errorf("after one that has left the list come %q", names)
	}
	// Without a list it leads along the project.
	names, end := s.walk(at, "next")
	if strings.Join(names, " ") != "add it" || !strings.HasPrefix(end, "/project/demo/series/?") {
		t.Errorf("in the project come %q, and then %s", names, end)
	}
}

// TestAlongBadLists: what nobody can have come from leads along all the same, and nowhere else.
func TestAlongBadLists(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, list := range []string{
		"%25zz", "page%3D99999999999", "%3B%3B", strings.Repeat("x", 3000), "q%3D%0d%0aSet-Cookie%3A", "//evil.example.com",
		"state%3D*%26order%3Djunk",
	} {
		for _, way := range []string{"next", "previous"} {
			w := s.do("GET", fmt.Sprintf("/series/%d/%s/?list=%s", s.Mail("demo", "cover"), way, list), "")
			to := w.Header().Get("Location")
			if w.Code != 302 || !strings.HasPrefix(to, "/series/") && !strings.HasPrefix(to, "/project/demo/series/") {
				t.Errorf("%s: %d %q", list[:min(len(list), 30)], w.Code, to)
			}
		}
	}
}
