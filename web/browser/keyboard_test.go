package browser

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// press presses keys, one after the other.
func (b *tab) press(keys string) {
	b.t.Helper()
	b.act(keyboard(keys))
}

// keyboard presses keys as a keyboard does: what a page prevents when a key goes down is not typed. chromedp.KeyEvent
// types it all the same.
func keyboard(keys string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, on *chromedp.Target) error {
		for _, key := range keys {
			for _, e := range strokes(key) {
				if _, err := cdp.Call(ctx, on, input.DispatchKeyEvent, e); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// strokes are what a key does: it goes down, with the text that it types, and up again.
func strokes(key rune) (all []input.DispatchKeyEventParams) {
	for _, e := range kb.Encode(key) {
		switch e.Type {
		case kb.KeyChar:
			all[0].Type, all[0].Text, all[0].UnmodifiedText = kb.KeyDown, e.Text, e.UnmodifiedText
		default:
			all = append(all, *e)
		}
	}
	return all
}

// pressTo presses keys that lead to another page.
func (b *tab) pressTo(keys string) {
	b.t.Helper()
	b.lead(keyboard(keys))
}

// mostStops is after how many things that the Tab key visits a page has become hard to use.
const mostStops = 250

// tabTo presses Tab until what a selector finds has the focus. All on the way must show that they have it.
func (b *tab) tabTo(selector string) {
	b.t.Helper()
	for range mostStops {
		b.press(kb.Tab)
		at := eval[struct {
			Here, Seen bool
			What       string
		}](b, `(() => {
			const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
			return {
				Here: e.matches(`+quoted(selector)+`), What: e.outerHTML.slice(0, 200),
				Seen: e === document.body || style.outlineStyle !== 'none' && box.width > 0 && box.left >= 0,
			};
		})()`)
		if !at.Seen {
			b.t.Errorf("%s: it is not seen that this has the focus: %s", b.path(), at.What)
		}
		if at.Here {
			return
		}
	}
	b.t.Fatalf("%s: Tab does not lead to %s", b.path(), selector)
}

// focused waits until what a selector finds has the focus by itself, which is a little after the page has come.
func (b *tab) focused(selector string) {
	b.t.Helper()
	here := "document.activeElement.matches(" + quoted(selector) + ")"
	for deadline := time.Now().Add(10 * time.Second); !eval[bool](b, here); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			b.t.Fatalf("%s: %s never has the focus", b.path(), selector)
		}
	}
}

// choose goes to a select, and to one of its choices by the arrow keys.
func (b *tab) choose(selector, choice string) {
	b.t.Helper()
	b.tabTo(selector)
	for range 30 {
		if eval[string](b, "document.activeElement.selectedOptions[0].text") == choice {
			return
		}
		b.press(kb.ArrowDown)
	}
	b.t.Fatalf("%s: the arrow keys do not lead to %q", selector, choice)
}

// TestSeriesByKeyboard does all that the page of a series offers, for some patches and for all, and takes it back.
func TestSeriesByKeyboard(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, maintainer)
	const done, states = "div.done", "table.list tbody"
	for _, c := range []struct {
		name, field, choice, done, shown, before string
	}{
		{"state", "select[name=state]", "accepted", "set to accepted", "accepted", "new"},
		{"delegate", "select[name=delegate]", "nobody", "delegated to nobody", "", "ada"},
		{"archive", "select[name=archived]", "archived", "archived", "archived", ""},
	} {
		for which, patches := range map[string]string{"some": "1 patch", "all": "3 patches"} {
			b.visit("/series/{v2}/")
			b.tick(which)
			b.choose(c.field, c.choice)
			b.tabTo("button[value=update]")
			b.pressTo(kb.Enter)
			b.want(done, patches)
			b.want(done, c.done)
			b.want(states, c.shown)
			b.tabTo("div.done button")
			b.pressTo(kb.Enter)
			b.want(states, c.before)
			if now := b.text(states); c.shown != "" && strings.Contains(now, c.shown) {
				t.Errorf("%s of %s is not taken back: %s", c.name, which, now)
			}
		}
	}
}

// tick ticks the second patch or all, by keys.
func (b *tab) tick(which string) {
	b.t.Helper()
	if which == "all" {
		b.tabTo("input[data-all]")
		b.press(" ")
	} else {
		b.press("jjx")
	}
	want := map[string]int{"some": 1, "all": 3}[which]
	if got := eval[int](b, "document.querySelectorAll('input[data-item]:checked').length"); got != want {
		b.t.Fatalf("%s: %d patches are ticked", which, got)
	}
}

// TestBundleByKeyboard makes a bundle of one patch, and adds all to it.
func TestBundleByKeyboard(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, maintainer)
	b.visit("/series/{v2}/")
	b.tick("some")
	b.tabTo("input[name=bundle_name]")
	b.press("by keys")
	b.tabTo("button[value=create]")
	b.pressTo(kb.Enter)
	b.tick("all")
	b.choose("select[name=bundle_id]", "by keys")
	b.tabTo("button[value=add]")
	b.pressTo(kb.Enter)
	b.visit("/bundle/" + maintainer + "/by%20keys/")
	for _, name := range []string{"utf8_length", "frob_count", "not ASCII"} {
		b.want("main", name)
	}
}

// TestBundlePageByKeyboard does what the page of a bundle offers: order, take out, make private, rename, delete.
func TestBundlePageByKeyboard(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, maintainer)
	b.visit("/bundle/" + maintainer + "/for-next/")
	const first = "table.list tbody tr td.name"
	b.want(first, "utf8_length")
	b.tabTo("input[name^=place]")
	b.press("9") // what a field has is selected when the Tab key leads there
	b.tabTo("button[value=order]")
	b.pressTo(kb.Enter)
	b.want(first, "frob_count")

	b.press("jx")
	b.tabTo("button[value=remove]")
	b.pressTo(kb.Enter)
	b.want("p.about", "2 patches")
	b.tabTo("button[value=private]")
	b.pressTo(kb.Enter)
	b.want("p.about", "private")
	b.tabTo("input[name=name]")
	b.press("by keys")
	b.tabTo("button[value=name]")
	b.pressTo(kb.Enter)
	b.want("h1", "by keys")

	b.tabTo("details.sure summary")
	b.press(kb.Enter)
	b.tabTo("button[value=delete]")
	b.pressTo(kb.Enter)
	b.want("h1", "Your bundles")
	if now := b.text("main"); strings.Contains(now, "by keys") || strings.Contains(now, "for-next") {
		t.Errorf("the bundle is still there: %s", now)
	}
}

// TestMarksByKeyboard takes back on the page of a series that it was seen, which opening it has said.
func TestMarksByKeyboard(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, maintainer)
	b.visit("/series/{v2}/")
	b.want("form.look", "Mark as unseen")
	b.tabTo("form.look button")
	b.pressTo(kb.Enter)
	b.want("form.look", "Mark as seen")
	b.visit("/user/todo/")
	b.want("section[aria-labelledby=delegated] tbody", "unseen")
}

// TestSavedByKeyboard saves a query, and forgets it.
func TestSavedByKeyboard(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, maintainer)
	b.visit("/search/?q=frob_count")
	b.tabTo("#name")
	b.press("by-keys")
	b.pressTo(kb.Enter)
	b.visit("/search/")
	b.want("main table", "by-keys")
	b.tabTo("button[name=forget]")
	b.pressTo(kb.Enter)
	if now := b.text("main"); strings.Contains(now, "by-keys") {
		t.Errorf("the query is still there: %s", now)
	}
}

// TestMineByKeyboard ticks off what is new.
func TestMineByKeyboard(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, maintainer)
	b.visit("/user/todo/")
	const part = "section[aria-labelledby=delegated] "
	b.want(part+"tbody", "unseen")
	b.tabTo(part + "input[data-item]")
	b.press(" ")
	b.tabTo(part + "button[value=seen]")
	b.pressTo(kb.Enter)
	if now := b.text(part + "tbody"); strings.Contains(now, "unseen") || !strings.Contains(now, "räkna tecken") {
		t.Errorf("what was ticked off is %q", now)
	}
}

// TestListKeys tries the keys of lists: j k x o n p / ?.
func TestListKeys(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, maintainer)
	for _, list := range []string{"/project/frob/series/", "/project/frob/list/", "/user/todo/", "/"} {
		b.visit(list)
		here := func() int {
			return eval[int](b, "Array.from(document.querySelectorAll('[data-row]')).findIndex((r) => r.matches('.here'))")
		}
		if row := here(); row != -1 {
			t.Errorf("%s: row %d is chosen before a key is pressed", list, row)
		}
		rows := eval[int](b, "document.querySelectorAll('[data-row]').length")
		if rows == 0 {
			t.Errorf("%s has no rows", list)
			continue
		}
		b.press("j")
		if here() != 0 {
			t.Errorf("%s: j leads to row %d", list, here())
		}
		if rows > 2 {
			b.press("jjk")
			if here() != 1 {
				t.Errorf("%s: jjjk leads to row %d", list, here())
			}
			b.press("k")
		}
		if b.has("input[data-item]") {
			b.press("x")
			if !b.has("tr.here input:checked") {
				t.Errorf("%s: x does not tick the row", list)
			}
		}
		want := eval[string](b, "document.querySelector('.here a[href]').getAttribute('href')")
		b.pressTo("o")
		if got := b.path(); got != want {
			t.Errorf("%s: o leads to %s, want %s", list, got, want)
		}
	}
}

// TestPageKeys tries the keys that lead along: n and p, / and ?.
func TestPageKeys(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, maintainer)
	b.visit("/project/frob/patch/" + secondV2 + "/")
	first := b.path()
	b.pressTo("n")
	b.want("h1", "ASCII")
	b.pressTo("p")
	if got := b.path(); got != first {
		t.Errorf("n and p lead to %s", got)
	}
	b.press("?")
	if !b.has("dialog[open]") {
		t.Fatal("? does not open the list of keys")
	}
	for _, key := range strings.Fields("j k o x n p / ?") {
		b.want("dialog[open]", key)
	}
	b.press(kb.Escape)
	if b.has("dialog[open]") {
		t.Error("Escape does not close the list of keys")
	}
	b.press("/")
	b.press("jkx utf8")
	if got := eval[string](b, "document.activeElement.value"); got != "jkx utf8" {
		t.Errorf("what is typed after / is %q", got)
	}
	b.press(kb.Escape)
	b.press("/")
	for range len("jkx ") + len("utf8") {
		b.press(kb.Backspace)
	}
	b.press("frob_count")
	b.pressTo(kb.Enter)
	if got := b.path(); got != "/search/?q=frob_count" {
		t.Errorf("the search leads to %s", got)
	}
}

// TestAccountByKeyboard logs in, makes a token, revokes it, and logs out.
func TestAccountByKeyboard(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, "")
	b.visit("/user/todo/")
	b.focused("#name")
	b.press(maintainer)
	b.tabTo("#password")
	b.press(password)
	b.pressTo(kb.Enter)
	if got := b.path(); got != "/user/todo/" {
		t.Fatalf("the login leads to %s", got)
	}
	b.visit("/user/")
	b.tabTo("#label")
	b.press("by keys")
	b.pressTo(kb.Enter)
	b.want(".done", "shown this once")
	b.want("main", "by keys")
	b.tabTo("form[action$='/revoke/'] button")
	b.pressTo(kb.Enter)
	b.want("main", "It is ended")
	b.tabTo("form[action$='/logout/'] button")
	b.pressTo(kb.Enter)
	b.want("header", "Log in")
}

// TestSkip sees that the first Tab offers a way past the frame.
func TestSkip(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, maintainer)
	b.visit("/project/frob/series/")
	b.tabTo("a.skip")
	b.press(kb.Enter)
	b.press(kb.Tab)
	if !eval[bool](b, "document.activeElement.closest('main') !== null") {
		t.Errorf("past the frame is %s", eval[string](b, "document.activeElement.outerHTML"))
	}
}
