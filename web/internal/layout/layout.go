// Package layout gives all pages one look: the frame around them (frame.tmpl), and the files below /static/. It knows
// nothing of mail.
//
// A page is a struct that embeds Page, and a template for what is inside the frame.
package layout

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"

	"github.com/DataDog/datadog-agent/pkg/template/html"
)

// Page is what the frame shows. A template may define "heading", which is otherwise the title.
type Page struct {
	Title   string
	Prefix  string // of all paths; empty unless the server lies below a path of its host
	User    string // who is logged in; empty: nobody
	Admin   bool   // the user administers
	Up      []Link // what the page is a part of, from the outside in, where it has no bar
	Bar     *Bar   // of the project that the page belongs to; nil: of none
	Search  string // where searches are sent; empty: there is no field for one
	Query   string // what the search field has
	IsMine  bool   // the page is what Mine leads to
	Wide    bool   // the page has a list or code, which may be wider than text
	Problem string // what went wrong, as a sentence; empty: nothing
	Done    string // what was done, as a sentence
	Undo    *Undo  // how to take back what was done; nil: it can't be

	// Next and Previous lead along what the page is one of; empty: there is nothing there.
	Next, Previous string
}

// Frame is the page's own, for those who fill in what all pages say.
func (p *Page) Frame() *Page { return p }

// Mine is where what waits for the viewer is listed; empty: nobody has logged in, or a tab of the bar leads there.
func (p Page) Mine() string {
	if p.User == "" || p.Bar != nil && p.Bar.mine {
		return ""
	}
	return p.Prefix + "/user/todo/"
}

// Link leads from a page to something else.
type Link struct{ Text, URL string }

// Undo is a form that takes back what was done.
type Undo struct{ URL, Name, Value string }

// Prefix is the path of a server's URL, which comes before all of its paths.
func Prefix(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return strings.TrimRight(u.EscapedPath(), "/")
}

// Wanted reports whether a browser asks, which takes pages, rather than a program, which takes data and text.
func Wanted(r *http.Request) bool {
	return !strings.HasPrefix(r.URL.Path, "/api/") && r.Header.Get("Authorization") == "" &&
		strings.Contains(strings.Join(r.Header.Values("Accept"), ","), "text/html")
}

//go:embed frame.tmpl fault.tmpl
var frame embed.FS

// Pages are the templates of pages, by name.
type Pages map[string]*template.Template

// Funcs are functions that templates call, by name. They call no methods: this html/template is one that can't, and is
// otherwise Go's. Where templates can, Go's linker has to keep every method of every type that it knows, and the
// program is a tenth larger.
type Funcs = template.FuncMap

// funcs are those that the frame has for all pages.
var funcs = Funcs{
	"static": staticPath, "mine": Page.Mine, "day": dayOf,
	"known": Moment.Known, "iso": Moment.ISO, "long": Moment.Long, "short": Moment.Day, "age": Moment.Age,
}

// MustParse reads the templates that match a pattern, which are part of the program: NAME.tmpl is the page NAME, and
// what begins with an underscore defines parts that several pages have. own are functions beside those of the frame. It
// takes about a millisecond, so a program should call it when the first page is shown, and not when it starts.
func MustParse(files fs.FS, pattern string, own Funcs) Pages {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		panic(err)
	}
	base := template.Must(template.New("").Funcs(funcs).Funcs(own).ParseFS(frame, "frame.tmpl"))
	for _, name := range names {
		if isPart(name) {
			template.Must(base.ParseFS(files, name))
		}
	}
	pages := Pages{}
	for _, name := range names {
		if isPart(name) {
			continue
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			panic(err)
		}
		page := template.Must(base.Clone())
		template.Must(page.New("content").Parse(string(text)))
		pages[strings.TrimSuffix(path.Base(name), ".tmpl")] = page
	}
	return pages
}

func isPart(name string) bool { return strings.HasPrefix(path.Base(name), "_") }

// Render makes a page inside the frame. page is a struct that embeds Page.
func (p Pages) Render(name string, page any) ([]byte, error) {
	t := p[name]
	if t == nil {
		return nil, fmt.Errorf("there is no page %q", name)
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, "frame", page); err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	return out.Bytes(), nil
}
