package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"patchwatch/internal/needs"
)

// All tests use one browser.
var browser struct {
	sync.Mutex
	ctx context.Context
	end context.CancelFunc
}

func theBrowser(t testing.TB) context.Context {
	t.Helper()
	program := needs.Chromium(t)
	browser.Lock()
	defer browser.Unlock()
	if browser.ctx != nil {
		return browser.ctx
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.Flag("lang", "en"),
		chromedp.Flag("disable-features", "Translate,BackForwardCache")) // pages that were left would stay alive
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocated, endAll := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(allocated)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("chromium does not start: %v", err)
	}
	browser.ctx, browser.end = ctx, func() { end(); endAll() }
	return ctx
}

func closeBrowser() {
	if browser.end != nil {
		browser.end()
	}
}

// tab is a tab of the browser, whose cookies no other tab sees. What a page of ours never does fails the test: a dialog
// of a script, a request to another server, an error on the console.
type tab struct {
	*server
	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	problems []string
	expected int // status of errors that pages may have; 0: none

	clicks int // how often a person would have clicked, chosen or typed
}

// open opens a tab in which a user is logged in, or nobody if as is empty.
func (s *server) open(t testing.TB, as string) *tab {
	t.Helper()
	parent := theBrowser(t)
	b := &tab{server: s, t: t}
	ctx, end := chromedp.NewContext(parent, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.hear))
	if err := chromedp.Do(ctx); err != nil { // opens it; its life is that of ctx
		t.Fatal(err)
	}
	b.ctx = ctx
	t.Cleanup(func() {
		end()
		for _, p := range b.found() {
			t.Error(p)
		}
	})
	do(b, network.Enable, network.EnableParams{})
	do(b, log.Enable, cdp.Empty{})
	if as != "" {
		name, value, _ := strings.Cut(s.cookies[as], "=")
		do(b, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: s.base})
	}
	b.view(1280, "light")
	return b
}

// with lends a tab to a subtest: what goes wrong is the subtest's. What the pages of one do is told when it ends, so
// the next begins with nothing.
func (b *tab) with(t testing.TB, do func()) {
	t.Helper()
	before := b.t
	b.t = t
	defer func() {
		for _, p := range b.found() {
			t.Error(p)
		}
		b.forget()
		b.expect(0)
		b.t = before
	}()
	do()
}

// expect says which status of an error the pages may have from now on; 0: none.
func (b *tab) expect(status int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.expected = status
}

// limited is for one action. A page that takes longer hangs.
func (b *tab) limited() (context.Context, context.CancelFunc) {
	return context.WithTimeout(b.ctx, time.Minute)
}

// do sends a command to the tab.
func do[P, R any](b *tab, c cdp.Command[P, R], params P) R {
	b.t.Helper()
	ctx, end := b.limited()
	defer end()
	r, err := chromedp.Call(ctx, c, params)
	if err != nil {
		b.t.Fatalf("%s: %v", c.Method, err)
	}
	return r
}

// hear hears what happens in the tab.
func (b *tab) hear(event any) {
	switch e := event.(type) {
	case *page.EventJavascriptDialogOpening:
		b.note("a dialog opens: %s", e.Message)
		go func() {
			_, _ = chromedp.Call(b.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
		}()
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, b.base+"/") && !strings.HasPrefix(u, "about:") {
			b.note("a request to elsewhere: %s", u)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && !b.isExpected(e.Entry.Text) {
			b.note("the console says: %s", e.Entry.Text)
		}
	case *runtime.EventExceptionThrown:
		b.note("a script fails: %s", e.ExceptionDetails.Text)
	}
}

func (b *tab) isExpected(text string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.expected != 0 && strings.Contains(text, fmt.Sprintf("status of %d", b.expected))
}

func (b *tab) note(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = append(b.problems, fmt.Sprintf(format, args...))
}

func (b *tab) found() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.problems
}

// view sets the width of the window in pixels, and the colours that the reader likes: light or dark.
func (b *tab) view(width int64, scheme string) {
	b.t.Helper()
	do(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: 800, DeviceScaleFactor: 1, Mobile: width < 500,
	})
	do(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
}

// withoutScripts has the pages that are opened from now on run none.
func (b *tab) withoutScripts() {
	b.t.Helper()
	do(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// visit opens a page.
func (b *tab) visit(path string) {
	b.t.Helper()
	b.lead(chromedp.Navigate(b.url(path)))
}

// lead does what leads to another page, waits for it, and gives its status.
func (b *tab) lead(steps ...chromedp.Action[chromedp.Void]) int64 {
	b.t.Helper()
	ctx, end := b.limited()
	defer end()
	r, err := chromedp.RunResponse(ctx, steps...)
	if err != nil {
		b.t.Fatalf("no page came: %v", err)
	}
	if r == nil {
		return 0
	}
	return r.Status
}

// eval evaluates a script in the page.
func eval[T any](b *tab, script string) T {
	b.t.Helper()
	ctx, end := b.limited()
	defer end()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%.80s: %v", script, err)
	}
	return v
}

// has tells whether the page has what a selector of CSS finds.
func (b *tab) has(selector string) bool {
	b.t.Helper()
	return eval[bool](b, "document.querySelector("+quoted(selector)+") !== null")
}

// text is the text of the first thing that a selector finds, as it is seen; empty: it finds nothing.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return eval[string](b, "(document.querySelector("+quoted(selector)+") || {innerText: ''}).innerText")
}

// path is where the tab is: path and query.
func (b *tab) path() string {
	b.t.Helper()
	return eval[string](b, "location.pathname + location.search")
}

// want fails the test unless the first thing that a selector finds soon has a text.
func (b *tab) want(selector, text string) {
	b.t.Helper()
	got := ""
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if got = b.text(selector); strings.Contains(got, text) {
			return
		}
	}
	b.t.Fatalf("%s: %s has the text %q, and %q is wanted", b.path(), selector, got, text)
}

// click clicks with the mouse on something that leads to another page.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.clicks++
	b.lead(chromedp.Click(chromedp.CSS(selector)))
}

// quoted is a text as scripts write it.
func quoted(text string) string {
	q, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(q)
}
