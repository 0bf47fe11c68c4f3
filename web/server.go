package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"patchwatch/track"
	"patchwatch/web/admin"
	"patchwatch/web/api"
	"patchwatch/web/auth"
	"patchwatch/web/find"
	"patchwatch/web/hook"
	"patchwatch/web/internal/serve"
	"patchwatch/web/push"
)

// ServerStore is what a server asks of the database.
type ServerStore interface {
	Store
	admin.Store
	auth.Store
	hook.Store
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

	Finder find.Finder // finds mails by queries; nil: nothing is searched

	Host admin.Host // knows the machine; nil: nothing is told of it

	// AddProject tracks a list; stored mail of it may follow later. nil: lists are tracked by the command alone.
	AddProject func(ctx context.Context, by track.Actor, p track.Project) error

	Ready func(url string) // is called once, when connections are accepted
	Log   *slog.Logger     // nil: the default
}

// Server serves.
type Server struct {
	*serve.Server
	site    *Site
	url     string                 // Options.URL, without a final slash
	stopped atomic.Pointer[string] // why nothing is answered any more; nil: it is
}

// NewServer makes a Server. Its errors are those of Check.
func NewServer(o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	c, believed, err := o.config()
	if err != nil {
		return nil, err
	}
	all, site := handler(o, believed)
	s := &Server{site: site, url: strings.TrimSuffix(o.URL, "/")}
	s.Server = serve.New(c, s.gate(all))
	return s, nil
}

// Check finds what is wrong with options before there is a Store.
func (o Options) Check() error {
	_, _, err := o.config()
	return err
}

func (o Options) config() (c serve.Config, believed serve.Trust, err error) {
	if err := serve.CheckListen(o.Listen); err != nil {
		return c, believed, err
	}
	c = serve.Config{Listen: o.Listen, Secret: []string{auth.WelcomePrefix}, Log: o.Log, Ready: o.Ready}
	if o.URL != "" {
		if c.URL, err = serve.ParseURL(o.URL); err != nil {
			return c, believed, err
		}
	}
	if c.Trust, err = serve.ParseTrust(o.Trust); err != nil {
		return c, believed, err
	}
	if (o.AuthHeader == "") != (len(o.AuthFrom) == 0) {
		return c, believed, errors.New("--auth-header and --auth-from belong together: anybody can send a header")
	}
	believed, err = serve.ParseTrust(o.AuthFrom)
	return c, believed, err
}

// handler answers all requests: it finds out who asks, and then lets a Site or the pages of accounts answer.
func handler(o Options, believed serve.Trust) (http.Handler, *Site) {
	who := auth.New(auth.Config{
		Store: o.Store, Base: serve.Base, Client: serve.ClientIP, Header: o.AuthHeader, Believed: believed.Peer,
		RequireLogin: o.RequireLogin, Refuse: refuse, Note: serve.SetUser, Redirect: serve.Redirect, Log: o.Log,
	})
	mux := http.NewServeMux()
	site := New(Config{
		Store: o.Store, SetProject: o.SetProject, Viewer: auth.Viewer, Again: who.Again, Log: o.Log, Finder: o.Finder,
	}, mux)
	who.Install(mux)
	admin.Install(admin.Config{Store: o.Store, Desk: site.desk, Host: o.Host, AddProject: o.AddProject}, mux)
	return who.Wrap(serve.Routes(mux, site)), site
}

// SendHooks sends events to the URLs of hooks until ctx ends. at is where the server is found if Options have no URL.
func (s *Server) SendHooks(ctx context.Context, store hook.Store, at string) error {
	base := strings.TrimSuffix(at, "/")
	if s.url != "" {
		base = s.url
	}
	return hook.New(hook.Config{Store: store, Events: s.site.api, Base: base, Log: s.site.Log}).Run(ctx)
}

// Streams are what was counted of streams of events.
func (s *Server) Streams() push.Counts { return s.site.streams.Counts() }

// refuse answers a request whose credentials are wrong. Below /api/ it says what may be done there, as Patchwork does.
func refuse(w http.ResponseWriter, r *http.Request, status int, sentence string) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		if allow := api.Allow(r); allow != "" {
			w.Header().Set("Allow", allow)
		}
	}
	serve.Error(w, r, status, sentence)
}

// Stop has all requests answered with 503 and a sentence that says why, until the server ends. Those in hand then have
// little time to finish.
func (s *Server) Stop(why string) {
	s.stopped.Store(&why)
	s.Hurry(time.Second)
}

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
