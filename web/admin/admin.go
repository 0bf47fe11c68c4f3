// Package admin has the pages for those who look after the server: Maildirs and what waits in them, mail that could
// not be read, lists that are not tracked, accounts, hooks, and the log of decisions.
//
// A page is a file: a struct that embeds layout.Page, a method of call that fills it, and a template of the same name
// beside it. Only administrators see them, and nothing of them is kept for the next request.
package admin

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"sync"

	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/visit"
)

// Config is what Admin needs. All fields are needed but Host and AddProject.
type Config struct {
	Store Store
	Desk  *visit.Desk // of the same Store
	Host  Host        // nil: nothing is known of the machine

	// AddProject tracks a list; stored mail of it may follow later. nil: lists are tracked by the command alone.
	AddProject func(ctx context.Context, by track.Actor, p track.Project) error
}

// Admin answers requests for the pages.
type Admin struct {
	Config
	lists unroutedLists
}

// Path is where the pages begin.
const Path = "/admin/"

// Install puts the pages into a mux, which serve.Routes is to wrap.
func Install(c Config, mux *http.ServeMux) {
	a := &Admin{Config: c}
	for _, r := range routes {
		mux.HandleFunc("GET "+Path+r.path+"{$}", a.Desk.Writes(a.showing(r)))
		if r.post != nil {
			mux.HandleFunc("POST "+Path+r.path+"{$}", a.Desk.Writes(a.doing(r)))
		}
	}
}

// route is a place below Path: the page that is read there, and what a form that is sent there does.
type route struct {
	path string
	page func(*call) (*shown, error)
	post func(*call) (*done, error)
}

var routes = []route{
	{path: "", page: (*call).overview},
	{path: "failed/", page: (*call).failed, post: (*call).retry},
	{path: "failed/{key}/", page: (*call).failedMail},
	{path: "lists/", page: (*call).listsPage, post: (*call).listsPost},
	{path: "users/", page: (*call).users, post: (*call).addUser},
	{path: "users/{id}/", page: (*call).user, post: (*call).changeUser},
	{path: "hooks/", page: (*call).hooks, post: (*call).changeHook},
	{path: "log/", page: (*call).log},
}

// call is a request that is being answered.
type call struct {
	*Admin
	*visit.Visit
}

// shown is a page that is to be shown.
type shown struct {
	template string
	page     interface{ Frame() *layout.Page }
	status   int // 0: 200
}

// done is what a form has led to: another page, or one that is shown at once.
type done struct {
	see  string // a path below Path, perhaps with a query
	page *shown
}

//go:embed *.tmpl
var files embed.FS

var templates = sync.OnceValue(func() layout.Pages {
	return layout.MustParse(files, "*.tmpl", layout.Funcs{"trackForm": newTrackForm})
})

func (a *Admin) showing(r route) func(*visit.Visit, http.ResponseWriter) error {
	return func(v *visit.Visit, w http.ResponseWriter) error {
		c := &call{a, v}
		if err := c.admit(); err != nil {
			return err
		}
		s, err := r.page(c)
		if err != nil {
			return err
		}
		return c.send(w, s)
	}
}

func (a *Admin) doing(r route) func(*visit.Visit, http.ResponseWriter) error {
	return func(v *visit.Visit, w http.ResponseWriter) error {
		c := &call{a, v}
		switch {
		case c.Viewer.User == nil:
			return errLogin
		case !c.Viewer.Administers():
			return visit.ErrForbidden
		}
		if err := c.R.ParseForm(); err != nil {
			return &visit.Refusal{Status: http.StatusBadRequest, Detail: "This is not a form, or a very long one."}
		}
		d, err := r.post(c)
		if err != nil {
			return err
		}
		if d.page != nil {
			return c.send(w, d.page)
		}
		return &visit.Redirect{To: Path + d.see, Status: http.StatusSeeOther}
	}
}

var errLogin = &visit.Refusal{Status: http.StatusForbidden, Detail: "Authentication credentials were not provided."}

// admit lets administrators in, also those whose token may only read. A browser is led to the login.
func (c *call) admit() error {
	switch u := c.Viewer.User; {
	case u == nil && c.HTML:
		return &visit.Redirect{To: "/user/login/?next=" + url.QueryEscape(c.R.URL.RequestURI()), Status: http.StatusSeeOther}
	case u == nil:
		return errLogin
	case !u.Admin:
		return visit.ErrForbidden
	}
	return nil
}

// send makes the page, with what the frame says about every page.
func (c *call) send(w http.ResponseWriter, s *shown) error {
	f := s.page.Frame()
	f.Prefix, f.User, f.Admin, f.Wide = layout.Prefix(c.Links.Base), c.Viewer.User.Name, true, true
	f.Search = f.Prefix + "/search/"
	f.Bar = c.bar(s.template)
	body, err := templates().Render(s.template, s.page)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept")
	if s.status != 0 {
		w.WriteHeader(s.status)
	}
	_, _ = w.Write(body) // the client has gone
	return nil
}

// bar leads around among the pages.
func (c *call) bar(current string) *layout.Bar {
	at := layout.Prefix(c.Links.Base) + Path
	b := &layout.Bar{Project: layout.Link{Text: "Administration", URL: at}}
	for _, t := range []struct{ text, path string }{
		{"Failed mail", "failed"}, {"Lists", "lists"}, {"Users", "users"}, {"Hooks", "hooks"}, {"Log", "log"},
	} {
		b.Tabs = append(b.Tabs, layout.Tab{Text: t.text, URL: at + t.path + "/", Current: t.path == current})
	}
	return b
}

// at is the path of a page.
func (c *call) at(path string) string { return layout.Prefix(c.Links.Base) + Path + path }

// refusal is an answer to a request that cannot be done.
func refusal(status int, sentence string) error {
	return &visit.Refusal{Status: status, Detail: sentence}
}
