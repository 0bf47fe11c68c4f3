// Package pages is what people read in a browser: projects, their series and patches, and what is decided about them.
//
// A page is a file: a struct that embeds layout.Page, a method of call that fills it, and a template of the same name
// beside it. The routes of all of them are in routes.go. A page asks the database a fixed number of questions, however
// much it shows.
package pages

import (
	"embed"
	"net/http"
	"sync"

	"patchwatch/web/find"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/mailtext"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
)

// Config is what Pages needs. All fields but Finder are needed.
type Config struct {
	Store  Store
	Desk   *visit.Desk // of the same Store
	Finder find.Finder // nil: nothing is searched
	Gate   *find.Gate  // before what is dear
}

// Pages answers requests for pages.
type Pages struct{ Config }

// Install puts the pages into a mux, which serve.Routes is to wrap.
func Install(c Config, mux *http.ServeMux) {
	p := &Pages{c}
	for _, r := range routes {
		if r.page != nil {
			mux.HandleFunc("GET "+r.pattern, p.Desk.Reads(visit.Kind{Ages: true}, p.reading(r)))
		}
		if r.post != nil {
			mux.HandleFunc("POST "+r.pattern, p.Desk.Writes(p.writing(r)))
		}
	}
}

// route is a place: the page that is read there, and what a form that is sent there does.
type route struct {
	pattern string
	page    func(*call) (*shown, error)
	post    func(*call) (see string, err error) // see is where the browser goes on: a path of this server
}

// call is a request that is being answered.
type call struct {
	*Pages
	*visit.Visit
}

// shown is a page that is to be shown.
type shown struct {
	template string  // its name
	page     framed  // what the template shows
	about    []int64 // projects, as in site.Answer
	searched bool    // it depends on the index of searches, too, so that it is not kept
}

// framed is a pointer to a struct that embeds layout.Page.
type framed interface{ Frame() *layout.Page }

//go:embed *.tmpl
var files embed.FS

var templates = sync.OnceValue(func() layout.Pages {
	return layout.MustParse(files, "*.tmpl", layout.Funcs{
		"any":     func(of interface{ any() bool }) bool { return of.any() },
		"arrived": seriesLine.arrived, "attached": (*comment).attached, "body": (*comment).body,
		"cells": (*patchLine).cells, "first": (*remark).first, "indent": (*comment).indent, "news": seriesLine.news,
		"received": seriesLine.received, "sender": (*comment).sender, "showsVersion": seriesLine.showsVersion,
		"where": pager.where,
	})
})

func (p *Pages) reading(r route) func(*visit.Visit) (*site.Answer, error) {
	return func(v *visit.Visit) (*site.Answer, error) {
		c := &call{p, v}
		s, err := r.page(c)
		if err != nil {
			return nil, err
		}
		body, err := c.render(s)
		if err != nil {
			return nil, err
		}
		if s.searched {
			return nil, notKept(body)
		}
		return &site.Answer{Body: body, About: s.about, Header: [][2]string{{"Content-Type", htmlType}}}, nil
	}
}

func notKept(body []byte) error {
	return &visit.Stream{Send: func(w http.ResponseWriter) error {
		w.Header().Set("Content-Type", htmlType)
		w.Header().Set("Cache-Control", "private, no-cache")
		_, _ = w.Write(body) // the client has gone
		return nil
	}}
}

const htmlType = "text/html; charset=utf-8"

// render makes the page, with what the frame says about every page.
func (c *call) render(s *shown) ([]byte, error) {
	f := s.page.Frame()
	f.Title = named(f.Title)
	f.Prefix = c.prefix()
	f.Search = f.Prefix + "/search/"
	if u := c.Viewer.User; u != nil {
		f.User, f.Admin = u.Name, u.Admin
	}
	return templates().Render(s.template, s.page)
}

// prefix comes before all paths.
func (c *call) prefix() string { return layout.Prefix(c.Links.Base) }

// named is what mail calls something, as one line in which all can be seen.
func named(text string) string {
	if text = mailtext.Visible(text); text != "" {
		return text
	}
	return "(no subject)"
}

func (p *Pages) writing(r route) func(*visit.Visit, http.ResponseWriter) error {
	return func(v *visit.Visit, _ http.ResponseWriter) error {
		if err := readForm(v.R); err != nil {
			return err
		}
		see, err := r.post(&call{p, v})
		if err != nil {
			return err
		}
		return &visit.Redirect{To: see, Status: http.StatusSeeOther}
	}
}
