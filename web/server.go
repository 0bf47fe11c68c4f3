package web

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"

	"patchwatch/track"
	"patchwatch/web/auth"
	"patchwatch/web/internal/serve"
)

// ServerStore is what a server asks of the database.
type ServerStore interface {
	Store
	auth.Store
}

// Options say how to serve. Store, SetProject and Listen are needed.
type Options struct {
	Store  ServerStore
	Listen string   // HOST:PORT or unix:PATH
	URL    string   // under which people find the server; empty: each request says it
	Trust  []string // proxies whose X-Forwarded-* headers count: addresses, networks, or "unix"

	RequireLogin bool
	AuthHeader   string   // by which a proxy names the user; empty: none is believed
	AuthFrom     []string // the proxies that are believed

	// SetProject writes the settings of a project.
	SetProject func(ctx context.Context, by track.Actor, p track.Project) error

	Ready func(url string) // is called once, when connections are accepted
	Log   *slog.Logger     // nil: the default
}

// Server serves.
type Server struct {
	*serve.Server
	stopped atomic.Pointer[string] // why nothing is answered any more; nil: it is
}

// NewServer makes a Server. Its errors are about options.
func NewServer(o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if err := serve.CheckListen(o.Listen); err != nil {
		return nil, err
	}
	c := serve.Config{Listen: o.Listen, Secret: []string{auth.WelcomePrefix}, Log: o.Log, Ready: o.Ready}
	var err error
	if o.URL != "" {
		if c.URL, err = serve.ParseURL(o.URL); err != nil {
			return nil, err
		}
	}
	if c.Trust, err = serve.ParseTrust(o.Trust); err != nil {
		return nil, err
	}
	believed, err := serve.ParseTrust(o.AuthFrom)
	if err != nil {
		return nil, err
	}
	s := &Server{}
	s.Server = serve.New(c, s.gate(handler(o, believed)))
	return s, nil
}

// handler answers all requests: it finds out who asks, and then lets a Site or the pages of accounts answer.
func handler(o Options, believed serve.Trust) http.Handler {
	who := auth.New(auth.Config{
		Store: o.Store, Base: serve.Base, Client: serve.ClientIP, Header: o.AuthHeader, Believed: believed.Peer,
		RequireLogin: o.RequireLogin, Refuse: serve.Error, Note: serve.SetUser, Redirect: serve.Redirect, Log: o.Log,
	})
	mux := http.NewServeMux()
	New(Config{Store: o.Store, SetProject: o.SetProject, Viewer: auth.Viewer, Log: o.Log}, mux)
	who.Install(mux)
	return who.Wrap(serve.Routes(mux))
}

// Stop has all requests answered with 503 and a sentence that says why, while the server ends.
func (s *Server) Stop(why string) { s.stopped.Store(&why) }

func (s *Server) gate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if why := s.stopped.Load(); why != nil {
			w.Header().Set("Retry-After", "10")
			serve.Error(w, r, http.StatusServiceUnavailable, *why)
			return
		}
		next.ServeHTTP(w, r)
	})
}
