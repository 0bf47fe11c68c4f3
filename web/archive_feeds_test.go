package web_test

import (
	"encoding/xml"
	"net/url"
	"strings"
	"testing"
	"time"
)

// atom is a feed as RFC 4287 has it. What is not in it is in Rest.
type atom struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Title   []string    `xml:"http://www.w3.org/2005/Atom title"`
	ID      []string    `xml:"http://www.w3.org/2005/Atom id"`
	Updated []string    `xml:"http://www.w3.org/2005/Atom updated"`
	Links   []atomLink  `xml:"http://www.w3.org/2005/Atom link"`
	Entries []atomEntry `xml:"http://www.w3.org/2005/Atom entry"`
	Rest    []anything  `xml:",any"`
}

type atomEntry struct {
	Title   []string     `xml:"http://www.w3.org/2005/Atom title"`
	ID      []string     `xml:"http://www.w3.org/2005/Atom id"`
	Updated []string     `xml:"http://www.w3.org/2005/Atom updated"`
	Links   []atomLink   `xml:"http://www.w3.org/2005/Atom link"`
	Authors []atomPerson `xml:"http://www.w3.org/2005/Atom author"`
	Answers []struct {
		Ref  string `xml:"ref,attr"`
		Href string `xml:"href,attr"`
	} `xml:"http://purl.org/syndication/thread/1.0 in-reply-to"`
	Content []struct {
		Type string     `xml:"type,attr"`
		Div  []anything `xml:"http://www.w3.org/1999/xhtml div"`
		Rest []xml.Name `xml:",any"`
	} `xml:"http://www.w3.org/2005/Atom content"`
	Rest []anything `xml:",any"`
}

type anything struct {
	XMLName xml.Name
	Text    string `xml:",innerxml"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type atomPerson struct {
	Names  []string   `xml:"http://www.w3.org/2005/Atom name"`
	Emails []string   `xml:"http://www.w3.org/2005/Atom email"`
	Rest   []anything `xml:",any"`
}

// readAtom reads a feed, and holds it against what RFC 4287 (4.1.1, 4.1.2 and 3) demands.
func readAtom(t *testing.T, what, text string) *atom {
	t.Helper()
	var f atom
	d := xml.NewDecoder(strings.NewReader(text))
	if err := d.Decode(&f); err != nil {
		t.Fatalf("%s: %v in %s", what, err, text)
	}
	wrong := func(format string, args ...any) {
		t.Helper()
		t.Errorf(what+": "+format, args...)
	}
	one := func(name string, all []string) string {
		t.Helper()
		if len(all) != 1 || all[0] == "" {
			wrong("%s is %q", name, all)
			return ""
		}
		return all[0]
	}
	uri := func(name, text string) {
		t.Helper()
		if u, err := url.Parse(text); err != nil || !u.IsAbs() {
			wrong("%s is %q", name, text)
		}
	}
	date := func(text string) time.Time {
		t.Helper()
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			wrong("a date is %q", text)
		}
		return at
	}
	links := func(all []atomLink, want string) {
		t.Helper()
		var rels []string
		for _, l := range all {
			rels = append(rels, l.Rel)
			uri("a link", l.Href)
		}
		if got := strings.Join(rels, " "); got != want {
			wrong("the links are %s", got)
		}
	}
	one("title", f.Title)
	uri("id", one("id", f.ID))
	updated := date(one("updated", f.Updated))
	links(f.Links, "self alternate")
	if len(f.Rest) > 0 {
		wrong("there is %v", f.Rest)
	}
	ids := map[string]bool{}
	for _, e := range f.Entries {
		one("the title of an entry", e.Title)
		id := one("the id of an entry", e.ID)
		uri("the id of an entry", id)
		if ids[id] {
			wrong("%s is there twice", id)
		}
		ids[id] = true
		if date(one("the date of an entry", e.Updated)).After(updated) {
			wrong("an entry is newer than the feed")
		}
		links(e.Links, "alternate")
		if len(e.Authors) != 1 || len(e.Authors[0].Rest) > 0 || len(e.Authors[0].Emails) > 1 {
			wrong("the authors are %v", e.Authors)
		} else {
			one("the author", e.Authors[0].Names)
		}
		for _, a := range e.Answers {
			uri("in-reply-to", a.Ref)
			uri("in-reply-to", a.Href)
		}
		for _, c := range e.Content {
			if c.Type != "xhtml" || len(c.Div) != 1 || len(c.Rest) > 0 {
				wrong("the content is %+v", c)
			}
		}
		if len(e.Rest) > 0 || len(e.Content) > 1 {
			wrong("an entry has %v", e.Rest)
		}
	}
	return &f
}

func TestFeeds(t *testing.T) {
	t.Parallel()
	s := newArchive(t)
	for url, want := range map[string]string{
		"/demo/new.atom": "Demo: [PATCH 3/3] half of it, Re: [PATCH v2 0/2] add it, Re: [PATCH v2 1/2] add it, [GIT PULL] all of it, " +
			"[PATCH] alone, [PATCH v2 2/2] second, [PATCH v2 1/2] add \"it\" <é>, [PATCH v2 0/2] add it",
		"/other/new.atom":          "Other: odd, Re: it, [PATCH v2 1/2] add it",
		"/other/topics_new.atom":   "Other: odd, Re: it, [PATCH v2 1/2] add it",
		"/demo/topics_active.atom": "Demo: [PATCH 3/3] half of it, Re: [PATCH v2 0/2] add it, [GIT PULL] all of it, [PATCH] alone",
		"/demo/topics_new.atom":    "Demo: [PATCH 3/3] half of it, [GIT PULL] all of it, [PATCH] alone, [PATCH v2 0/2] add it",
		"/demo/second/t.atom": "[v2,0/2] add it: Re: [PATCH v2 0/2] add it, Re: it, Re: [PATCH v2 1/2] add it, [PATCH v2 2/2] second, " +
			"[PATCH v2 1/2] add \"it\" <é>, [PATCH v2 0/2] add it",
	} {
		w := s.get("", url)
		if kind := w.Result().Header.Get("Content-Type"); w.Code != 200 || kind != "application/atom+xml; charset=utf-8" {
			t.Errorf("%s: %d %s", url, w.Code, kind)
			continue
		}
		f := readAtom(t, url, w.Body.String())
		var titles []string
		for _, e := range f.Entries {
			titles = append(titles, e.Title[0])
		}
		if got := f.Title[0] + ": " + strings.Join(titles, ", "); got != want {
			t.Errorf("%s has %s, want %s", url, got, want)
		}
		again := s.do("", "GET", url, "", "If-None-Match", w.Result().Header.Get("ETag"))
		if again.Code != 304 || again.Body.Len() > 0 {
			t.Errorf("%s again: %d %s", url, again.Code, again.Body)
		}
	}
	f := readAtom(t, "t.atom", s.get("", "/demo/on-first/t.atom").Body.String())
	e := f.Entries[2]
	if len(e.Answers) != 1 || e.Answers[0].Ref != f.Entries[4].ID[0] || !strings.HasSuffix(e.Answers[0].Href,
		"/demo/first/") ||
		!strings.Contains(e.Content[0].Div[0].Text, "Acked-by: Bob &lt;bob@example.org&gt;") {
		t.Errorf("an answer is %+v", e)
	}
}

func TestFeedOfSeries(t *testing.T) {
	t.Parallel()
	s := newArchive(t)
	url := s.in("/series/{cover}/new.atom")
	f := readAtom(t, url, s.get("", url).Body.String())
	if len(f.Entries) != 6 || f.Title[0] != "add it" || f.Entries[1].Title[0] != "Re: it" {
		t.Errorf("%d entries: %+v", len(f.Entries), f)
	}
	if w := s.get("", s.in("/series/{spam-cover}/new.atom")); w.Code != 410 {
		t.Errorf("of a hidden series: %d", w.Code)
	}
}

func TestFeedOfDelegated(t *testing.T) {
	t.Parallel()
	s := newArchive(t)
	const url = "/user/delegated.atom"
	f := readAtom(t, url, s.get("del", url).Body.String())
	if len(f.Entries) != 1 || f.Entries[0].Title[0] != "[new] [v2,1/2] add \"it\" <é>" ||
		!strings.HasSuffix(f.Entries[0].Links[0].Href, "/project/demo/patch/first/") {
		t.Errorf("%+v", f)
	}
	if f := readAtom(t, url, s.get("ann", url).Body.String()); len(f.Entries) != 0 {
		t.Errorf("of ann: %+v", f)
	}
	if w := s.get("", url); w.Code != 403 {
		t.Errorf("of nobody: %d", w.Code)
	}
	if w := s.do("maint", "PATCH", s.in("/api/patches/{first}/"), "state=accepted"); w.Code != 200 {
		t.Fatal(w.Code)
	}
	if f := readAtom(t, url, s.get("del", url).Body.String()); len(f.Entries) != 0 {
		t.Errorf("it is done: %+v", f)
	}
}

func TestRobots(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	w := s.get("", "/robots.txt")
	if w.Code != 200 || !strings.HasPrefix(w.Body.String(), "User-agent: *\nDisallow: /api/\n") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
