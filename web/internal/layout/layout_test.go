package layout

import (
	"bytes"
	"io/fs"
	"math"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestFrame(t *testing.T) {
	t.Parallel()
	pages := MustParse(fstest.MapFS{
		"a/_part.tmpl": {Data: []byte(`{{define "part"}}<i>{{.}}</i>{{end}}`)},
		"a/one.tmpl":   {Data: []byte(`{{template "part" .More}}{{day .Day}}`)},
		"a/two.tmpl":   {Data: []byte(`two`)},
	}, "a/*.tmpl", nil)
	if len(pages) != 2 {
		t.Errorf("%d pages", len(pages))
	}
	body, err := pages.Render("one", struct {
		Page
		More string
		Day  time.Time
	}{
		Page: Page{Title: "<t>", Prefix: "/p", User: "ada", Problem: "It's <b>.", Done: "All.",
			Up: []Link{{"<up>", "/p/up/"}}},
		More: "<script>", Day: time.Date(2026, 11, 27, 23, 59, 0, 0, time.UTC),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"<title>&lt;t&gt; - patchwatch</title>", "<h1>&lt;t&gt;</h1>", `name="viewport" content="width=device-width`,
		`<meta name="color-scheme" content="light dark">`, `href="/p/static/style.`, `href="/p/">patchwatch`,
		`<a href="/p/up/"><bdi>&lt;up&gt;</bdi></a>`, `href="/p/user/"><bdi>ada</bdi>`,
		`role="alert"><strong>Error:</strong> It&#39;s &lt;b&gt;.`,
		`role="status"><p>All.</p></div>`, `<i>&lt;script&gt;</i><time datetime="2026-11-27">27 Nov 2026</time></main>`,
	} {
		if !bytes.Contains(body, []byte(want)) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	if body, err = pages.Render("two", struct{ Page }{}); err != nil || bytes.Contains(body, []byte("role=")) ||
		!bytes.Contains(body, []byte(`href="/user/login/">Log in`)) || !bytes.Contains(body, []byte("two</main>")) {
		t.Errorf("%v %s", err, body)
	}
	if _, err := pages.Render("three", nil); err == nil {
		t.Error("a page that is not there")
	}
	if _, err := pages.Render("one", Page{}); err == nil {
		t.Error("a page without what its template shows")
	}
}

func TestStaticFiles(t *testing.T) {
	t.Parallel()
	for name, hashed := range files().hashed {
		f, ok := Static(hashed)
		if !ok || f.Type == "" || len(f.Body) == 0 || !strings.Contains(hashed, f.Hash) || len(f.Hash) < 12 {
			t.Errorf("%s: %v %q %q", name, ok, f.Type, f.Hash)
		}
		if _, ok := Static(name); ok {
			t.Errorf("%s is there without a hash, so what is under its name would change", name)
		}
	}
	if _, err := staticPath("none.css"); err == nil {
		t.Error("a path of a file that is not there")
	}
}

// scripts is how the frame names the only script that there is.
const scripts = `<script src="{{.Prefix}}{{static "script.js"}}" defer></script>`

// TestNothingInline: the policy that serve sends lets no browser use styles and scripts that are written in a page, nor
// any that come from elsewhere.
func TestNothingInline(t *testing.T) {
	t.Parallel()
	inline := regexp.MustCompile(`(?i)<style|<script|\sstyle=|\son[a-z]+=|(src|href)="(https?:)?//|@import|url\(`)
	looked := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if end := filepath.Ext(path); err != nil || d.IsDir() || end != ".tmpl" && end != ".css" {
			return err
		}
		text, err := os.ReadFile(path)
		text = bytes.Replace(text, []byte(scripts), nil, 1)
		if found := inline.Find(text); found != nil {
			t.Errorf("%s has %q", path, found)
		}
		looked++
		return err
	})
	if err != nil || looked < 5 {
		t.Errorf("%v; %d files", err, looked)
	}
}

// TestContrast holds the colours against WCAG 2.2 (1.4.3 and 1.4.11): 4.5 to 1 for text, 3 to 1 for edges of fields.
func TestContrast(t *testing.T) {
	t.Parallel()
	style, ok := Static(files().hashed["style.css"])
	if !ok {
		t.Fatal("no stylesheet")
	}
	css := style.Body
	light, dark, ok := strings.Cut(string(css), "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("no dark colours")
	}
	for mode, text := range map[string]string{"light": light, "dark": dark} {
		for _, on := range []string{"ground", "raised"} {
			for of, least := range map[string]float64{
				"text": 4.5, "quiet": 4.5, "accent": 4.5, "good": 4.5, "bad": 4.5, "warn": 4.5, "edge": 3,
			} {
				if got := contrast(luminance(t, text, of), luminance(t, text, on)); got < least {
					t.Errorf("%s: %s on %s has %.2f, at least %.1f is needed", mode, of, on, got, least)
				}
			}
		}
	}
}

// TestTextOnColours: what is marked, added or removed can be read too.
func TestTextOnColours(t *testing.T) {
	t.Parallel()
	style, _ := Static(files().hashed["style.css"])
	light, dark, _ := strings.Cut(string(style.Body), "@media (prefers-color-scheme: dark)")
	for mode, text := range map[string]string{"light": light, "dark": dark} {
		for _, on := range []string{"added", "removed", "mark"} {
			if got := contrast(luminance(t, text, "text"), luminance(t, text, on)); got < 4.5 {
				t.Errorf("%s: text on %s has %.2f", mode, on, got)
			}
		}
	}
}

func contrast(a, b float64) float64 { return (max(a, b) + .05) / (min(a, b) + .05) }

// luminance is that of the first colour of a name, by the formula of WCAG.
func luminance(t *testing.T, css, name string) float64 {
	t.Helper()
	found := regexp.MustCompile(`--` + name + `: #([0-9a-f]+);`).FindStringSubmatch(css)
	if found == nil {
		t.Fatalf("no colour %s", name)
	}
	hex := found[1]
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	sum := 0.0
	for i, weight := range []float64{.2126, .7152, .0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		part := float64(n) / 255
		if part <= .04045 {
			part /= 12.92
		} else {
			part = math.Pow((part+.055)/1.055, 2.4)
		}
		sum += weight * part
	}
	return sum
}

// TestFolderIsOneFile: a browser asks for one stylesheet and one script, and the base of each comes first.
func TestFolderIsOneFile(t *testing.T) {
	t.Parallel()
	for name, begins := range map[string]string{"style.css": "/* The look of all pages",
		"script.js": "// What makes pages"} {
		f, ok := Static(files().hashed[name])
		parts, err := static.ReadDir("static/" + name)
		if !ok || err != nil || !bytes.HasPrefix(f.Body, []byte(begins)) {
			t.Fatalf("%s: %v %v %.40s", name, ok, err, f.Body)
		}
		for _, p := range parts {
			text, err := static.ReadFile("static/" + name + "/" + p.Name())
			if err != nil || !bytes.Contains(f.Body, text) {
				t.Errorf("%s lacks %s: %v", name, p.Name(), err)
			}
		}
	}
}

// TestFrameOfProject: the bar says where one is, and what was done can be taken back.
func TestFrameOfProject(t *testing.T) {
	t.Parallel()
	pages := MustParse(fstest.MapFS{"one.tmpl": {Data: []byte(`{{define "heading"}}<h1>Mine</h1>{{end}}one`)}}, "*.tmpl", nil)
	body, err := pages.Render("one", struct{ Page }{Page{
		Title: "Series", Search: "/search/", Query: `"x`, Wide: true, Done: "Done.", Next: "/n", Previous: "/p",
		Undo: &Undo{URL: "/undo/", Name: "id", Value: "1-2"},
		Bar:  &Bar{Link{"<net>", "/project/net/"}, []Tab{{"Series", "/s", true}, {"Patches", "/l", false}}, false},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"<title>Series - &lt;net&gt; - patchwatch</title>", `<a class="project" href="/project/net/"><bdi>&lt;net&gt;</bdi>`,
		`<a class="tab" href="/s" aria-current="page">Series</a>`,
		`<a class="tab" href="/l">Patches</a>`, `action="/search/"`, `value="&#34;x"`, `<body class="wide">`,
		`<form method="post" action="/undo/"><button class="minor" name="id" value="1-2">Undo`, `<h1>Mine</h1>`,
		`<link rel="next" href="/n">`, `<link rel="prev" href="/p">`,
	} {
		if !bytes.Contains(body, []byte(want)) {
			t.Errorf("no %s in %s", want, body)
		}
	}
	if bytes.Contains(body, []byte("<h1>Series")) {
		t.Error("two headings")
	}
}

func TestWanted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path, accept, authorization string
		want                        bool
	}{
		{"/", "text/html,application/xhtml+xml,*/*;q=0.8", "", true}, {"/", "*/*", "", false}, {"/", "", "", false},
		{"/api/", "text/html", "", false}, {"/", "text/html", "Token x", false},
	} {
		r := httptest.NewRequest("GET", c.path, nil)
		r.Header.Set("Accept", c.accept)
		if c.authorization != "" {
			r.Header.Set("Authorization", c.authorization)
		}
		if Wanted(r) != c.want {
			t.Errorf("%+v", c)
		}
	}
}

func TestPrefix(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://example.org": "", "https://example.org/a%20b": "/a%20b", "https://example.org/": "", "http://[": "",
	} {
		if got := Prefix(base); got != want {
			t.Errorf("%s: %q", base, got)
		}
	}
}

// TestMine sees that every page leads those who have logged in to what waits for them, once.
func TestMine(t *testing.T) {
	t.Parallel()
	bar := Around{Project: Link{"net", "/project/net/"}, Mine: "/user/todo/net/"}.Bar(Series)
	for _, c := range []struct {
		page Page
		want string
	}{
		{Page{}, ""}, {Page{User: "ada", Prefix: "/pw"}, "/pw/user/todo/"}, {Page{User: "ada", Bar: bar}, ""},
		{Page{User: "ada", Bar: &Bar{}}, "/user/todo/"},
	} {
		if got := c.page.Mine(); got != c.want {
			t.Errorf("%+v: leads to %q, want %q", c.page, got, c.want)
		}
	}
	if last := bar.Tabs[len(bar.Tabs)-1]; last != (Tab{"Mine", "/user/todo/net/", false}) {
		t.Errorf("the bar ends with %+v", last)
	}
}
