package browser

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// markup is what of hostile mail has become more than text: the elements and attributes that only it names, and all
// that pages of ours do not have.
const markup = `Array.from(document.querySelectorAll('xss-canary, iframe, object, embed, base, applet, frame, marquee, ' +
	'link[rel=import], meta[http-equiv], body img, body style, body script, [style], form[action*=elsewhere], ' +
	'a[href*="script:" i], a[href^="data:" i], a[href^="vbscript:" i], [src^="data:" i]'))
	.concat(Array.from(document.querySelectorAll('*')).filter((e) => e.getAttributeNames().some((n) => n.startsWith('on'))))
	.map((e) => e.outerHTML.slice(0, 200))`

// TestHostileMail opens the pages of mail that tries to be more than text. That no dialog opens, nothing is asked of
// other servers, and the console is silent is seen by the tab.
func TestHostileMail(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	queue := []string{"/hostile/new.html", "/project/hostile/series/?state=*", "/project/hostile/list/?state=*", "/hostile/",
		"/search/?q=xss-canary", "/hostile/" + hostile + "/T/", "/hostile/" + wide + "/t/", "/user/todo/"}
	if s.nasty {
		queue = append(queue, "/nasty/new.html", "/nasty/", "/project/nasty/series/?state=*", "/project/nasty/list/?state=*")
	}
	b := s.open(t, maintainer)
	seen, canaries := map[string]bool{}, 0
	for len(queue) > 0 && len(seen) < mostHostile {
		path := queue[0]
		queue = queue[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		b.visit(path)
		page := eval[struct {
			Markup, Links []string
			Canary        bool
		}](b, "({Markup: "+markup+", Links: "+hostileLinks+", Canary: document.body.innerText.includes('xss-canary')})")
		for _, found := range page.Markup {
			t.Errorf("%s: mail has become markup: %s", path, found)
		}
		if page.Canary {
			canaries++
		}
		for _, p := range b.found() {
			t.Errorf("%s: %s", path, p)
		}
		b.forget()
		queue = append(queue, page.Links...)
	}
	if len(seen) < 60 || canaries < 20 {
		t.Errorf("only %d pages were opened, and %d have something hostile", len(seen), canaries)
	}
	opened := strings.Join(slices.Sorted(maps.Keys(seen)), " ")
	for _, n := range []int{1, 2, 3, 4, 5, 7, 8, 9, 10, 11} { // the sixth has a name of its own, and is markup itself
		if id := fmt.Sprintf("/hostile-%02d@example.org/", n); !strings.Contains(opened, id) {
			t.Errorf("no page of %s was opened", id)
		}
	}
}

// mostHostile is how many pages are opened: each takes a third of a second.
const mostHostile = 90

// hostileLinks are the pages of hostile mail that a page leads to, in the order in which it names them: not those that
// show what others do, in another order or with the way back to another list, or one more of the replies that are alike.
const hostileLinks = `Array.from(document.querySelectorAll('a[href], link[rel=next]')).map((a) => new URL(a.href, location))
	.filter((u) => u.origin === location.origin && /^\/(project\/)?(hostile|nasty)\/|^\/series\//.test(u.pathname) &&
		!/\/(mbox|raw|pwclientrc|t\.mbox\.gz|[^/]*\.atom|[0-9]+-[^/]*)\/?$|\/deep-[1-9]/.test(u.pathname) &&
		!/[?&]order=/.test(u.search))
	.map((u) => u.pathname + u.search.replace(/[?&]list=[^&]*/, ''))`

// forget drops the problems that have been told.
func (b *tab) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = nil
}

// TestHostileFiles opens attachments that would be pages or pictures with scripts elsewhere.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	w, body := s.get("", "/hostile/"+attachments+"/")
	if w.StatusCode != 200 {
		t.Fatal(w.Status)
	}
	files := 0
	for _, part := range strings.Split(string(body), `href="`)[1:] {
		link, _, _ := strings.Cut(part, `"`)
		if strings.Contains(link, "/static/") || !strings.ContainsAny(link[strings.LastIndexByte(link, '/')+1:], "-") {
			continue
		}
		at := link
		if !strings.HasPrefix(at, "/") {
			at = "/hostile/" + attachments + "/" + at
		}
		w, _ := s.get("", strings.ReplaceAll(at, "&amp;", "&"))
		if w.StatusCode != 200 {
			continue
		}
		files++
		kind, policy := w.Header.Get("Content-Type"), w.Header.Get("Content-Security-Policy")
		if strings.Contains(kind, "html") || strings.Contains(kind, "svg") || !strings.Contains(policy, "sandbox") ||
			w.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s is sent as %q, %q", link, kind, policy)
		}
	}
	if files < 3 {
		t.Errorf("only %d attachments were found", files)
	}
}

// TestMarkupIsFound sees that a page in which mail became markup would be found.
func TestMarkupIsFound(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	b := s.open(t, "")
	b.visit("/")
	for _, hostile := range []string{
		"<xss-canary></xss-canary>", `<p onclick="alert(1)"></p>`, `<img src=x alt="">`, `<a href="javascript:alert(1)">x</a>`,
		`<iframe></iframe>`,
	} {
		eval[bool](b, "document.querySelector('main').innerHTML = "+quoted(hostile)+", true")
		if found := eval[[]string](b, markup); len(found) != 1 {
			t.Errorf("%s: found %q", hostile, found)
		}
	}
	eval[bool](b, "alert(1), location.assign('http://elsewhere.example/'), true")
	found := ""
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline) && !strings.Contains(found, "elsewhere"); {
		time.Sleep(10 * time.Millisecond)
		found = strings.Join(b.found(), "\n")
	}
	for _, want := range []string{"a dialog opens: 1", "request to elsewhere", "the console says"} {
		if !strings.Contains(found, want) {
			t.Errorf("the tab does not note %q: %s", want, found)
		}
	}
	b.forget()
}
