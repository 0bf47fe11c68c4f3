// Package web is what patchwatch serves: Patchwork's API (web/api), the files for git am and the redirects under the
// URLs that the API gives, and small pages that say what is where.
package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"patchwatch/db/engine"
	"patchwatch/track"
	"patchwatch/web/api"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/serve"
	"patchwatch/web/internal/site"
)

// Store is what is asked of the database.
type Store interface {
	api.Store
	Raw(ctx context.Context, mail int64) ([]byte, error)
	Trailers(ctx context.Context, patches []int64) (map[int64]track.PatchTrailers, error)
}

// Config is what Site needs. Only Store and SetProject are needed.
type Config struct {
	Store      Store
	SetProject func(ctx context.Context, by track.Actor, p track.Project) error // writes the settings of a project
	Viewer     func(*http.Request) track.Viewer                                 // who asks; nil: it is always anybody
	Log        *slog.Logger                                                     // nil: the default

	// Cache is how many bytes of answers are kept. 0: 64 MiB.
	Cache int
}

// Site answers all requests but those of who logs in.
type Site struct {
	Config
	keeper *site.Keeper
}

// New makes a Site and puts its routes into mux, which serve.Routes is to wrap.
func New(c Config, mux *http.ServeMux) *Site {
	if c.Viewer == nil {
		c.Viewer = func(*http.Request) track.Viewer { return track.Viewer{} }
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Cache == 0 {
		c.Cache = 64 << 20
	}
	s := &Site{Config: c, keeper: site.NewKeeper(c.Store, c.Cache)}
	mux.Handle("/api/", api.New(api.Config{
		Store: c.Store, Keeper: s.keeper, Viewer: c.Viewer, Log: c.Log, SetProject: c.SetProject, Parts: c.Cache / 2,
	}))
	for _, r := range s.routes() {
		mux.HandleFunc("GET "+r.pattern, s.answering(r))
	}
	mux.HandleFunc("GET "+layout.StaticPath+"{name}", staticFile)
	return s
}

// route is a place, and what is read there.
type route struct {
	pattern string
	get     func(*call) (*site.Answer, error)
	page    func(*call) (*sheet, error) // instead of get, where a browser gets a page
}

// routes are Patchwork's.
func (s *Site) routes() []route {
	return []route{
		{pattern: "/{$}", page: (*call).home},
		{pattern: "/project/{project}/{$}", page: (*call).project},
		{pattern: "/project/{project}/list/{$}", page: (*call).project},
		{pattern: "/project/{project}/pwclientrc/{$}", get: (*call).pwclientrc},
		{pattern: "/project/{project}/patch/{msgid}/{$}", page: (*call).patchPage},
		{pattern: "/project/{project}/patch/{msgid}/mbox/{$}", get: (*call).patchMbox},
		{pattern: "/project/{project}/patch/{msgid}/raw/{$}", get: (*call).patchDiff},
		{pattern: "/project/{project}/cover/{msgid}/{$}", page: (*call).coverPage},
		{pattern: "/project/{project}/cover/{msgid}/mbox/{$}", get: (*call).coverMbox},
		{pattern: "/patch/{id}/{$}", get: toPatch("")},
		{pattern: "/patch/{id}/mbox/{$}", get: toPatch("mbox/")},
		{pattern: "/patch/{id}/raw/{$}", get: toPatch("raw/")},
		{pattern: "/cover/{id}/{$}", get: toCover("")},
		{pattern: "/cover/{id}/mbox/{$}", get: toCover("mbox/")},
		{pattern: "/comment/{id}/{$}", get: (*call).toComment},
		{pattern: "/series/{id}/{$}", page: (*call).seriesPage},
		{pattern: "/series/{id}/mbox/{$}", get: (*call).seriesMbox},
		{pattern: "/bundle/{user}/{bundle}/{$}", page: (*call).bundlePage},
		{pattern: "/bundle/{user}/{bundle}/mbox/{$}", get: (*call).bundleMbox},
	}
}

// call is a request that is being answered.
type call struct {
	*Site
	r      *http.Request
	viewer track.Viewer
	world  *site.World
	links  site.Links
	html   bool // a browser asks for a page
}

func (c *call) ctx() context.Context { return c.r.Context() }

// whole leaves out what the viewer does not see, but not what is hidden: that is told to be gone.
func (c *call) whole() track.Scope {
	return track.Scope{Without: c.world.Without(c.viewer), Whole: true}
}

func (c *call) scope() track.Scope { return track.Scope{Without: c.world.Without(c.viewer)} }

// refusal is a request that is not done, in words that may be told.
type refusal struct {
	status int
	detail string
}

func (r *refusal) Error() string { return r.detail }

var (
	errNotFound = &refusal{http.StatusNotFound, "Not found."}
	errGone     = &refusal{http.StatusGone, "Gone."}
)

// redirect is an answer that is somewhere else.
type redirect struct{ to string }

func (r *redirect) Error() string { return "see " + r.to }

// answering makes a handler of a route.
func (s *Site) answering(at route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{Site: s, r: r, viewer: s.Viewer(r), links: site.Links{Base: serve.Base(r)}}
		ask := site.Ask{Key: c.links.Base + r.URL.EscapedPath() + "?" + r.URL.RawQuery, Viewer: c.viewer, Own: true}
		get := at.get
		if at.page != nil {
			w.Header().Add("Vary", "Accept")
			if c.html = layout.Wanted(r); c.html {
				ask.Key += "\npage"
			}
			get = func(c *call) (*site.Answer, error) { return c.sheet(at.page) }
		}
		a, err := s.keeper.Answer(r.Context(), ask, func(w *site.World) (*site.Answer, error) {
			c.world = w
			return get(c)
		})
		if err != nil {
			c.refuse(w, err)
			return
		}
		a.Write(w, r)
	}
}

func (c *call) refuse(w http.ResponseWriter, err error) {
	var no *refusal
	var elsewhere *redirect
	switch {
	case errors.As(err, &elsewhere):
		serve.Redirect(w, c.r, elsewhere.to, http.StatusFound)
	case errors.As(err, &no):
		serve.Error(w, c.r, no.status, no.detail)
	case errors.Is(err, engine.ErrNotFound):
		serve.Error(w, c.r, http.StatusNotFound, errNotFound.detail)
	default:
		if c.ctx().Err() == nil {
			c.Log.ErrorContext(c.ctx(), "answer", "path", c.r.URL.Path, "err", err)
		}
		w.Header().Set("Retry-After", "10")
		serve.Error(w, c.r, http.StatusServiceUnavailable, "The database does not answer: try again.")
	}
}
