package web_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"patchwatch/web/internal/webtest/town"
)

// TestArchivePages looks at what pages of mails and threads have, and at what they are made of.
func TestArchivePages(t *testing.T) {
	t.Parallel()
	s := newArchive(t)
	for url, wants := range map[string][]string{
		"/demo/": {
			"<h1>Mail</h1>", `<a href="/demo/cover/T/#u"><bdi>[v2,0/2] add it</bdi></a>`, "/demo/new.atom",
			`<time class="sub" datetime="2026-10-06T12:00:00Z" title="6 Oct 2026 12:00 UTC">6 Oct 2026</time>`,
		},
		"/all/": {"<h1>All lists</h1>", `<td data-label="Mails">6</td>`, "/all/a%2Fb"},
		"/demo/first/": {
			"Ann &lt;ann@example.org&gt;", "A &lt;message&gt; &amp; more.", `href="/project/demo/patch/first/">Patch`,
			`href="/other/first/"`,
			"In-Reply-To=%3Cfirst%3E&amp;Subject=Re%3A%20%5BPATCH", "git send-email --in-reply-to='first'",
			`<li class="d2"><time datetime="2026-10-03T12:00:00Z">3 Oct 2026 12:00 UTC</time>`,
			`<strong aria-current="true"><a href="/demo/first/">`,
		},
		"/demo/elsewhere/":        {"Over here.", `<a href="/other/elsewhere/">on <bdi>other</bdi>`},
		"/demo/on-first/T/":       {"6 mails", `id="u"><a href="/demo/on-first/">`, "Over here.", `<article class="mail d0"`},
		"/demo/on-first/t/":       {"6 mails", `<article class="mail d3"`, "in order of time"},
		"/other/new.html":         {"From the start.", "Over here.", "A copy."},
		"/all/topics_new.html":    {`href="/all/late/T/#u"`},
		"/all/topics_active.html": {`href="/all/late/T/#u"`},
		"/demo/description":       {"Demo\n"},
	} {
		w := s.get("", url)
		body := w.Body.String()
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s: %d, without %s: %s", url, w.Code, want, body)
			}
		}
		if strings.HasSuffix(url, "description") {
			continue
		}
		if _, err := html.Parse(strings.NewReader(body)); err != nil || strings.Contains(body, "ZgotmplZ") {
			t.Errorf("%s: %v %s", url, err, body)
		}
	}
}

// TestCopies looks at how mails of one Message-ID differ.
func TestCopies(t *testing.T) {
	t.Parallel()
	s := newArchive(t)
	has := func(url string, wants ...string) {
		t.Helper()
		w := s.get("", url)
		for _, want := range wants {
			if w.Code != 200 || !strings.Contains(w.Body.String(), want) {
				t.Errorf("%s: %d, without %s: %s", url, w.Code, want, w.Body)
			}
		}
	}
	has("/demo/second/d/", "There are none.")
	has("/demo/first/", `<a href="/demo/first/d/" rel="nofollow">copies that differ</a>`)
	has("/demo/first/d/", `<a href="/other/">on <bdi>other</bdi></a>`, `<tr class="add"><td>+A copy.</td></tr>`)
	s.Deliver(town.Mail{
		ID: "second", From: "Mallory <ann@example.org>", List: "demo", Subject: "[PATCH v2 2/2] <b>forged</b>",
		Text: "Otherwise.\n", Day: 9,
	})
	has("/demo/second/d/", `<tr class="add"><td>+Otherwise.</td></tr>`, `&lt;b&gt;forged&lt;/b&gt;`, `<tr class="del">`)
	s.Deliver(town.Mail{ID: "second", From: "a@example.org", List: "demo", Subject: "long", Text: strings.Repeat("x\n",
		6000), Day: 10})
	has("/demo/second/d/", "too long")
	if err := s.Hide(t.Context(), "admin", []int64{s.Mail("demo", "second")}, true); err != nil {
		t.Fatal(err)
	}
	if w := s.get("", "/demo/second/d/"); w.Code != 410 {
		t.Errorf("the hidden one: %d", w.Code)
	}
}

// TestListPages pages through a list from the newest mail to the oldest, and back.
func TestListPages(t *testing.T) {
	t.Parallel()
	s := newOnDisk(t)
	var mails []town.Mail
	for i := range 500 {
		mails = append(mails, town.Mail{
			ID: fmt.Sprintf("n%d", i), From: "a@example.org", List: "demo", Subject: fmt.Sprintf("subject %d.", i), Day: 7 +
				i/25, Text: "x",
		})
	}
	s.Deliver(mails...)
	next := func(body, rel string) string {
		_, rest, ok := strings.Cut(body, `<p><a href="?t=`)
		if rel == "next" {
			before, _, found := strings.Cut(body, `" rel="next">older`)
			rest, ok = before[strings.LastIndex(before, "?t=")+3:], found
		}
		if !ok {
			return ""
		}
		t, _, _ := strings.Cut(rest, `"`)
		return t
	}
	seen, at, pages, last := map[string]bool{}, "", 0, ""
	for ; pages < 20; pages++ {
		body := s.get("", "/demo/?t="+at).Body.String()
		for i := range mails {
			if strings.Contains(body, "<bdi>"+mails[i].Subject+"</bdi>") {
				seen[mails[i].ID] = true
			}
		}
		last = at
		if at = next(body, "next"); at == "" {
			break
		}
	}
	if len(seen) != len(mails) || pages < 2 || pages > 5 {
		t.Errorf("%d of %d mails on %d pages", len(seen), len(mails), pages)
	}
	back := next(s.get("", "/demo/?t="+last).Body.String(), "prev")
	body := s.get("", "/demo/?t="+back).Body.String()
	if !strings.HasSuffix(back, "-") || !strings.Contains(body, "subject 1") || !strings.Contains(body, "older") {
		t.Errorf("back at %s: %s", back, body)
	}
	for _, nonsense := range []string{"x", "-", "99999999999999", "20261301000000-", "2026"} {
		if w := s.get("", "/demo/?t="+nonsense); w.Code != 200 {
			t.Errorf("%s: %d", nonsense, w.Code)
		}
	}
}

// TestPagesOfALongThread: a long thread is on several pages, which have each mail once.
func TestPagesOfALongThread(t *testing.T) {
	t.Parallel()
	s := newOnDisk(t)
	mails := []town.Mail{{ID: "root", From: "a@example.org", List: "demo", Subject: "long", Day: 1, Text: "x"}}
	for i := range 450 {
		mails = append(mails, town.Mail{
			ID: fmt.Sprintf("n%03d", i), From: "a@example.org", List: "demo", Subject: "Re: long", Refs: "root", Day: 2 + i/20,
			Text: "y",
		})
	}
	s.Deliver(mails...)
	for _, form := range []string{"T/", "t/"} {
		seen, at, pages := map[string]int{}, "/demo/n100/"+form, 0
		for ; at != "" && pages < 10; pages++ {
			body := s.get("", at).Body.String()
			for i := range mails {
				seen[mails[i].ID] += strings.Count(body, `<a href="/demo/`+mails[i].ID+`/"><bdi>`)
			}
			_, rest, _ := strings.Cut(body, ` · <a href="/demo/n100/`+form+"?o=")
			if at, _, _ = strings.Cut(rest, `"`); at != "" {
				at = "/demo/n100/" + form + "?o=" + at
			}
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%s is there %d times", id, n)
			}
		}
		if len(seen) != 451 || pages != 3 {
			t.Errorf("%d mails on %d pages", len(seen), pages)
		}
	}
	if body := s.get("", "/demo/root/").Body.String(); !strings.Contains(body, "The thread goes on.") {
		t.Error("the overview is not cut")
	}
}

// TestPagesOfADeepThread: where each mail names only the one that it answers, a thread is found a step at a time. A
// page goes so many steps and says that there is more; the file of the thread has all of it.
func TestPagesOfADeepThread(t *testing.T) {
	t.Parallel()
	s := newOnDisk(t)
	mails, above := []town.Mail(nil), ""
	for i := range 1000 {
		id := fmt.Sprintf("n%03d", i)
		mails = append(mails, town.Mail{ID: id, From: "a@example.org", List: "demo", Subject: "deep", Refs: above, Day: 2, Text: "y"})
		above = id
	}
	s.Deliver(mails...)
	body := s.get("", "/demo/n500/t/").Body.String()
	if _, count, _ := strings.Cut(body, "<p>"); !strings.Contains(count, " and more mails, 1 to 200 here") {
		t.Errorf("the page is not cut: %.200s", count)
	}
	if n := strings.Count(s.get("", "/demo/n500/t.mbox").Body.String(), "\nMessage-ID: "); n != len(mails) {
		t.Errorf("the file has %d mails", n)
	}
}

// TestPagesOfALongMail: a text that is too long for one page is on several, whole.
func TestPagesOfALongMail(t *testing.T) {
	t.Parallel()
	s := newWhole(t)
	lines := strings.Repeat("A line of a very long mail.\n", 50_000)
	line := strings.Repeat("\u00e4", 600_000)
	s.Deliver(town.Mail{ID: "lines", From: "a@example.org", List: "demo", Subject: "long", Day: 1, Text: lines},
		town.Mail{ID: "line", From: "a@example.org", List: "demo", Subject: "long", Day: 1, Text: line, Header: "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"})
	for id, want := range map[string]string{"lines": lines, "line": line} {
		if got := s.shownOn("/demo/" + id + "/"); got != withoutSpace(want) {
			t.Errorf("%s: %d bytes are shown, not %d", id, len(got), len(withoutSpace(want)))
		}
	}
}

// TestAttachments: parts of a mail are sent as files that a browser does nothing with.
func TestAttachments(t *testing.T) {
	t.Parallel()
	s := newOnDisk(t)
	s.Deliver(town.Mail{
		ID: "with", From: "a@example.org", List: "demo", Subject: "files", Day: 7,
		Header: "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n",
		Text: "--b\n\nHello.\n--b\nContent-Type: text/html; name=\"../a b<>.html\"\n\n<script>1</script>\n" +
			"--b\nContent-Type: image/svg+xml; name=x.svg\n\n<svg/>\n--b--\n",
	})
	body := s.get("", "/demo/with/").Body.String()
	for _, want := range []string{"Hello.", `href="/demo/with/2-a-b--.html"`, "../a b&lt;&gt;.html",
		`href="/demo/with/3-x.svg"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	for url, want := range map[string]string{
		"/demo/with/2-a-b--.html": "text/plain; charset=utf-8  <script>1</script>",
		"/demo/with/3-x.svg":      "application/octet-stream attachment; filename=x.svg <svg/>",
		"/demo/with/1-any":        "text/plain; charset=utf-8  Hello.",
	} {
		w := s.get("", url)
		h := w.Result().Header
		got := h.Get("Content-Type") + " " + h.Get("Content-Disposition") + " " + w.Body.String()
		if strings.TrimSpace(got) != want || h.Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
			t.Errorf("%s: %q %v", url, got, h)
		}
	}
	for _, url := range []string{"/demo/with/4-x", "/demo/with/0-x", "/demo/with/99999999999999999999-x",
		"/demo/nothing@x/1-x"} {
		if w := s.get("", url); w.Code != 404 {
			t.Errorf("%s: %d", url, w.Code)
		}
	}
}

// TestOldPlaces: where mails were before 2014 leads to where they are.
func TestOldPlaces(t *testing.T) {
	t.Parallel()
	s := newArchive(t)
	for url, want := range map[string]string{
		"/demo/m/first/": "/demo/first/", "/demo/m/first.html": "/demo/first/", "/demo/f/first/": "/demo/first/",
		"/demo/m/first.txt": "/demo/first/raw", "/demo/t/first/": "/demo/first/t/",
		"/demo/t/first.mbox.gz": "/demo/first/t.mbox.gz",
		"/demo/T/first/":        "/demo/first/T/", "/demo/R/first/": "/demo/first/#R", "/demo/t/first.html": "/demo/first/t/",
		"/demo/atom.xml": "/demo/new.atom", "/demo/index.html": "/demo/", "/demo/m/a%2Fb@x/": "/demo/a%2Fb@x/",
		"/demo/first/T": "/demo/first/T/", "/demo/first/t?x=y": "/demo/first/t/?x=y",
	} {
		if w := s.get("", url); w.Code != 301 || w.Result().Header.Get("Location") != "http://pw.example.org"+want {
			t.Errorf("%s: %d %v", url, w.Code, w.Result().Header)
		}
	}
	if w := s.get("", "/demo/0123abcd/s/"); w.Result().Header.Get("Location") != "/demo/?q=dfblob%3A0123abcd" {
		t.Errorf("%d %v", w.Code, w.Result().Header)
	}
	if w := s.get("", "/demo/zz/s/"); w.Code != 404 {
		t.Errorf("%d %v", w.Code, w.Result().Header)
	}
}
