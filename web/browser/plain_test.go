package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// TestWithoutScripts does with forms and links what scripts only make quicker.
func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, "")
	b.withoutScripts()
	b.visit("/user/todo/")
	b.fill("#name", maintainer)
	b.fill("#password", password)
	b.click("main form button")
	b.want("h1", "Mine")
	b.want("main", "Delegated to you")
	if len(eval[[]string](b, "Array.from(document.querySelectorAll('[data-script]')).filter((e) => e.offsetParent).map((e) => e.outerHTML)")) > 0 {
		t.Error("what only scripts do is offered without them")
	}

	b.click("section[aria-labelledby=delegated] td.name a")
	b.want("h1", "räkna tecken")
	b.set("select[name=state]", "accepted")
	b.check("input[name=all]")
	b.click("button[value=update]")
	b.want("div.done", "3 patches set to accepted")
	b.click("div.done button")
	b.want("table.list tbody", "new")

	b.visit("/project/frob/series/")
	b.check("input[data-item]")
	b.set("select[name=archived]", "archived")
	b.click("button[value=update]")
	b.want("div.done", "archived")

	b.visit("/")
	b.visit("/project/frob/patch/" + reviewed + "/")
	for _, shown := range []string{"malloc", "Right, and the caller in main.c should look at it too"} {
		b.want("main", shown)
	}
	b.fill("#search", "utf8_length")
	b.lead(chromedp.Submit(chromedp.CSS("form.search")))
	b.want("main", "util: add utf8_length()")
	b.fill("#name", "mine")
	b.click("form[action*=saved] button")
	b.want("main", "mine")
}

// fill types into a field.
func (b *tab) fill(selector, text string) {
	b.t.Helper()
	b.clicks++
	b.act(chromedp.Clear(chromedp.CSS(selector)), chromedp.SendKeys(chromedp.CSS(selector), text))
}

// check ticks a box.
func (b *tab) check(selector string) {
	b.t.Helper()
	b.clicks++
	b.act(chromedp.Click(chromedp.CSS(selector)))
}

// set chooses by the words of a choice.
func (b *tab) set(selector, choice string) {
	b.t.Helper()
	b.clicks++
	if !eval[bool](b, `(() => {
		const o = Array.from(document.querySelector(`+quoted(selector)+`).options).find((o) => o.text === `+quoted(choice)+`);
		if (o) o.selected = true;
		return o !== undefined;
	})()`) {
		b.t.Fatalf("%s: %s has no choice %q", b.path(), selector, choice)
	}
}

func (b *tab) act(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, end := b.limited()
	defer end()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v", b.path(), err)
	}
}
