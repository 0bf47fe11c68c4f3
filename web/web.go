// Package web is what patchwatch serves: Patchwork's API (web/api), the files for git am and the redirects under the
// URLs that the API gives, and all that people read in a browser.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"patchwatch/track"
	"patchwatch/web/api"
	"patchwatch/web/find"
	"patchwatch/web/inbox"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/site"
	"patchwatch/web/internal/visit"
	"patchwatch/web/pages"
	"patchwatch/web/push"
	"patchwatch/web/results"
)

// Store is what is asked of the database.
type Store interface {
	api.Store
	pages.Store
	inbox.Store
	results.Store
	push.Store
	Raw(ctx context.Context, mail int64) ([]byte, error)
}

// Config is what Site needs. Only Store and SetProject are needed.
type Config struct {
	Store      Store
	SetProject func(ctx context.Context, by track.Actor, p track.Project) error // writes the settings of a project
	Viewer     func(*http.Request) track.Viewer                                 // who asks; nil: it is always anybody
	Log        *slog.Logger                                                     // nil: the default

	// Again is who asks, as they are now, and whether they may still be answered, for answers that take long. nil: nothing
	// changes.
	Again func(*http.Request) (track.Viewer, bool)

	Finder find.Finder // finds mails by queries; nil: nothing is searched

	// Cache is how many bytes of answers are kept. 0: 64 MiB.
	Cache int
}

// Site answers all requests but those of who logs in.
type Site struct {
	Config
	desk    *visit.Desk
	inbox   *inbox.Inbox
	streams *push.Streams
	api     *api.API
}

// New makes a Site and puts its routes into mux, which serve.Routes is to wrap.
func New(c Config, mux *http.ServeMux) *Site {
	if c.Viewer == nil {
		c.Viewer = func(*http.Request) track.Viewer { return track.Viewer{} }
	}
	if c.Again == nil {
		c.Again = func(r *http.Request) (track.Viewer, bool) { return c.Viewer(r), true }
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Cache == 0 {
		c.Cache = 64 << 20
	}
	keeper := site.NewKeeper(c.Store, c.Cache)
	desk := &visit.Desk{Store: c.Store, Keeper: keeper, Viewer: c.Viewer, Log: c.Log, Clock: time.Now}
	a := api.New(api.Config{
		Store: c.Store, Keeper: keeper, Viewer: c.Viewer, Log: c.Log, SetProject: c.SetProject, Parts: c.Cache / 2,
	})
	streams := push.New(push.Config{Store: c.Store, API: a, Viewer: c.Again, Log: c.Log})
	gate := find.NewGate(find.DefaultGateLimits)
	found := results.New(results.Config{Store: c.Store, Desk: desk, Finder: c.Finder, Gate: gate})
	s := &Site{c, desk, inbox.New(inbox.Config{Store: c.Store, Desk: desk, Search: found, Gate: gate}), streams, a}
	found.File, found.Feed = s.inbox.Found, s.inbox.FoundFeed
	found.Install(mux)
	mux.Handle("/api/", a)
	mux.Handle("GET /events/stream", s.streams)
	for _, r := range s.routes() {
		mux.HandleFunc("GET "+r.pattern, s.answering(r))
	}
	pages.Install(pages.Config{Store: c.Store, Desk: s.desk, Finder: c.Finder, Gate: gate}, mux)
	s.inbox.Install(mux)
	mux.HandleFunc("GET "+layout.StaticPath+"{name}", staticFile)
	return s
}

// Takes tells whether a path that is in no mux is the archive's.
func (s *Site) Takes(r *http.Request) bool { return s.inbox.Takes(r) }

// ServeHTTP answers requests for the archive.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.inbox.ServeHTTP(w, r) }

// route is a place, and what is read there.
type route struct {
	pattern string
	get     func(*call) (*site.Answer, error)
}

// routes are Patchwork's.
func (s *Site) routes() []route {
	return []route{
		{pattern: "/project/{project}/pwclientrc/{$}", get: (*call).pwclientrc},
		{pattern: "/project/{project}/patch/{msgid}/mbox/{$}", get: (*call).patchMbox},
		{pattern: "/project/{project}/patch/{msgid}/raw/{$}", get: (*call).patchDiff},
		{pattern: "/project/{project}/cover/{msgid}/mbox/{$}", get: (*call).coverMbox},
		{pattern: "/project/{project}/cover/{rest...}", get: (*call).plainCover},
		{pattern: "/patch/{id}/{$}", get: toPatch("")},
		{pattern: "/patch/{id}/mbox/{$}", get: toPatch("mbox/")},
		{pattern: "/patch/{id}/raw/{$}", get: toPatch("raw/")},
		{pattern: "/cover/{id}/{$}", get: toCover("")},
		{pattern: "/cover/{id}/mbox/{$}", get: toCover("mbox/")},
		{pattern: "/comment/{id}/{$}", get: (*call).toComment},
		{pattern: "/series/{id}/mbox/{$}", get: (*call).seriesMbox},
		{pattern: "/bundle/{user}/{bundle}/mbox/{$}", get: (*call).bundleMbox},
	}
}

// call is a request that is being answered.
type call struct {
	*Site
	*visit.Visit
}

// answering makes a handler of a route.
func (s *Site) answering(at route) http.HandlerFunc {
	return s.desk.Reads(visit.Kind{}, func(v *visit.Visit) (*site.Answer, error) { return at.get(&call{s, v}) })
}
