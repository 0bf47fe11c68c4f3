package browser

import (
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// TestAlongByKeyboard goes from a series to its other versions, to what has changed between them, and to the series
// before and after it in the list that one came from; and copies the command that applies it.
func TestAlongByKeyboard(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, maintainer)
	b.visit("/series/{v2}/")
	v2 := b.path()
	b.tabTo("nav[aria-label=Versions] a")
	b.pressTo(kb.Enter)
	if b.path() == v2 {
		t.Error("the first version leads nowhere")
	}
	b.visit(v2)
	b.tabTo("nav[aria-label=Versions] a[href*='/diff/']")
	b.pressTo(kb.Enter)
	b.want("main", "2 changed, 1 unchanged")

	b.visit("/project/frob/series/?state=*")
	b.press("jjj")
	third := eval[string](b, "document.querySelector('.here a[href]').getAttribute('href')")
	b.pressTo("o")
	b.pressTo("n")
	if got := b.path(); got == third {
		t.Error("n leads nowhere")
	}
	b.pressTo("p")
	if got := b.path(); got != third {
		t.Errorf("n and p lead to %s, not to %s", got, third)
	}

	b.tabTo("button[data-copy]")
	b.press(kb.Enter)
	b.want("main", "copied")
}

// TestFoldByKeyboard folds a discussion of a thread away, and back.
func TestFoldByKeyboard(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, "")
	b.visit("/frob/" + coverV1 + "/t/")
	shown := func() int {
		return eval[int](b, "Array.from(document.querySelectorAll('article.mail')).filter((m) => m.checkVisibility()).length")
	}
	all := shown()
	b.tabTo("details.below > summary")
	what, _, _ := strings.Cut(eval[string](b, "document.activeElement.textContent"), " ")
	b.press(kb.Enter)
	if now := shown(); what != strconv.Itoa(all-now) {
		t.Errorf("%s answers are said to be folded, and %d are", what, all-now)
	}
	b.press(kb.Enter)
	if now := shown(); now != all {
		t.Errorf("of %d mails %d are there again", all, now)
	}
}
