package pages_test

import (
	"fmt"
	"html"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"patchwatch/track"
)

// decided is what stands about a patch.
func (s *server) decided(id string) string {
	s.t.Helper()
	number := s.Mail("demo", id)
	rows, err := s.PatchRows(s.t.Context(), []int64{number}, track.Scope{})
	if err != nil {
		s.t.Fatal(err)
	}
	r := rows[number]
	return fmt.Sprint(r.State, " ", r.Delegate, " ", r.Archived)
}

// post sends a form. Names in braces are the numbers of mails.
func (s *server) post(url, form string) *httptest.ResponseRecorder {
	s.t.Helper()
	for _, id := range []string{"cover", "first", "second", "lone/x@example.org"} {
		form = strings.ReplaceAll(form, "{"+id+"}", fmt.Sprint(s.Mail("demo", id)))
	}
	return s.do("POST", url, form)
}

// TestActAndUndo sends the form of Patchwork's list, as scripts do, and the one of the list of series.
func TestActAndUndo(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.as = "maint"
	for _, c := range []struct{ url, form, first, lone, said string }{
		{"/project/demo/list/?state=*&page=1",
			"form=patch-list-form&patch_id:{first}=on&action=update&state=3&delegate=*&archived=*",
			"accepted del@example.org false", "queued  false", "1 patch set to accepted."},
		{"/project/demo/list/", "patch_id:{first}=on&patch_id:{lone/x@example.org}=on&action=Update&state=*&delegate=&archived=True",
			"new  true", "queued  true", "1 patch delegated to nobody, 2 patches archived."},
		{"/project/demo/series/", "series_id:{cover}=on&state=4", "rejected del@example.org false", "queued  false",
			"2 patches set to rejected."},
	} {
		first, lone := s.decided("first"), s.decided("lone/x@example.org")
		w := s.post(c.url, c.form)
		to := w.Header().Get("Location")
		if w.Code != 303 || !strings.HasPrefix(to, strings.SplitN(c.url, "?", 2)[0]) {
			t.Fatalf("%s: %d %s %s", c.form, w.Code, to, w.Body)
		}
		if a, b := s.decided("first"), s.decided("lone/x@example.org"); a != c.first || b != c.lone {
			t.Errorf("%s: %s, %s", c.form, a, b)
		}
		body := s.page(to)
		form := regexp.MustCompile(`<form method="post" action="(/project/demo/undo/[^"]+)"><button class="minor" name="did" value="([^"]+)">Undo`).
			FindStringSubmatch(body)
		if form == nil || !strings.Contains(body, "<p>"+c.said+"</p>") {
			t.Fatalf("%s: nothing to undo, or not said: %s", c.form, body)
		}
		s.as = "root"
		if strings.Contains(s.page(to), "Undo") {
			t.Error("somebody else may undo it")
		}
		s.as = "maint"
		undone := s.post(html.UnescapeString(form[1]), "did="+form[2])
		if back := undone.Header().Get("Location"); undone.Code != 303 || !strings.HasPrefix(back, "/project/demo/") {
			t.Errorf("%d %s %s", undone.Code, back, undone.Body)
		}
		if a, b := s.decided("first"), s.decided("lone/x@example.org"); a != first || b != lone {
			t.Errorf("%s undone: %s, %s; before it was %s, %s", c.form, a, b, first, lone)
		}
	}
}

// TestUndoIsOnes: what somebody else decided since stays.
func TestUndoIsOnes(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.as = "maint"
	s.post("/project/demo/list/", "patch_id:{first}=on&state=3")
	s.as = "root"
	s.post("/project/demo/list/", "patch_id:{first}=on&state=4")
	s.as = "maint"
	w := s.post("/project/demo/undo/?next=https://evil.example.com/", "did=state:"+fmt.Sprint(s.Mail("demo", "first")))
	if got := s.decided("first"); w.Code != 303 || w.Header().Get("Location") != "/" || !strings.HasPrefix(got,
		"rejected") {
		t.Errorf("%d %s, %s", w.Code, w.Header().Get("Location"), got)
	}
}

func TestActsAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.AddPrivate()
	before := s.decided("first") + s.decided("lone/x@example.org")
	for _, c := range []struct {
		as, url, form string
		status        int
	}{
		{"", "list/", "patch_id:{first}=on&state=3", 403}, {"strange", "list/", "patch_id:{first}=on&state=3", 403},
		{"ann", "list/", "patch_id:{first}=on&patch_id:{lone/x@example.org}=on&state=3", 403},
		{"maint", "list/", "patch_id:{first}=on&state=99", 400}, {"maint", "list/", "patch_id:x=on&state=3", 400},
		{"maint", "list/", "patch_id:{first}=on&delegate=strange", 400}, {"maint", "list/", "patch_id:{first}=on&archived=x",
			400},
		{"maint", "list/", "patch_id:{cover}=on&state=3", 400}, {"maint", "list/", "patch_id:{first}=on&action=burn", 400},
		{"maint", "list/", "patch_id:{first}=on&action=create&bundle_name=a/b", 400}, {"maint", "series/",
			"series_id:99999=on&state=3", 400},
		{"maint", "list/", "patch_id:{first}=on&action=add&bundle_id=3", 404}, {"", "list/", "action=create&name=x", 403},
		{"maint", "list/", "%zz", 400}, {"", "undo/", "did=state:1", 403}, {"maint", "undo/", "did=junk", 303},
	} {
		s.as = c.as
		if w := s.post("/project/demo/"+c.url, c.form); w.Code != c.status {
			t.Errorf("%s %s by %q: %d %s", c.url, c.form, c.as, w.Code, w.Body)
		}
	}
	if after := s.decided("first") + s.decided("lone/x@example.org"); after != before {
		t.Errorf("it was %s, and is %s", before, after)
	}
	s.as = "maint"
	if w := s.do("POST", "/project/inside/list/", "state=3"); w.Code != 404 {
		t.Errorf("private: %d", w.Code)
	}
}

func TestBundleForms(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.as = "ann"
	patches := func(name string) string {
		all, err := s.Bundles(t.Context(), s.Users["ann"].ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range all {
			if b.Name == name {
				return fmt.Sprint(b.ID, b.Patches)
			}
		}
		return ""
	}
	s.post("/project/demo/list/", "patch_id:{first}=on&action=create&bundle_name=new one")
	made := patches("new one")
	id, _, _ := strings.Cut(made, " [")
	if !strings.HasSuffix(made, "[<first>]") {
		t.Fatalf("made: %q", made)
	}
	s.post("/project/demo/list/", "patch_id:{second}=on&action=add&bundle_id="+id)
	s.post("/project/demo/list/", "patch_id:{first}=on&action=remove&bundle_id="+id)
	if got := patches("new one"); got != id+" [<second>]" {
		t.Errorf("then it is %s", got)
	}
	if w := s.post("/project/demo/list/", "patch_id:{first}=on&action=create&bundle_name=new one"); w.Code != 400 {
		t.Errorf("twice: %d %s", w.Code, w.Body)
	}
}
