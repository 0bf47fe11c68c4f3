package browser

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const seriesList, patchList = "/project/frob/series/", "/project/frob/list/"

// tasks are those of the table in docs/pages.md, and where they begin.
var tasks = []struct {
	name, from string
	do         func(*tab)
}{
	{"a series: its patches, their states, reviews and checks", seriesList, func(b *tab) {
		b.link("table.list", "räkna tecken")
		b.want("table.list", "utf8_length")
	}},
	{"what changed since the version before", seriesList, func(b *tab) {
		b.link("table.list", "räkna tecken")
		b.link("nav[aria-label=Versions]", "what changed")
		b.want("details.file", "util: add utf8_length()")
	}},
	{"set a series of three patches accepted", seriesList, accept},
	{"take that back", seriesList, func(b *tab) {
		accept(b)
		b.clicks = 0
		b.click("div.done button")
		b.want("table.list", "räkna tecken")
	}},
	{"the series in which a check has failed", seriesList, func(b *tab) {
		b.link("nav.filters", "failing")
		b.want("table.list", "fail 1")
	}},
	{"what is delegated to me", seriesList, func(b *tab) {
		b.link("header", "Mine")
		b.want("main", "räkna tecken")
	}},
	{"the mails that have a word in their text or diff", seriesList, func(b *tab) {
		b.clicks++
		b.act(chromedp.SendKeys(chromedp.CSS("#search"), "utf8_length"))
		b.lead(chromedp.KeyEvent(kb.Enter))
		b.want("main", "util: add utf8_length()")
	}},
	{"a patch with its remarks beside the lines", patchList, func(b *tab) {
		b.link("table.list", "check for a failed malloc")
		b.want("table.code .remark", "the caller in main.c")
	}},
}

func accept(b *tab) {
	b.check("input[data-item][aria-label*='räkna tecken']")
	b.set(".acts select[name=state]", "accepted")
	b.click("button[value=update]")
	b.want("div.done", "3 patches set to accepted")
}

// TestClicks does each task of the table in docs/pages.md, and compares how many clicks it takes.
func TestClicks(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../../docs/pages.md")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]int{} // by task, what the last column says
	for line := range strings.Lines(string(doc)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if n, err := strconv.Atoi(strings.TrimSpace(cells[len(cells)-1])); err == nil && len(cells) == 4 {
			said[strings.TrimSpace(cells[0])] = n
		}
	}
	if len(said) != len(tasks) {
		t.Errorf("docs/pages.md has %d tasks, and the test has %d: %v", len(said), len(tasks), said)
	}
	s := newServer(t)
	b := s.open(t, maintainer)
	for _, task := range tasks {
		b.visit(task.from)
		b.clicks = 0
		task.do(b)
		if b.clicks != said[task.name] {
			t.Errorf("%s: takes %d clicks, and docs/pages.md says %d", task.name, b.clicks, said[task.name])
		}
		if b.has("div.done button") {
			b.click("div.done button") // for the next task
		}
	}
}
