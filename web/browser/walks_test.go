package browser

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// link follows the first link in a part of the page whose text has these words.
func (b *tab) link(part, words string) {
	b.t.Helper()
	found := eval[bool](b, `(() => {
		document.querySelectorAll('.walked').forEach((e) => e.classList.remove('walked'));
		const a = Array.from(document.querySelectorAll(`+quoted(part)+` + ' a[href]')).find((a) => a.innerText.includes(`+quoted(words)+`));
		if (a) a.classList.add('walked');
		return a !== undefined;
	})()`)
	if !found {
		b.t.Fatalf("%s: %s has no link %q", b.path(), part, words)
	}
	b.click(".walked")
}

// soon opens a page again and again until it has a text: what is asked for there happens a little later.
func (b *tab) soon(path, selector, text string) {
	b.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		b.visit(path)
		if strings.Contains(b.text(selector), text) {
			return
		}
	}
	b.t.Fatalf("%s: %s never has the text %q: %s", path, selector, text, b.text(selector))
}

// TestWalkReview is the morning of a maintainer: find a series, see what has changed since v1, read a remark at its
// line, set the series accepted, and think better of it.
func TestWalkReview(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, maintainer)
	b.visit("/")
	b.link("main", "frob")
	b.want("h1", "Series")
	b.link("table.list", "räkna tecken")
	b.want("h1", "räkna tecken")

	b.link("nav[aria-label=Versions]", "what changed")
	b.want("main", "frob: count characters in frob_count()")
	b.want("main details.file", "→")

	b.link("main p", "v1")
	b.link("table.list", "frob: count characters in frob_count()")
	b.want("article.mail", "Olu")
	b.link("nav.along", "räkna tecken")
	b.link("nav[aria-label=Versions]", "v2")

	b.want("table.list tbody", "new")
	b.check("input[name=all]")
	b.set("select[name=state]", "accepted")
	b.click("button[value=update]")
	b.want("div.done", "3 patches set to accepted")
	b.want("p.about", "accepted")
	b.click("div.done button")
	b.want("p.about", "new")
}

// TestWalkRemark reads a remark beside the line that it is about, and follows it to the whole mail.
func TestWalkRemark(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, "")
	b.visit("/project/frob/series/?state=*")
	b.link("table.list", "frob: check for a failed malloc")
	if b.path() != "/project/frob/patch/"+reviewed+"/" { // a series of one may show its patch on its own page
		b.link("table.list", "frob: check for a failed malloc")
	}
	b.want("table.code .remark", "the caller in main.c should look at it too")
	if line := eval[string](b, "document.querySelector('table.code tr.remarks').previousElementSibling.innerText"); line == "" {
		t.Error("the remark stands below no line")
	} else if want := "return NULL;"; !strings.Contains(line, want) {
		t.Errorf("the remark stands below %q, want %q", line, want)
	}
	b.act(chromedp.Click(chromedp.CSS("table.code .remark a")))
	b.want("article.mail:target", "Reviewed-by: Ada Venn")
}

// TestWalkFailure finds from the list why a series is not fit: the check that failed, and what it says.
func TestWalkFailure(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, maintainer)
	b.visit("/project/frob/series/")
	b.want("table.list .fail", "fail 1")
	eval[bool](b, "document.querySelector('table.list .fail').closest('tr').querySelector('td.name a').classList.add('walked'), true")
	b.click(".walked")
	b.want("table.list .fail", "fail 1")
	eval[bool](b, "document.querySelector('table.list .fail').closest('tr').querySelector('td.name a').classList.add('walked'), true")
	b.click(".walked")
	b.want("details.checks summary", "tests fail")
	if !b.has("details.checks[open]") {
		b.act(chromedp.Click(chromedp.CSS("details.checks summary")))
	}
	b.want("details.checks table", "1 of 3 failed")
}
