// Package serve is the part of the web server that knows HTTP and nothing else: sockets, limits, timeouts, logs,
// metrics, and how errors look. It knows nothing of mail, users or the database.
//
// A request passes, from the outside in: the log and the metrics (observe.go), security headers (headers.go), the
// limits of its body (body.go), the check of its host and path (target.go), protection against foreign origins
// (origin.go), gzip (gzip.go), panics (panic.go) and the timeout (timeout.go). The routes come last; Routes (routes.go)
// wraps them, so that their errors and redirects look like all others.
//
// Every wait for a client has an end: for a first word, a header, a body, and each piece of an answer.
package serve

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// Config says how to serve. Only Listen is needed.
type Config struct {
	Listen string   // HOST:PORT or unix:PATH; sockets that the service manager passed come before it
	URL    *url.URL // where people find this server, from ParseURL; nil: each request says it
	Trust  Trust    // proxies whose X-Forwarded-* and X-Request-Id headers count
	Secret []string // paths such as "/user/welcome/": what follows is a secret, and is not logged
	Limits Limits
	Log    *slog.Logger

	// Ready is called once the server accepts connections, with http://HOST:PORT/ or unix:PATH.
	Ready func(url string)
}

// Limits bound what clients can use up. Zero means the default.
type Limits struct {
	Header  time.Duration // for a request's header to arrive: 10 s
	Body    time.Duration // for a request to arrive with its body: 30 s
	Request time.Duration // until a handler begins to answer, otherwise the answer is 503: 30 s
	Stall   time.Duration // for a client to take 64 KiB of an answer: 30 s
	Answer  time.Duration // for a whole request and its answer: 10 min
	Idle    time.Duration // for the next request on a connection: 2 min
	Grace   time.Duration // for requests in hand when the server is to end: 10 s

	Conns       int   // connections at once: 512
	HeaderBytes int   // of a request: 64 KiB
	BodyBytes   int64 // of a request: 1 MiB
}

func (l Limits) withDefaults() Limits {
	orDefault(&l.Header, 10*time.Second)
	orDefault(&l.Body, 30*time.Second)
	orDefault(&l.Request, 30*time.Second)
	orDefault(&l.Stall, 30*time.Second)
	orDefault(&l.Answer, 10*time.Minute)
	orDefault(&l.Idle, 2*time.Minute)
	orDefault(&l.Grace, 10*time.Second)
	orDefault(&l.Conns, 512)
	orDefault(&l.HeaderBytes, 64<<10)
	orDefault(&l.BodyBytes, 1<<20)
	return l
}

func orDefault[T comparable](v *T, otherwise T) {
	var zero T
	if *v == zero {
		*v = otherwise
	}
}

// Server serves a handler. It is a handler itself, so tests need no socket.
type Server struct {
	cfg     Config
	handler http.Handler
	metrics metrics
	running atomic.Int64  // requests
	grace   atomic.Int64  // how long those in hand may take when the server ends, in nanoseconds
	ending  chan struct{} // is closed when the server is to end
	once    sync.Once     // closes it
}

// New returns a server for handler, which is usually from Routes.
func New(cfg Config, handler http.Handler) *Server {
	cfg.Limits = cfg.Limits.withDefaults()
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{cfg: cfg, ending: make(chan struct{})}
	s.grace.Store(int64(cfg.Limits.Grace))
	h := s.limitTime(handler)
	h = s.recoverPanic(h)
	h = compress(h)
	h = protectOrigin(cfg.URL, h)
	h = checkTarget(h)
	h = limitBody(cfg.Limits.BodyBytes, h)
	h = secureHeaders(h)
	s.handler = s.observe(h)
	return s
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Hurry shortens the time that requests in hand have when the server ends.
func (s *Server) Hurry(grace time.Duration) { s.grace.Store(int64(grace)) }

// Run serves until ctx ends. Then it accepts nothing more, lets requests in hand finish, and returns nil. It returns
// only when no handler runs, or Limits.Grace and five more seconds have passed.
func (s *Server) Run(ctx context.Context) error {
	listeners, err := openSockets(s.cfg.Listen)
	if err != nil {
		return err
	}
	return s.serve(ctx, listeners)
}

func (s *Server) serve(ctx context.Context, listeners []net.Listener) error {
	requests, giveUp := context.WithCancel(context.Background())
	defer giveUp()
	door := newDoor(s.cfg.Limits.Conns)
	server := s.httpServer(requests, door)
	failed := make(chan error, len(listeners))
	for _, l := range listeners {
		go func() { failed <- server.Serve(door.guard(l)) }()
	}
	if s.cfg.Ready != nil {
		s.cfg.Ready(urlOf(s.cfg.Listen, listeners[0]))
	}
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	s.end(server, door, giveUp)
	return err
}

func (s *Server) httpServer(requests context.Context, door *door) *http.Server {
	l := s.cfg.Limits
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler:           s,
		Protocols:         protocols,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: 100, SendPingTimeout: l.Stall, WriteByteTimeout: l.Stall},
		ReadHeaderTimeout: l.Header,
		ReadTimeout:       l.Body, // it ends with the body, so it breaks off no answer
		WriteTimeout:      l.Answer,
		IdleTimeout:       l.Idle,
		MaxHeaderBytes:    l.HeaderBytes,
		ConnState:         door.note,
		BaseContext:       func(net.Listener) context.Context { return requests },
		ErrorLog:          slog.NewLogLogger(s.cfg.Log.Handler(), slog.LevelWarn),

		DisableGeneralOptionsHandler: true, // OPTIONS * is logged like any other request
	}
}

// end lets requests finish, and gives up those that take too long.
func (s *Server) end(server *http.Server, door *door, giveUp func()) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(s.grace.Load()))
	defer cancel()
	s.once.Do(func() { close(s.ending) })
	door.closeWaiting(0)
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		s.cfg.Log.Warn("requests are broken off, since they took too long to finish", "requests", s.running.Load())
	}
	giveUp()
	server.Close()
	for range 500 { // a handler may still use what the caller is about to close
		if s.running.Load() == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}
