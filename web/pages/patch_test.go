package pages_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"

	"patchwatch/db"
	"patchwatch/db/dbtest"
	"patchwatch/track"
	"patchwatch/web/internal/webtest/town"
)

const frob = `The old code counted bytes.

Signed-off-by: Ann <ann@example.org>
---
 frob.c | 2 +-

diff --git a/frob.c b/frob.c
--- a/frob.c
+++ b/frob.c
@@ -10,3 +10,3 @@ int frob(const char *s)
 	int n = 0;
-	while (*s++)
+	while (*s && <script>alert(1)</script>)
 	 n++;
diff --git a/old name.c b/new name.c
similarity index 90%
rename from old name.c
rename to new name.c
@@ -1 +1 @@
-one
+  one
-- 
2.39.5
`

// frobbed is a town in which a patch was talked about.
func frobbed(t *testing.T) *server {
	s := newServer(t)
	s.Deliver(
		town.Mail{ID: "frob", From: "Ann <ann@example.org>", List: "demo", Subject: "[PATCH] frob: <b>count</b>", Text: frob,
			Day: 10},
		town.Mail{ID: "f1", From: "Bob \"</a><i>\" <bob@example.org>", List: "demo", Subject: "Re: frob", Refs: "frob",
			Day: 11,
			Text: "Hello Ann,\n\n> -	while (*s++)\n> +	while (*s && <script>alert(1)</script>)\n\nThis <misses> the last one.\n\n" +
				"> something else\nWhat?\n\nReviewed-by: Bob <bob@example.org>\n-- \nBob\u202e\n"},
		town.Mail{ID: "f2", From: "Ann <ann@example.org>", List: "demo", Subject: "Re: frob", Refs: "f1", Day: 12,
			Text: "> This <misses> the last one.\nRight.\n"},
	)
	return s
}

func TestPatchPage(t *testing.T) {
	t.Parallel()
	s := frobbed(t)
	const at = "/project/demo/patch/frob/"
	body := s.page(at)
	for _, want := range []string{
		"<h1><bdi>frob: &lt;b&gt;count&lt;/b&gt;</bdi></h1>", `<dt>State</dt><dd><span class="state ">new</span></dd>`,
		"The old code counted bytes.\n", `<ol class="files">`, `<a href="#file-2"><bdi>old name.c → new name.c</bdi></a>`,
		`<tr class="del"><td data-n="11"></td><td></td><td>-	while (*s<b>++</b>)</td></tr>`,
		"&lt;script&gt;", `<tr class="remarks">`, "<pre class=\"text\">\nThis &lt;misses&gt; the last one.\n</pre>",
		"<bdi>Reviewed-by: Bob &lt;bob@example.org&gt;</bdi>", "<q>What?</q>", "\n-- \n2.39.5\n",
		`href="/project/demo/patch/frob/?w=1#diff"`, `<dt>Message-ID</dt><dd><code>frob</code></dd>`,
		`<dt>List-Id</dt><dd>&lt;demo.lists.example.org&gt;</dd>`, `href="/project/demo/patch/frob/mbox/"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	for _, never := range []string{"<script>", "<i>", "Hello Ann</q>", "\u202e"} {
		if strings.Contains(body, never) {
			t.Errorf("%s is in %s", never, body)
		}
	}
	line := strings.Index(body, "&lt;script&gt;")
	remark, answer := strings.Index(body, "\nThis &lt;misses"), strings.Index(body, "\nRight.")
	after := strings.Index(body, "	 n++;")
	if !(line < remark && remark < answer && answer < after) {
		t.Errorf("the line is at %d, the remark at %d, its answer at %d, the next line at %d", line, remark, answer, after)
	}
	// Each mail is whole in the thread, and the talk is a tree.
	thread := body[strings.Index(body, `id="thread"`):]
	for _, want := range []string{
		"Hello Ann,", "&gt; something else", "\n-- \nBob", `<article class="mail in0"`, `<article class="mail in1"`,
		"\nRight.\n",
	} {
		if !strings.Contains(thread, want) {
			t.Errorf("no %s in the thread %s", want, thread)
		}
	}
}

func TestPatchShownOtherwise(t *testing.T) {
	t.Parallel()
	s := frobbed(t)
	const at = "/project/demo/patch/frob/"
	s.has(at+"?w=1", "<em>only white space changed</em>", ">show white space</a>", `<td>   one</td>`,
		`href="/project/demo/patch/frob/?fold=1&amp;w=1#diff"`)
	s.lacks(at+"?w=1", "</b>one</td>")
	s.has(at+"?fold=1", `<details class="file" id="file-1" data-row><summary>`, ">unfold all</a>")
	s.has(at+"?file=2", "<td>+<b>  </b>one</td>", ">all files</a>")
	s.lacks(at+"?file=2", `id="file-1"`)
	for _, none := range []string{"3", "0", "-1", "x", "99999999999999999999"} {
		if w := s.do("GET", at+"?file="+none, ""); w.Code != 404 {
			t.Errorf("file=%s: %d", none, w.Code)
		}
	}
}

// TestLargePatch: a large file is not shown at once, unless there is a remark on it; but it can be had.
func TestLargePatch(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	var text strings.Builder
	for _, name := range []string{"a", "b"} {
		fmt.Fprintf(&text, "diff --git a/%s b/%s\n--- a/%s\n+++ b/%s\n@@ -0,0 +1,3000 @@\n", name, name, name, name)
		for i := range 3000 {
			fmt.Fprintf(&text, "+%s line %d\n", name, i)
		}
	}
	s.Deliver(
		town.Mail{ID: "big", From: "ann@example.org", List: "demo", Subject: "[PATCH] big", Text: text.String(), Day: 10},
		town.Mail{ID: "b1", From: "bob@example.org", List: "demo", Subject: "Re: big", Refs: "big", Day: 11,
			Text: "> +b line 2500\nNo.\n"},
	)
	const at = "/project/demo/patch/big/"
	s.has(at, `<p>3004 lines: <a href="/project/demo/patch/big/?file=1">show this file</a>.</p>`, "<td>+b line 2999</td>")
	s.lacks(at, "+a line 1<")
	s.has(at+"?file=1", "<td>+a line 2999</td>")
}

func TestCoverPage(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.has("/project/demo/cover/cover/", "What it is for.\n", `<li value="1"><a href="/project/demo/patch/first/"><bdi>`,
		"\nThanks.\n", `<link rel="next" href="/project/demo/patch/first/">`)
	s.has("/project/demo/patch/first/", `<link rel="prev" href="/project/demo/cover/cover/">`,
		`<link rel="next" href="/project/demo/patch/second/">`, "<span>1/2</span>", "Acked-by: Bob")
	s.lacks("/project/demo/patch/first/", "Buy.") // it is hidden
	for url, want := range map[string]int{
		"/project/demo/patch/spam/": 410, "/project/demo/cover/spam-cover/": 410, "/project/demo/patch/none/": 404,
		"/project/demo/cover/first/": 302, "/project/demo/patch/cover/": 302, "/project/demo/patch/on-first/": 404,
	} {
		if w := s.do("GET", url, ""); w.Code != want {
			t.Errorf("%s: %d, want %d", url, w.Code, want)
		}
	}
}

// TestThreadInACircle: mails that refer to each other are all shown.
func TestThreadInACircle(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	var mails []town.Mail
	for i := range 40 {
		mails = append(mails, town.Mail{ID: fmt.Sprintf("c%d", i), From: "bob@example.org", List: "demo",
			Subject: "Re: first",
			Refs:    fmt.Sprintf("c%d>\nReferences: <first", (i+1)%40), Day: 10, Text: fmt.Sprintf("Words %d.\n", i)})
	}
	s.Deliver(mails...)
	for i := range 40 {
		s.has("/project/demo/patch/first/", fmt.Sprintf("\nWords %d.\n", i))
	}
}

// TestPatchPageAsksLittle: a page takes the same number of calls, however much was said.
func TestPatchPageAsksLittle(t *testing.T) {
	t.Parallel()
	e, counter := dbtest.Counting(dbtest.NewMemory())
	store, err := db.New(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	s := serveTown(t, town.Build(t, store))
	const at = "/project/demo/patch/first/"
	s.page(at)
	counter.Take()
	s.page(at + "?w=1")
	few, _ := counter.Take()
	for i := range 30 {
		s.Deliver(town.Mail{ID: fmt.Sprintf("m%d", i), From: "bob@example.org", List: "demo", Subject: "Re: first",
			Refs: "first", Day: 10, Text: fmt.Sprintf("> +two\nWords %d.\n", i)})
		k := track.Check{User: s.Users["maint"].ID, Context: fmt.Sprint("c", i)}
		if _, err := s.AddCheck(context.Background(), "admin", k, s.patch("first")); err != nil {
			t.Fatal(err)
		}
	}
	s.page(at)
	counter.Take()
	s.page(at + "?w=1")
	many, _ := counter.Take()
	for _, keeper := range []string{"Changes", "Epoch"} { // whether an answer still holds, which it may ask twice
		delete(few, keeper)
		delete(many, keeper)
	}
	if !maps.Equal(few, many) {
		t.Errorf("first %v, then %v", few, many)
	}
}

// patch is the number of a patch.
func (s *server) patch(id string) int64 {
	s.t.Helper()
	page, err := s.PatchPage(context.Background(), track.PatchQuery{MsgIDs: track.In[string]{"<" + id + ">"},
		Paging: track.Paging{Limit: 1}})
	if err != nil || len(page.Rows) != 1 {
		s.t.Fatalf("%v %v", page, err)
	}
	return page.Rows[0].ID
}

// seriesOf is the number of the series of a patch, whoever sees it.
func (s *server) seriesOf(id string) int64 {
	s.t.Helper()
	page, err := s.PatchPage(context.Background(), track.PatchQuery{MsgIDs: track.In[string]{"<" + id + ">"},
		Scope: track.Scope{Whole: true}, Paging: track.Paging{Limit: 1}})
	if err != nil || len(page.Rows) != 1 {
		s.t.Fatalf("%v %v", page, err)
	}
	return page.Rows[0].Series.ID
}

// TestDecideOnPatchPage: who may decides by the form on the page, and takes it back.
func TestDecideOnPatchPage(t *testing.T) {
	t.Parallel()
	s := frobbed(t)
	const at = "/project/demo/patch/frob/"
	s.lacks(at, "<form method")
	s.as = "strange"
	s.lacks(at, "<form method")
	if w := s.do("POST", at, "action=update&state=accepted"); w.Code != 403 {
		t.Errorf("a stranger: %d", w.Code)
	}
	s.as = "maint"
	s.has(at, `<form method="post" action="?">`, `<option value="3">accepted</option>`)
	for form, want := range map[string]int{"state=nonsense": 400, "action=fly": 400, "delegate=strange": 400, "": 303} {
		if w := s.do("POST", at, form); w.Code != want {
			t.Errorf("%s: %d, want %d", form, w.Code, want)
		}
	}
	w := s.do("POST", at, "action=update&state=accepted&delegate=*&archived=True")
	if w.Code != 303 || !strings.HasPrefix(w.Header().Get("Location"), at+"?did=") {
		t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	s.has(w.Header().Get("Location"), `<span class="state good">accepted</span>, archived`,
		"1 patch set to accepted, 1 patch archived.",
		`>Undo</button>`)
	if w := s.do("POST", "/project/demo/patch/spam/", "state=accepted"); w.Code != 410 {
		t.Errorf("a hidden one: %d", w.Code)
	}
}
