package browser

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"strings"
	"testing"
)

//go:embed testdata/axe/axe.min.js
var axe string

// look has axe look at the page with these rules, or with all, and gives what is serious or critical. Of text in the
// colour of its background axe says only that it can't tell.
func (b *tab) look(rules ...string) []string {
	b.t.Helper()
	if !eval[bool](b, "window.axe !== undefined") {
		eval[bool](b, axe+";true")
	}
	only := "{}"
	if len(rules) > 0 {
		only = "{runOnly: " + quoted(strings.Join(rules, ",")) + ".split(',')}"
	}
	return eval[[]string](b, `axe.run(document, Object.assign({resultTypes: ['violations', 'incomplete'], preload: false}, `+only+`)).then((r) => r.violations
		.filter((v) => v.impact === 'serious' || v.impact === 'critical')
		.concat(r.incomplete.map((v) => Object.assign(v, {nodes: v.nodes.filter((n) =>
			n.any.some((c) => c.data && c.data.messageKey === 'equalRatio'))})))
		.flatMap((v) => v.nodes.map((n) => v.id + ' at ' + n.target.join(' ') + ': ' + n.failureSummary + ' ' + n.html.slice(0, 200))))`)
}

// aside tells what makes the page wider than the window, if anything does.
func (b *tab) aside() string {
	b.t.Helper()
	return eval[string](b, `(() => {
		const d = document.scrollingElement;
		if (d.scrollWidth <= d.clientWidth) return '';
		const wide = Array.from(document.querySelectorAll('body *')).filter((e) => e.getBoundingClientRect().right > d.clientWidth + 1);
		return d.scrollWidth + ' of ' + d.clientWidth + ' pixels: ' + (wide.length ? wide[0].outerHTML.slice(0, 300) : '');
	})()`)
}

// TestPages looks at every page in each width and colour, and at its HTML and size.
func TestPages(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	desks := make(chan tabs, 2) // as many pages at once
	for range cap(desks) {
		desks <- tabs{}
	}
	for _, p := range table {
		t.Run(p.name, func(sub *testing.T) {
			sub.Parallel()
			open := <-desks
			defer func() { desks <- open }()
			b := open.of(t, s, p.as)
			b.with(sub, func() { checkPage(sub, b, p) })
		})
	}
}

// tabs are open tabs, by who is logged in. To open one takes as long as some pages.
type tabs map[string]*tab

func (all tabs) of(t *testing.T, s *server, as string) *tab {
	if all[as] == nil {
		all[as] = s.open(t, as)
	}
	return all[as]
}

// checkPage looks at a page in a tab of who it is for. All of axe's rules look at it once; after that, on a phone in dark
// colours, those that depend on colours or on the width. No colour depends on the width, nor any width on the colours.
func checkPage(t *testing.T, b *tab, p shown) {
	b.expect(p.status)
	b.view(1280, "light")
	path := b.visitShown(p)
	w, body := b.get(p.as, path)
	if want := max(p.status, 200); w.StatusCode != want {
		t.Fatalf("%s: %s, want %d", path, w.Status, want)
	}
	if kind := w.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/html") {
		t.Fatalf("%s: is %q, and no page", path, kind)
	}
	for _, problem := range problems(body) {
		t.Errorf("%s: %s", path, problem)
	}
	if n := compressed(body); n > 60_000 && !p.large {
		t.Errorf("%s has %d bytes compressed", path, n)
	}
	for _, look := range []struct {
		width  int64
		scheme string
		rules  []string // none: all
	}{
		{1280, "light", nil},
		{360, "dark", []string{"color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size", "link-name",
			"button-name", "label", "select-name", "aria-hidden-focus"}},
	} {
		b.view(look.width, look.scheme)
		how := fmt.Sprintf("%s at %d px, %s", path, look.width, look.scheme)
		for _, found := range b.look(look.rules...) {
			t.Errorf("%s: %s", how, found)
		}
		if wide := b.aside(); wide != "" {
			t.Errorf("%s scrolls sideways: %s", how, wide)
		}
	}
}

// visitShown opens a page of the table, and tells where it is.
func (b *tab) visitShown(p shown) string {
	b.t.Helper()
	b.visit(strings.ReplaceAll(p.path, "{welcome}", b.welcome))
	if p.link != "" {
		b.visit(eval[string](b, "document.querySelector("+quoted(p.link)+").getAttribute('href')"))
	}
	return b.path()
}

func compressed(body []byte) int {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write(body)
	_ = z.Close()
	return out.Len()
}

// TestAxeFinds sees that a page with faults would be found.
func TestAxeFinds(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, "")
	b.visit("/")
	eval[bool](b, `document.querySelector('main').insertAdjacentHTML('beforeend',
		'<img src="/static/none.png"><input name="x"><p class="faint">faint</p><p class="unseen">unseen</p><p class="far">far</p>'), true`)
	eval[bool](b, `document.querySelector('.faint').style.color = '#ddd', document.querySelector('.far').style.cssText = 'width: 5000px; max-width: none', true`)
	eval[bool](b, `document.querySelector('.unseen').style.cssText = 'color: #b3261e; background: #b3261e', true`)
	found := strings.Join(b.look(), "\n")
	for _, rule := range []string{"image-alt at", "label at", "color-contrast at .faint", "color-contrast at .unseen"} {
		if !strings.Contains(found, rule) {
			t.Errorf("axe does not find %s: %s", rule, found)
		}
	}
	if b.aside() == "" {
		t.Error("a page that is too wide is not found")
	}
	b.forget() // the picture that is not there
}
