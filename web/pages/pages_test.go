package pages_test

import (
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"patchwatch/db/postgres/pgtest"
	"patchwatch/track"
	"patchwatch/web/find"
	"patchwatch/web/internal/serve"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
	"patchwatch/web/internal/webtest/town"
	"patchwatch/web/pages"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// server has the pages of a town, at noon of 1 November 2026.
type server struct {
	http.Handler
	*town.Town
	t      *testing.T
	as     string // the user who asks; empty: nobody
	finder *town.Finder
}

var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func newServer(t *testing.T) *server {
	t.Helper()
	of, _ := town.New(t)
	return serveTown(t, of)
}

func serveTown(t *testing.T, of *town.Town) *server {
	s := &server{Town: of, t: t}
	desk := &visit.Desk{
		Store: of.Store, Keeper: site.NewKeeper(of.Store, 1<<20), Log: slog.New(slog.DiscardHandler),
		Clock: func() time.Time { return noon }, Viewer: func(*http.Request) track.Viewer { return s.viewer() },
	}
	mux := http.NewServeMux()
	s.finder = &town.Finder{Store: of.Store}
	pages.Install(pages.Config{
		Store: of.Store, Desk: desk, Finder: s.finder, Gate: find.NewGate(find.DefaultGateLimits),
	}, mux)
	s.Handler = serve.Routes(mux)
	return s
}

func (s *server) viewer() track.Viewer {
	u, ok := s.Users[s.as]
	if !ok {
		return track.Viewer{}
	}
	return track.Viewer{User: &u}
}

func (s *server) do(method, url, form string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://pw.example.org"+url, strings.NewReader(form))
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// page is a page that has to be there.
func (s *server) page(url string) string {
	s.t.Helper()
	w := s.do("GET", url, "")
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		s.t.Fatalf("%s: %d %v %s", url, w.Code, w.Header(), w.Body)
	}
	return w.Body.String()
}

// has wants a page to have some texts.
func (s *server) has(url string, texts ...string) {
	s.t.Helper()
	body := s.page(url)
	for _, text := range texts {
		if !strings.Contains(body, text) {
			s.t.Errorf("%s has no %s: %s", url, text, body)
		}
	}
}

// lacks wants a page to have none of some texts.
func (s *server) lacks(url string, texts ...string) {
	s.t.Helper()
	body := s.page(url)
	for _, text := range texts {
		if strings.Contains(body, text) {
			s.t.Errorf("%s has %s: %s", url, text, body)
		}
	}
}

func TestHome(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.AddPrivate()
	const demo, inside = `<a href="/project/demo/series/"><bdi>Demo</bdi></a>`, `<bdi>Inside</bdi>`
	s.has("/", demo, `<a href="/project/demo/list/">4 patches`, "Log in", "<title>Projects - patchwatch</title>")
	s.lacks("/", inside, "Mine", "Admin")
	for who, want := range map[string]string{"inner": inside, "root": inside, "maint": `yours`, "ann": demo} {
		s.as = who
		s.has("/", demo, want, `<a class="user" href="/user/"><bdi>`+who+`</bdi></a>`)
	}
}

func TestProject(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.has("/project/demo/", "<h1>Demo</h1>", `<a href="mailto:demo@lists.example.org">`, "git send-email --to=demo@lists",
		`<a class="tab" href="/project/demo/series/">Series</a>`, `href="/api/patches/?project=demo"`,
		`href="/project/demo/pwclientrc/"`)
	s.has("/project/demo/", "5 patches in the last 26 weeks", "patches are open, 0 of them for longer than three months",
		`<svg class="bars"`, `role="img"`, "of the newest 4 series have an answer of somebody else",
		"half of these within 2 days.")
	if w := s.do("GET", "/project/nothing/", ""); w.Code != 404 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	s.AddPrivate()
	if w := s.do("GET", "/project/inside/", ""); w.Code != 404 {
		t.Errorf("private: %d %s", w.Code, w.Body)
	}
}

// TestListFields sees that a project's page says how to take part as the list itself says it.
func TestListFields(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.lacks("/project/demo/", "To subscribe")
	s.Deliver(town.Mail{ID: "fields", From: "Ann <ann@example.org>", List: "demo", Subject: "hello", Day: 25,
		Header: "List-Subscribe: <https://elsewhere.example/trap>, <mailto:demo-join@lists.example.org>\n"})
	s.has("/project/demo/", "To subscribe", `<a href="mailto:demo-join@lists.example.org">`)
	s.lacks("/project/demo/", "elsewhere")
}

func TestEmptyInstance(t *testing.T) {
	t.Parallel()
	s := serveTown(t, &town.Town{Store: town.Opener(t)(), Users: map[string]track.User{"root": {Name: "root", Admin: true}}})
	s.has("/", "<p>No project is tracked yet, or none")
	s.as = "root"
	s.has("/", "patchwatch project add")
}

func TestSeriesList(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.has("/project/demo/series/", `<bdi>add it</bdi></a>`, "2/2", `title="1 Acked-by">A1`, `class="ok">ok 1`,
		`class="warning">warn 1`,
		"1 accepted, 1 new", "31 days", `datetime="2026-10-01T12:00:00Z"`, "2 missing", `aria-current="true">open`)
	s.lacks("/project/demo/series/", "buy", `type="checkbox"`)
	s.has("/project/demo/series/?state=*&submitter=bob", "alone", `value="bob"`)
	s.lacks("/project/demo/series/?state=*&submitter=bob", "add it")
	s.has("/project/demo/series/?state=accepted&archive=both", "add it")
	s.lacks("/project/demo/series/?state=accepted", "alone", "add it")
	s.has("/project/demo/series/?incomplete=1", "half of it")
	s.lacks("/project/demo/series/?incomplete=1", "add it", "alone")
	s.has("/project/demo/series/?delegate=del", "add it")
	s.has("/project/demo/series/?delegate=nobody&q=alone&state=*", "alone")
	s.has("/project/demo/series/?delegate=nosuch", "No series is like that.")
	s.has("/project/demo/series/?check=warning", "add it")
	s.as = "maint"
	s.has("/project/demo/series/", `type="checkbox" data-item name="series_id:`, "delegated to me",
		`name="action" value="update"`)
}

// TestSeriesPages: a series whose patches lie on two pages is on the first.
func TestSeriesPages(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	var mails []town.Mail
	for i := range 110 {
		id := fmt.Sprint("many", i)
		mails = append(mails, town.Mail{ID: id + "-1", From: "Ann <ann@example.org>", List: "demo",
			Subject: fmt.Sprintf("[PATCH 1/2] thing %d.", i), Text: "x\n" + town.Diff, Day: 7 + i/10},
			town.Mail{ID: id + "-2", From: "Ann <ann@example.org>", List: "demo", Refs: id + "-1",
				Subject: fmt.Sprintf("[PATCH 2/2] thing %d..", i), Text: "x\n" + town.Diff, Day: 7 + i/10})
	}
	s.Deliver(mails...)
	for _, query := range []string{"?", "?state=*&"} {
		seen, to := map[string]int{}, "/project/demo/series/"+query
		for n := 0; to != "" && n < 10; n++ {
			body := s.page(to)
			for _, m := range regexp.MustCompile(`<bdi>(thing \d+)\.<`).FindAllStringSubmatch(body, -1) {
				seen[m[1]]++
			}
			next := regexp.MustCompile(`<link rel="next" href="([^"]+)"`).FindStringSubmatch(body)
			if to = ""; next != nil {
				to = "/project/demo/series/" + html.UnescapeString(next[1])
			}
		}
		for i := range 110 {
			if n := seen[fmt.Sprint("thing ", i)]; n != 1 {
				t.Errorf("%s: thing %d is there %d times", query, i, n)
			}
		}
	}
	s.has("/project/demo/series/?state=*&page=99", "thing 0.")
}

func TestPatchList(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	at := "/project/demo/list/"
	s.has(at, "[v2,1/2] add &#34;it&#34; &lt;é&gt;", "alone", "queued",
		`aria-sort="descending"><a href="?order=date">Date`,
		`href="/project/demo/patch/lone%252Fx@example.org/"`, `<span class="state ">new</span>`)
	s.lacks(at, "second", "buy")
	series := fmt.Sprint(s.Mail("demo", "cover"))
	for query, want := range map[string][2]string{
		"?archive=both&state=*": {"second", "buy"}, "?archive=true&state=*": {"second", "alone"},
		"?series=" + series: {"second", "alone"}, "?series=" + fmt.Sprint(s.Mail("demo", "second")): {"second", "alone"},
		"?q=ALONE": {"alone", "add"}, "?submitter=ann": {"add", "alone"}, "?submitter=nobody-is-called-so": {"alone", "buy"},
		"?delegate=del": {"add", "alone"}, "?delegate=Nobody": {"alone", "add &"}, "?state=13": {"alone", "add"},
		"?state=accepted&archive=both": {"second", "alone"}, "?state=junk": {"alone", "second"}, "?order=name": {"ascending",
			"buy"},
		"?page=99": {"alone", "buy"}, "?page=junk": {"alone", "buy"}, "?order=junk&series=junk": {"alone", "buy"},
	} {
		s.has(at+query, want[0])
		s.lacks(at+query, want[1])
	}
	s.as = "ann"
	if body := s.page(at); strings.Count(body, "data-item") != 1 {
		t.Errorf("ann may decide about her patch, and about no other: %s", body)
	}
}

func TestSeries(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	at := fmt.Sprintf("/series/%d/", s.Mail("demo", "cover"))
	s.has(at, "<h1><bdi>add it</bdi></h1>", "· 2 patches", "[v2,1/2] add &#34;it&#34;", "second", "b4 am cover</code>",
		"curl -sL 'http://pw.example.org"+at+"mbox/' | git am", "What it is for.", "Thanks.", "1 reply", "A1")
	s.lacks(at, "buy", `type="checkbox"`, "Buy")
	s.has(fmt.Sprintf("/series/%d/", s.Mail("demo", "late")), "has not come", "1 of 3 patches", "2 missing", "b4 am late")
	s.has(fmt.Sprintf("/series/%d/", s.Mail("demo", "lone/x@example.org")), "alone")
	s.lacks(fmt.Sprintf("/series/%d/", s.Mail("demo", "lone/x@example.org")), "b4 am")
	for url, status := range map[string]int{"/series/99999/": 404, "/series/x/": 404, fmt.Sprintf("/series/%d/",
		s.Mail("demo", "spam")): 410} {
		if w := s.do("GET", url, ""); w.Code != status {
			t.Errorf("%s: %d", url, w.Code)
		}
	}
	s.as = "maint"
	w := s.post(at, "all=1&action=update&state=4&delegate=*&archived=*")
	if got := s.decided("first") + s.decided("second"); w.Code != 303 || strings.Count(got, "rejected") != 2 {
		t.Errorf("%d %s: %s", w.Code, w.Body, got)
	}
	s.has(w.Header().Get("Location"), "2 patches set to rejected.", "Undo")
	w = s.post(at, "patch_id:{second}=on&state=3")
	if got := s.decided("first") + s.decided("second"); w.Code != 303 || !strings.HasPrefix(got, "rejected") ||
		!strings.Contains(got, "accepted") {
		t.Errorf("one of two: %d, %s", w.Code, got)
	}
}

func TestTodo(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.AddPrivate()
	w := s.do("GET", "/user/todo/demo/", "")
	if w.Code != 303 || w.Header().Get("Location") != "/user/login/?next=%2Fuser%2Ftodo%2Fdemo%2F" {
		t.Errorf("nobody: %d %s", w.Code, w.Header().Get("Location"))
	}
	s.as = "del"
	s.has("/user/todo/", "Delegated to you", "add it", "Demo", "You have sent nothing")
	s.has("/user/todo/demo/", "add it", `aria-current="page">Mine`)
	s.lacks("/user/todo/demo/", "alone")
	s.as = "ann"
	if err := s.SaveQuery(t.Context(), s.viewer().Actor(), "it's", "s:it"); err != nil {
		t.Fatal(err)
	}
	s.has("/user/todo/", "Sent by you", "add it", "Nothing that is open is delegated to you.", `href="/user/delegated.atom"`,
		`href="/search/?q=saved%3Ait%27s"><bdi>it&#39;s</bdi>`, `href="/search/?q=saved%3Ait%27s&amp;x=A"`)
	s.lacks("/user/todo/", "secret", "Secret", "Inside", "buy")
	s.as = "inner"
	s.has("/user/todo/inside/", "Nothing that is open")
	s.as = "ann"
	if w := s.do("GET", "/user/todo/inside/", ""); w.Code != 404 {
		t.Errorf("private: %d", w.Code)
	}
}
