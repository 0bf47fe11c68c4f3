package web

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"patchwatch/db/engine"
	"patchwatch/internal/needs"
	"patchwatch/track"
	"patchwatch/web/internal/serve"
	"patchwatch/web/internal/webtest"
)

// server is a Site over a fake Store, asked by a user, who may be nobody.
type server struct {
	http.Handler
	store *webtest.Fake
	as    string
}

func newServer() *server {
	s := &server{store: webtest.New()}
	mux := http.NewServeMux()
	New(Config{
		Store: s.store, SetProject: s.store.SetProject, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Viewer: func(*http.Request) track.Viewer {
			for i := range s.store.UserList {
				if s.store.UserList[i].Name == s.as {
					return track.Viewer{User: &s.store.UserList[i]}
				}
			}
			return track.Viewer{}
		},
	}, mux)
	s.Handler = serve.Routes(mux)
	return s
}

func (s *server) get(url string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", "http://pw.example.org"+url, nil))
	return w
}

func TestPatchMbox(t *testing.T) {
	t.Parallel()
	s := newServer()
	w := s.get("/project/demo/patch/m2%2Fx@example.org/mbox/")
	h := w.Result().Header
	if w.Code != 200 || h.Get("Content-Type") != "text/plain; charset=utf-8" ||
		h.Get("Content-Disposition") != "attachment; filename=v2-1-2-add-it.patch" {
		t.Fatalf("%d %v %s", w.Code, h, w.Body)
	}
	for _, want := range []string{"From patchwatch ", "\nX-Patchwork-Submitter: \"Ann\" <ann@example.org>\n",
		"\nX-Patchwork-Id: 2\n",
		"\nX-Patchwork-Delegate: del@example.org\n", "\nMessage-ID: <m2/x@example.org>\n", "\nTo: demo@lists.example.org\n",
		"\nAcked-by: Bob <bob@example.org>\n---\ndiff --git a/f b/f\n"} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %q in %s", want, w.Body)
		}
	}
	if twice := s.get("/project/demo/patch/m2%252Fx@example.org/mbox/"); twice.Body.String() != w.Body.String() {
		t.Errorf("escaped twice, as the API does: %d %s", twice.Code, twice.Body)
	}
	calls := s.store.Calls
	again := s.get("/project/demo/patch/m2%2Fx@example.org/mbox/")
	if again.Body.String() != w.Body.String() || s.store.Calls != calls {
		t.Error("what was asked for again was made again")
	}
	s.store.Counts[1]++
	if s.get("/project/demo/patch/m2%2Fx@example.org/mbox/"); s.store.Calls == calls {
		t.Error("after a change the old one was given")
	}
}

// ids lists the patches in an mbox.
func ids(mbox string) string {
	var all []string
	for line := range strings.Lines(mbox) {
		if id, ok := strings.CutPrefix(line, "X-Patchwork-Id: "); ok {
			all = append(all, strings.TrimSpace(id))
		}
	}
	return strings.Join(all, " ")
}

func TestMboxesOfSeveral(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"/project/demo/patch/m3%2Fx@example.org/mbox/":          "3",
		"/project/demo/patch/m3%2Fx@example.org/mbox/?series=*": "2 3",
		"/project/demo/patch/m3%2Fx@example.org/mbox/?series=1": "2 3",
		"/project/demo/patch/m2%2Fx@example.org/mbox/?series=*": "2",
		"/project/1/cover/m1%2Fx@example.org/mbox/":             "1",
		"/series/1/mbox/":                      "2 3",
		"/series/3/mbox/":                      "2 3",
		"/bundle/maint/mine%20&%20yours/mbox/": "3 2",
		"/project/demo/patch/m3%2Fx@example.org/mbox/?series=99": "404",
		"/project/demo/patch/m3%2Fx@example.org/mbox/?series=x":  "404",
		"/project/demo/patch/m6%2Fx@example.org/mbox/?series=*":  "404",
		"/bundle/Maint/own/mbox/":                                "404",
	} {
		w := newServer().get(url)
		got := ids(w.Body.String())
		if w.Code != 200 {
			got = w.Result().Status[:3]
		}
		if got != want {
			t.Errorf("%s: %s, want %s", url, got, want)
		}
	}
	s := newServer()
	if s.as = "Maint"; ids(s.get("/bundle/Maint/own/mbox/").Body.String()) != "3" {
		t.Error("one's own bundle is not there")
	}
	if s.as = ""; s.get("/bundle/Maint/own/mbox/").Code != 404 {
		t.Error("another's bundle was given because it was kept")
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	w := newServer().get("/project/demo/patch/m2%2Fx@example.org/raw/")
	h := w.Result().Header
	if w.Body.String() != "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n" ||
		h.Get("Content-Disposition") != "attachment; filename=v2-1-2-add-it.diff" ||
		!strings.HasPrefix(h.Get("Content-Type"), "text/x-patch") {
		t.Errorf("%d %v %s", w.Code, h, w.Body)
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	const patch, cover = "/project/demo/patch/m2%252Fx@example.org/", "/project/demo/cover/m1%252Fx@example.org/"
	for url, want := range map[string]string{
		"/patch/2/": patch, "/patch/2/mbox/": patch + "mbox/", "/patch/2/raw/": patch + "raw/",
		"/patch/2/mbox/?series=*": patch + "mbox/?series=*", "/cover/1/": cover, "/cover/1/mbox/": cover + "mbox/",
		"/comment/4/": patch + "#4", "/comment/5/": cover + "#5",
		"/project/demo/patch/m1%2Fx@example.org/": cover, "/project/demo/cover/m2%2Fx@example.org/": patch,
	} {
		w := newServer().get(url)
		to := w.Result().Header.Get("Location")
		if w.Code != 302 || to != want {
			t.Errorf("%s: %d %s", url, w.Code, to)
		}
		if path, _, _ := strings.Cut(to, "#"); newServer().get(path).Code != 200 {
			t.Errorf("%s leads to what is not there: %s", url, to)
		}
	}
	if w := newServer().get("/patch/2/mbox"); w.Code != 307 || w.Result().Header.Get("Location") != "/patch/2/mbox/" {
		t.Errorf("without a slash: %d", w.Code)
	}
}

// TestNotThere: what is not there, is not for the viewer, or is hidden.
func TestNotThere(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]int{
		"/project/none/": 404, "/project/secret/": 404, "/project/secret/patch/m8%2Fx@example.org/": 404,
		"/project/2/pwclientrc/": 404, "/project/secret/patch/m8%2Fx@example.org/mbox/": 404, "/patch/8/": 404,
		"/bundle/keeper/inside/mbox/": 404, "/project/demo/patch/%ff/": 404, "/nothing/": 404,
		"/patch/7/": 410, "/patch/7/mbox/": 410, "/project/demo/patch/m7%2Fx@example.org/mbox/": 410,
		"/project/demo/patch/m7%2Fx@example.org/": 410,
		"/patch/0/": 404, "/patch/x/": 404, "/patch/99999999999999999999/": 404, "/series/9/mbox/": 404, "/series/-1/": 404,
		"/cover/2/": 404, "/comment/1/": 404, "/bundle/nobody/x/": 404, "/project/demo/patch/none/mbox/": 404,
	} {
		if w := newServer().get(url); w.Code != want {
			t.Errorf("%s: %d %s", url, w.Code, w.Body)
		}
	}
	s := newServer()
	if s.as = "root"; s.get("/project/secret/patch/m8%2Fx@example.org/mbox/").Code != 200 {
		t.Error("an administrator does not see a private project")
	}
	if s.as = ""; s.get("/project/secret/patch/m8%2Fx@example.org/mbox/").Code != 404 {
		t.Error("anybody sees a private project, since somebody asked before")
	}
}

func TestPwclientrc(t *testing.T) {
	t.Parallel()
	const url = "/project/demo/pwclientrc/"
	for _, w := range []*httptest.ResponseRecorder{newServer().get(url), newServer().browse(url)} {
		if w.Code != 200 || w.Result().Header.Get("Content-Disposition") != "attachment; filename=.pwclientrc" ||
			!strings.Contains(w.Body.String(), "[demo]\nbackend = rest\nurl = http://pw.example.org/api\n") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
}

func TestFileName(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"[v2,1/2] a: b": "v2-1-2-a-b", `x"; filename=/etc/passwd`: "x-filename-etc-passwd", "äö": "patch", "../..": "patch",
		"": "patch", strings.Repeat("x", 300): strings.Repeat("x", 200), "a\r\nSet-Cookie: x": "a-Set-Cookie-x",
		".hidden.": "hidden.",
	} {
		if got := fileName(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestFaultsOfTheDatabase(t *testing.T) {
	t.Parallel()
	for _, err := range []error{engine.ErrClosed, errors.New("secret words")} {
		s := newServer()
		s.get("/")
		s.store.Fails = err
		for _, url := range []string{"/", "/patch/2/", "/series/1/mbox/", "/project/demo/patch/m2%2Fx@example.org/mbox/"} {
			if w := s.get(url); w.Code != 503 || strings.Contains(w.Body.String(), "secret") {
				t.Errorf("%v: %s: %d %s", err, url, w.Code, w.Body)
			}
		}
	}
}

// TestGitReadsTheSeries: git am takes the file of a series.
func TestGitReadsTheSeries(t *testing.T) {
	needs.Git(t)
	t.Parallel()
	c := exec.Command("git", "mailsplit", "-o"+t.TempDir())
	c.Stdin = newServer().get("/series/1/mbox/").Body
	if out, err := c.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != "2" {
		t.Errorf("%v: %s", err, out)
	}
}
