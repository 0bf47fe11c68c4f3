// Package push tells programs what happens as it happens: GET /events/stream, as server-sent events (WHATWG HTML,
// section 9.2).
//
// Each event is that of the API, with its number as the id. A client that comes back says by Last-Event-ID which one it
// saw last, and gets all that came after it, in the order of commits. The events in the database are all that is
// needed for that, so a stream keeps nothing, and any server over the database goes on where another one ended.
package push

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"sync/atomic"
	"time"

	"patchwatch/track"
	"patchwatch/web/api"
	"patchwatch/web/internal/serve"
)

// Store is what is asked of the database.
type Store interface {
	LastEvent(context.Context) (int64, error)
	Epoch(context.Context) (string, error)
}

// Config is what Streams need. Only Log may be nil: then it is the default.
type Config struct {
	Store Store
	API   *api.API

	// Viewer is who asks, as they are now, and whether they may still be answered: a token may be taken back while a
	// stream goes on.
	Viewer func(*http.Request) (track.Viewer, bool)

	Log *slog.Logger
}

// Bounds of streams.
const (
	mostStreams    = 200 // of the 512 connections that a server has
	mostOfNetwork  = 20
	atOnce         = 50 // events are read and sent at once
	lookEvery      = 200 * time.Millisecond
	beatEvery      = 15 * time.Second
	longestStream  = time.Hour // then the client comes back, and says again who it is
	comeBackAfter  = time.Second
	whenFullReturn = 30 * time.Second
)

// Streams are all streams of a server.
type Streams struct {
	Config
	places places
	tide   tide
	sent   atomic.Int64
}

// New makes Streams.
func New(c Config) *Streams {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &Streams{Config: c, places: places{taken: map[netip.Prefix]int{}}, tide: tide{store: c.Store}}
}

// Counts are for metrics.
type Counts struct {
	Running int   // streams
	Events  int64 // sent so far
}

// Counts are what was counted so far.
func (s *Streams) Counts() Counts { return Counts{Running: s.places.all(), Events: s.sent.Load()} }

// ServeHTTP answers GET /events/stream.
func (s *Streams) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	in := &stream{Streams: s, r: r}
	if err := in.begin(); err != nil {
		in.refuse(w, err)
		return
	}
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Type", contentType)
		return
	}
	leave, full := s.places.take(serve.ClientIP(r))
	if leave == nil {
		w.Header().Set("Retry-After", strconv.Itoa(int(whenFullReturn/time.Second)))
		serve.Error(w, r, full, "There are too many streams: try again later, or ask /api/events/.")
		return
	}
	defer leave()
	w.Header().Set(api.EpochHeader, in.epoch)
	in.out = serve.NewStream(w, r, contentType)
	if err := in.run(); err != nil && r.Context().Err() == nil {
		s.Log.WarnContext(r.Context(), "a stream of events ends; its client comes back", "err", err)
	}
}

const contentType = "text/event-stream"

func (in *stream) refuse(w http.ResponseWriter, err error) {
	var bad badRequest
	switch {
	case errors.As(err, &bad):
		serve.Error(w, in.r, http.StatusBadRequest, string(bad))
	case errors.Is(err, api.ErrUnwanted):
		serve.Error(w, in.r, http.StatusBadRequest, sentence(err))
	default:
		if in.r.Context().Err() == nil {
			in.Log.ErrorContext(in.r.Context(), "answer", "path", in.r.URL.Path, "err", err)
		}
		w.Header().Set("Retry-After", "10")
		serve.Error(w, in.r, http.StatusServiceUnavailable, "The database does not answer: try again.")
	}
}
