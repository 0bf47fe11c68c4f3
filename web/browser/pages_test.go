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
	return eval[[]string](b, `axe.run(document, Object.assign({resultTypes: ['violations', 'incomplete']}, `+only+`)).then((r) => r.violations
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
	turn := make(chan bool, 3) // that many tabs at once
	for _, p := range table {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			turn <- true
			defer func() { <-turn }()
			checkPage(t, s, p)
		})
	}
}

func checkPage(t *testing.T, s *server, p shown) {
	b := s.open(t, p.as)
	b.expected = p.status
	path := b.visitShown(p)
	w, body := s.get(p.as, path)
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
	for _, width := range []int64{1280, 360} {
		for _, scheme := range []string{"light", "dark"} {
			b.view(width, scheme)
			how := fmt.Sprintf("%s at %d px, %s", path, width, scheme)
			var rules []string
			switch {
			case scheme == "dark": // nothing else depends on colours
				rules = []string{"color-contrast", "link-in-text-block"}
			case width < 1280: // nothing else depends on the width
				rules = []string{"scrollable-region-focusable", "target-size", "link-name", "button-name", "label", "select-name",
					"color-contrast", "aria-hidden-focus"}
			}
			for _, found := range b.look(rules...) {
				t.Errorf("%s: %s", how, found)
			}
			if wide := b.aside(); wide != "" {
				t.Errorf("%s scrolls sideways: %s", how, wide)
			}
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
	b.problems = nil // the picture that is not there
}
