package browser

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"

	"patchwatch/web/internal/layout"
)

// empty are the pages of a server before any mail, project or user is there.
var empty = []shown{
	{name: "empty", path: "/"}, {name: "empty-search", path: "/search/"}, {name: "empty-mail", path: "/all/"},
	{name: "empty-found", path: "/search/?q=word", status: 404}, {name: "empty-login", path: "/user/login/"},
	{name: "empty-project", path: "/project/none/", status: 404},
}

// TestEmptyInstance looks at what a server shows before anything is there.
func TestEmptyInstance(t *testing.T) {
	t.Parallel()
	s := newEmpty(t)
	b := s.open(t, "")
	for _, p := range empty {
		t.Run(p.name, func(t *testing.T) { b.with(t, func() { checkPage(t, b, p) }) })
	}
	if _, body := s.get("", "/"); !strings.Contains(string(body), "No project is tracked yet") {
		t.Errorf("the first page does not say that there is no project: %s", body)
	}
}

// faults are pages that the real server has only when something in it or below it is broken. The tests of package web
// break it; here these pages are only looked at.
var faults = []shown{
	{name: "broken", path: "/500/", status: 500}, {name: "unavailable", path: "/503/", status: 503},
}

// newFaulty starts a server of which every page has failed.
func newFaulty(t testing.TB) *server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /static/{name}", func(w http.ResponseWriter, r *http.Request) {
		f, ok := layout.Static(r.PathValue("name"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", f.Type)
		_, _ = w.Write(f.Body)
	})
	for _, p := range faults {
		f := layout.Fault{Again: p.path, Page: layout.Page{
			Title: http.StatusText(p.status), Problem: "The server has failed to make this page.", Search: "/search/",
		}}
		page, err := f.Render()
		if err != nil {
			t.Fatal(err)
		}
		mux.HandleFunc("GET "+p.path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(p.status)
			_, _ = w.Write(page)
		})
	}
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return &server{sample: &sample{}, t: t, base: s.URL}
}

// TestFaults looks at the pages of a server that has failed: they say so, and lead back to where one was.
func TestFaults(t *testing.T) {
	t.Parallel()
	b := newFaulty(t).open(t, "")
	for _, p := range faults {
		t.Run(p.name, func(t *testing.T) {
			b.with(t, func() {
				checkPage(t, b, p)
				b.want("main [role=alert]", "Error:")
				b.link("main", "Try again")
				if got := b.path(); got != p.path {
					t.Errorf("trying again leads to %s", got)
				}
			})
		})
	}
}

// TestPrint sees that paper gets what is read, and nothing that is pressed.
func TestPrint(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, maintainer)
	for path, want := range map[string]string{
		"/series/{v2}/": "This series makes it count characters", "/project/frob/series/": "räkna tecken",
		"/project/frob/patch/" + reviewed + "/": "the caller in main.c should look at it too",
	} {
		b.visit(path)
		do(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
		b.want("main", want)
		if seen := eval[[]string](b, `Array.from(document.querySelectorAll('header, form.narrow, .acts, button, select, input'))
			.filter((e) => e.checkVisibility()).map((e) => e.outerHTML.slice(0, 100))`); len(seen) > 0 {
			t.Errorf("%s: paper gets %q", path, seen)
		}
		b.view(1280, "light")
	}
}

const hugeID = "huge@example.org"

// deliverHuge delivers a patch that is too long to be shown at once.
func (b *tab) deliverHuge() {
	b.t.Helper()
	var mail strings.Builder
	mail.WriteString("From: Eve <eve@example.org>\nSubject: [PATCH] huge\nDate: Mon, 9 Nov 2026 09:00:00 +0000\n" +
		"Message-ID: <" + hugeID + ">\nList-Id: <frob-devel.lists.example.org>\n\nMuch.\n---\n")
	for _, name := range []string{"one.c", "two.c", "three.c"} {
		mail.WriteString("diff --git a/" + name + " b/" + name + "\nnew file mode 100644\n--- /dev/null\n+++ b/" + name + "\n@@ -0,0 +1,9000 @@\n")
		mail.WriteString(strings.Repeat("+a line of "+name+"\n", 9000))
	}
	if err := os.WriteFile(b.dir+"/Maildir/new/1796000000.M2P1.example", []byte(mail.String()), 0o600); err != nil {
		b.t.Fatal(err)
	}
	b.soon("/project/frob/list/?q=huge", "main", "huge")
}

var huge = shown{name: "patch-huge", path: "/project/frob/patch/" + hugeID + "/", large: true}

// TestHugeDiff opens a patch that is too long to be shown at once, and follows it to the file that is left out.
func TestHugeDiff(t *testing.T) {
	t.Parallel()
	b := newServer(t).open(t, "")
	b.deliverHuge()
	b.with(t, func() { checkPage(t, b, huge) })
	b.visit(huge.path)
	b.want("main", "three.c")
	b.link("details.file p", "show this file")
	b.want("table.code", "a line of")
}
