package web_test

import (
	"fmt"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"patchwatch/web"
	"patchwatch/web/find"
	"patchwatch/web/internal/webtest/town"
)

// page asks as a browser does.
func (s *whole) page(as, url string) *httptest.ResponseRecorder {
	return s.do(as, "GET", url, "", "Accept", "text/html")
}

var foundLink = regexp.MustCompile(`<(?:td|li)><a href="([^"]*)"`)

// found are the last parts of the links to mails on a page of results, in order.
func foundOn(w *httptest.ResponseRecorder) (all []string) {
	for _, m := range foundLink.FindAllStringSubmatch(w.Body.String(), -1) {
		parts := strings.Split(strings.Trim(m[1], "/"), "/")
		all = append(all, parts[len(parts)-1])
	}
	return all
}

// TestSearchPage: what is found, newest first, with what became of it.
func TestSearchPage(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	for query, want := range map[string]string{
		"is:patch":                   "late pull lone%252Fx@example.org second first",
		"s:add":                      "on-cover on-first first cover",
		"s:add NOT is:comment":       "first cover",
		"project:demo s:alone":       "lone%252Fx@example.org",
		"f:ann@example.org is:cover": "cover",
		"trailer:acked-by=bob":       "on-first first",
		"d:20261003..":               "late on-cover on-first pull",
	} {
		w := s.page("", "/search/?q="+url.QueryEscape(query))
		if got := strings.Join(foundOn(w), " "); w.Code != 200 || got != want {
			t.Errorf("%s: %d %q, want %q", query, w.Code, got, want)
		}
	}
	w := s.page("", "/search/?q=mid:first")
	for _, part := range []string{
		`<a href="/project/demo/patch/first/"><bdi>[v2,1/2] add &#34;it&#34; &lt;é&gt;</bdi></a> <span class="state">`,
		`<bdi>Ann</bdi>`, `<time datetime="2026-10-01T12:00:00Z">1 Oct 2026</time> <span class="age">`, `value="mid:first"`, `Results 1 to 1`,
		`<bdi>demo</bdi>`, `action="?q=mid%3Afirst&amp;x=m"`, `href="?q=mid%3Afirst&amp;x=A"`,
	} {
		if !strings.Contains(w.Body.String(), part) {
			t.Errorf("there is no %s in %s", part, w.Body)
		}
	}
	if w := s.page("", "/search/"); w.Code != 200 || !strings.Contains(w.Body.String(), `name="q"`) {
		t.Errorf("without a query: %d %s", w.Code, w.Body)
	}
	if w := s.get("", "/search/help/"); w.Code != 200 || !strings.Contains(w.Body.String(), "dfn:") {
		t.Errorf("help: %d %s", w.Code, w.Body)
	}
}

// TestSearchLines: the first mails that are found show a line that has what was asked for, and nothing of it is markup.
func TestSearchLines(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	for url, want := range map[string]string{
		"/search/?q=messages+f:ann":     `<bdi>A &lt;<mark>message</mark>&gt; &amp; more.</bdi>`,
		"/search/?q=messages+f:ann&x=t": `<bdi>A &lt;<mark>message</mark>&gt; &amp; more.</bdi>`,
		"/search/?q=s:second":           "",
		"/all/?q=messages+f:ann":        "",
	} {
		w := s.page("", url)
		got := strings.Contains(w.Body.String(), "<mark>")
		if w.Code != 200 || got != (want != "") || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d, no %s in %s", url, w.Code, want, w.Body)
		}
	}
}

// TestSearchPages: pages, followed from one end or the other, have each mail once.
func TestSearchPages(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	whole := foundOn(s.page("", "/search/?q=project:demo"))
	if len(whole) < 8 {
		t.Fatal(whole)
	}
	for _, from := range []struct{ start, rel string }{
		{"?q=project:demo&l=3", "next"}, {"?q=project:demo&l=3&o=-1", "prev"}, {"?q=project:demo&l=1", "next"},
	} {
		var all []string
		for at := from.start; at != ""; {
			w := s.page("", "/search/"+at)
			all = append(all, foundOn(w)...)
			link := regexp.MustCompile(`rel="` + from.rel + `" href="([^"]*)"`).FindStringSubmatch(w.Body.String())
			if at = ""; link != nil {
				at = strings.ReplaceAll(link[1], "&amp;", "&")
			}
			if len(all) > 2*len(whole) {
				break
			}
		}
		if from.rel == "prev" {
			slices.Reverse(all)
		}
		if !slices.Equal(all, whole) {
			t.Errorf("%s: %v, want %v", from.start, all, whole)
		}
	}
	w := s.page("", "/search/?q=project:demo&l=3&o=3")
	for _, link := range []string{`rel="prev" href="?l=3&amp;q=project%3Ademo"`, `rel="next" href="?l=3&amp;o=6&amp;q=`} {
		if !strings.Contains(w.Body.String(), link) {
			t.Errorf("there is no %s in %s", link, w.Body)
		}
	}
}

// TestSearchThreads: trees have all that is found, and lists may have one mail of each thread.
func TestSearchThreads(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	w := s.page("", "/search/?q=project:demo&x=t")
	text := regexp.MustCompile(`\s+`).ReplaceAllString(w.Body.String(), " ")
	text = regexp.MustCompile(`<li><a href="[^"]*/([^/"]*)/">.*?</time> <span class="age">[^<]*</span></span>`).ReplaceAllString(text, "($1")
	_, text, _ = strings.Cut(text, "<ul class=\"tree\">")
	text, _, _ = strings.Cut(text, "<nav")
	text = strings.NewReplacer("<ul class=\"tree\">", "", "</ul>", "", "</li>", ")", " ", "").Replace(text)
	if want := "(late)(cover(first(on-first))(second)(on-cover))(pull)(lone%252Fx@example.org)"; text != want {
		t.Errorf("%s, want %s", text, want)
	}
	w = s.page("", "/search/?q=project:demo&t=1")
	if got := strings.Join(foundOn(w), " "); got != "late on-cover pull lone%252Fx@example.org" ||
		!strings.Contains(w.Body.String(), "and 4 more of its thread") {
		t.Errorf("%s in %s", got, w.Body)
	}
	if got := foundOn(s.page("", "/search/?q=project:demo&t=1&l=2")); strings.Join(got, " ") != "late on-cover" {
		t.Error(got)
	}
}

// TestSearchRefuses: what cannot be answered is said, for people and for programs.
func TestSearchRefuses(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	for _, c := range []struct {
		url, says string
		status    int
	}{
		{"?q=%22memory", "The query cannot be read at column 1: a phrase without its end.", 400},
		{"?q=nothing-has-this", "No results found.", 404},
		{"?q=add&o=x", "The parameter o takes a number.", 400},
		{"?q=add&l=0", "The parameter l takes a number.", 400},
		{"?q=add&o=99999999999999999999", "The parameter o takes a number.", 400},
		{"?q=saved:mine", "no saved query", 400},
		{"?q=add;x", "The query of the URL cannot be read.", 400},
		{"?q=" + strings.Repeat("x+", 600), "512", 400},
	} {
		if w := s.get("", "/search/"+c.url); w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s: %d %s, want %d %s", c.url, w.Code, w.Body, c.status, c.says)
		}
	}
	w := s.page("", "/search/?q=%22memory")
	if w.Code != 400 || !strings.Contains(w.Body.String(), "a phrase without its end") ||
		!strings.Contains(w.Body.String(), `value="&#34;memory"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w = s.page("", "/search/?q=nothing-has-this")
	if w.Code != 404 || !strings.Contains(w.Body.String(), "No mail is found.") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestSearchFails: faults of the search become answers that say when to try again.
func TestSearchFails(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	for _, c := range []struct {
		err    error
		status int
		says   string
	}{
		{find.Refused("This is too wide."), 400, "This is too wide."},
		{find.ErrTooLong, 503, find.ErrTooLong.Error()},
		{find.ErrFull, 503, find.ErrFull.Error()},
		{find.Overspent(1000), 429, "too much"},
	} {
		f := &town.Finder{Store: s.Store, Err: c.err}
		w := s.again(web.Options{Finder: f, Log: quiet}).get("", "/search/?q=add")
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) ||
			(c.status != 400) != (w.Result().Header.Get("Retry-After") != "") {
			t.Errorf("%v: %d %v %s", c.err, w.Code, w.Result().Header, w.Body)
		}
	}
	if w := s.again(web.Options{Finder: broken{}}).get("", "/search/?q="+url.QueryEscape("(")); w.Code != 400 {
		t.Errorf("%d", w.Code)
	}
}

// quiet is for servers that are expected to fail.
var quiet = slog.New(slog.DiscardHandler)

// broken is a Finder that nobody asks.
type broken struct{ find.Finder }

// TestSearchFollows: a mail is found as soon as the search has it, and what is missing is said.
func TestSearchFollows(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	f := &town.Finder{Store: s.Store}
	s = s.again(web.Options{Finder: f})
	count := func() int { return len(foundOn(s.page("", "/search/?q=s:later"))) }
	if count() != 0 {
		t.Fatal("it is there already")
	}
	f.Behind = 1
	s.Deliver(town.Mail{ID: "l1", From: "x@example.org", List: "demo", Subject: "later", Text: "Later.\n", Day: 9})
	if count() != 0 {
		t.Error("it is found before it is indexed")
	}
	if f.Behind = 0; count() != 1 {
		t.Error("it is not found")
	}
	asked := f.Asked
	if count(); f.Asked != asked {
		t.Error("an answer that holds is made again")
	}
	f.Behind = 1 << 20
	w := s.again(web.Options{Finder: f, Log: quiet}).get("", "/search/?q=add")
	if w.Code != 503 || w.Result().Header.Get("Retry-After") == "" ||
		!strings.Contains(w.Body.String(), "is being made: 0 %") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestSearchOfNoProject: mail of lists that are not tracked, which may be private, is not found.
func TestSearchOfNoProject(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	s.Deliver(town.Mail{ID: "u1", From: "x@example.org", List: "untracked", Subject: "unlisted", Text: "Hm.\n", Day: 9})
	for _, who := range everyone {
		if w := s.by(who, "GET", "/search/?q=unlisted", ""); w.Code != 404 && who != "off" {
			t.Errorf("%q: %d %s", who, w.Code, w.Body)
		}
	}
}

// TestSavedQueries: a user saves queries, uses them and forgets them, and nobody else sees them.
func TestSavedQueries(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	save := func(who, name, query string) *httptest.ResponseRecorder {
		return s.by(who, "POST", "/search/saved/", url.Values{"name": {name}, "q": {query}}.Encode())
	}
	for who, want := range map[string]int{"": 403, "off": 403, "reader": 403, "foreign": 403, "strange": 303, "ann": 303} {
		before := s.lines()
		w := save(who, "mine", "f:"+who+" is:patch")
		if told := s.since(before); w.Code != want || want == 303 != (told == who+" saved-query") {
			t.Errorf("%q: %d, and the log has %q", who, w.Code, told)
		}
	}
	w := save("ann", "adds", "s:add saved:mine")
	if to := w.Result().Header.Get("Location"); to != "/search/?q=saved%3Aadds" {
		t.Errorf("it leads to %s", to)
	}
	if got := foundOn(s.page("ann", "/search/?q=saved:adds")); !slices.Equal(got, []string{"first"}) {
		t.Error(got)
	}
	for _, who := range []string{"", "maint", "root"} {
		if w := s.get(who, "/search/?q=saved:adds"); w.Code != 400 || strings.Contains(s.get(who, "/search/").Body.String(),
			"adds") {
			t.Errorf("%q: %d %s", who, w.Code, w.Body)
		}
	}
	for name, query := range map[string]string{"": "add", "a b": "add", "bad": "(", strings.Repeat("x", 101): "add",
		"e": ""} {
		if w := save("ann", name, query); w.Code != 400 {
			t.Errorf("%q %q: %d", name, query, w.Code)
		}
	}
	if w := s.do("ann", "POST", "/search/saved/", "forget=1&name=adds"); w.Code != 303 {
		t.Error(w.Code, w.Body)
	}
	if w := s.get("ann", "/search/?q=saved:adds"); w.Code != 400 {
		t.Error(w.Code)
	}
	for i := range 99 {
		if w := save("ann", fmt.Sprint("q", i), "add"); w.Code != 303 {
			t.Fatal(i, w.Code, w.Body)
		}
	}
	if w := save("ann", "more", "add"); w.Code != 400 {
		t.Errorf("one too many: %d", w.Code)
	}
	if w := save("ann", "mine", "another"); w.Code != 303 {
		t.Errorf("one that is there: %d %s", w.Code, w.Body)
	}
}
