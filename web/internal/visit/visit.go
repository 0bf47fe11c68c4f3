// Package visit is what all answers outside the API have in common: who asks, which project, patch or series a URL
// means, and how an answer, a redirect or a refusal is sent.
package visit

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/serve"
	"patchwatch/web/internal/site"
)

// Store is what is asked of the database to find what a URL names.
type Store interface {
	PatchPage(context.Context, track.PatchQuery) (track.Page[track.PatchRow], error)
	CoverPage(context.Context, track.CoverQuery) (track.Page[track.CoverRow], error)
	PatchRows(ctx context.Context, ids []int64, s track.Scope) (map[int64]track.PatchRow, error)
	CoverRows(ctx context.Context, ids []int64, s track.Scope) (map[int64]track.CoverRow, error)
	CommentRows(ctx context.Context, ids []int64, s track.Scope) (map[int64]track.CommentRow, error)
	SeriesRow(ctx context.Context, id int64, s track.Scope) (track.SeriesRow, error)
	Bundles(ctx context.Context, owner int64) ([]track.Bundle, error)
}

// Desk is where visits arrive. All fields are needed.
type Desk struct {
	Store  Store
	Keeper *site.Keeper // of the same database
	Viewer func(*http.Request) track.Viewer
	Log    *slog.Logger
	Clock  func() time.Time
}

// Visit is a request that is being answered.
type Visit struct {
	R      *http.Request
	Viewer track.Viewer
	World  *site.World
	Links  site.Links
	Now    time.Time // for ages; it goes on in steps, so that answers can be kept
	HTML   bool      // a browser asks

	store Store
	desk  *Desk
}

// step is how long the ages that a page shows may stand.
const step = 5 * time.Minute

func (d *Desk) begin(r *http.Request) *Visit {
	return &Visit{
		R: r, Viewer: d.Viewer(r), Links: site.Links{Base: serve.Base(r)}, Now: d.Clock().Truncate(step),
		HTML: layout.Wanted(r), store: d.Store, desk: d,
	}
}

// Kind says on what an answer depends besides its URL and who asks.
type Kind struct {
	Accept bool // whether a browser asks
	Ages   bool // what time it is, in steps
}

// Reads makes a handler of what makes an answer, which is kept for as long as it holds.
func (d *Desk) Reads(k Kind, get func(*Visit) (*site.Answer, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := d.begin(r)
		ask := site.Ask{Key: v.Links.Base + r.URL.EscapedPath() + "?" + r.URL.RawQuery, Viewer: v.Viewer, Own: true}
		if k.Accept {
			w.Header().Add("Vary", "Accept")
			if v.HTML {
				ask.Key += "\npage"
			}
		}
		if k.Ages {
			ask.Key += "\nat " + v.Now.UTC().Format(time.RFC3339)
		}
		a, err := d.Keeper.Answer(r.Context(), ask, func(_ context.Context, w *site.World) (*site.Answer, error) {
			v.World = w
			return get(v)
		})
		if err != nil {
			v.Refuse(w, err)
			return
		}
		a.Write(w, r)
	}
}

// Writes makes a handler of what changes something, or answers what must not be kept. An error that do returns is sent
// as a refusal, so do then has sent nothing.
func (d *Desk) Writes(do func(*Visit, http.ResponseWriter) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := d.begin(r)
		err := error(nil)
		if v.World, err = d.Keeper.World(r.Context()); err == nil {
			err = do(v, w)
		}
		if err != nil {
			v.Refuse(w, err)
		}
	}
}

// Ctx is that of the request.
func (v *Visit) Ctx() context.Context { return v.R.Context() }

// Client is the address from which the request came. It is invalid where that says nothing of who asks: for users who
// have logged in, and for those who connect by a socket file.
func (v *Visit) Client() netip.Addr {
	if v.Viewer.User != nil {
		return netip.Addr{}
	}
	return serve.ClientIP(v.R)
}

// Scope leaves out what the viewer does not see.
func (v *Visit) Scope() track.Scope { return track.Scope{Without: v.World.Without(v.Viewer)} }

// Whole leaves out what the viewer does not see, but not what is hidden: that is told to be gone.
func (v *Visit) Whole() track.Scope {
	return track.Scope{Without: v.World.Without(v.Viewer), Whole: true}
}

// Refusal is a request that is not done, in words that may be told.
type Refusal struct {
	Status int
	Detail string
}

func (r *Refusal) Error() string { return r.Detail }

// What is asked for is not there, or not for this viewer; or it was taken out of sight; or not for this viewer to do.
var (
	ErrNotFound  = &Refusal{http.StatusNotFound, "Not found."}
	ErrGone      = &Refusal{http.StatusGone, "Gone."}
	ErrForbidden = &Refusal{http.StatusForbidden, "You do not have permission to perform this action."}
)

// Redirect is an answer that is somewhere else.
type Redirect struct {
	To     string // an escaped path of this server, perhaps with a query
	Status int    // 0: 302
	// Whole has the answer name this server too, for programs that understand no path alone. Where a proxy does not say
	// how it is called, that may be the wrong name.
	Whole bool
}

func (r *Redirect) Error() string { return "see " + r.To }

// Stream is an answer that is sent while it is made, since it may be too large to be kept. Send gives an error only
// before it has sent anything, or else has it end so that the client sees that the rest is missing.
type Stream struct {
	Send func(http.ResponseWriter) error
}

func (s *Stream) Error() string { return "an answer that is not kept" }

// Refuse sends what an error says to its reader.
func (v *Visit) Refuse(w http.ResponseWriter, err error) {
	var stream *Stream
	if errors.As(err, &stream) {
		if err = stream.Send(w); err == nil {
			return
		}
	}
	var no *Refusal
	var elsewhere *Redirect
	switch {
	case errors.As(err, &elsewhere):
		status := elsewhere.Status
		if status == 0 {
			status = http.StatusFound
		}
		if elsewhere.Whole {
			serve.RedirectWhole(w, v.R, elsewhere.To, status)
		} else {
			serve.Redirect(w, v.R, elsewhere.To, status)
		}
	case errors.As(err, &no):
		serve.Error(w, v.R, no.Status, no.Detail)
	case errors.Is(err, engine.ErrNotFound):
		serve.Error(w, v.R, http.StatusNotFound, ErrNotFound.Detail)
	default:
		if v.Ctx().Err() == nil {
			v.desk.Log.ErrorContext(v.Ctx(), "answer", "path", v.R.URL.Path, "err", err)
		}
		w.Header().Set("Retry-After", "10")
		serve.Error(w, v.R, http.StatusServiceUnavailable, "The database does not answer: try again.")
	}
}
