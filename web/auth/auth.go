// Package auth finds out who asks: by the cookie of a session, an API token, a name and password, or what a proxy says.
//
// A request without any of them is anybody's. One with something wrong is refused, also where anybody may read: whoever
// sends a token wants to be known by it.
package auth

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
)

// Store is what is asked of the database.
type Store interface {
	Users(ctx context.Context) ([]track.User, error)
	Changes(ctx context.Context, projects ...int64) (map[int64]int64, error)
	Password(ctx context.Context, user int64) (phc string, err error)
	SetPassword(ctx context.Context, by track.Actor, user int64, phc string, keep int64) error
	AddCredential(ctx context.Context, by track.Actor, c track.Credential, hash engine.Sum) (track.Credential, error)
	Credential(ctx context.Context, hash engine.Sum) (track.Credential, error)
	Credentials(ctx context.Context, user int64) ([]track.Credential, error)
	UseCredential(ctx context.Context, id int64, at time.Time) error
	Revoke(ctx context.Context, by track.Actor, user int64, ids ...int64) error
}

// Config is what Auth needs. Store, Base and Client are needed.
type Config struct {
	Store  Store
	Base   func(*http.Request) string     // the URL under which the client sees the server, without a final slash
	Client func(*http.Request) netip.Addr // the address that the client has; invalid: it came by a unix socket

	Header   string                   // by which a proxy names the user; empty: none is believed
	Believed func(*http.Request) bool // whether the peer is one that may say it

	RequireLogin bool // nothing is shown to anybody but users

	// Refuse answers a request that is refused. Redirect leads to another path of the server.
	Refuse   func(w http.ResponseWriter, r *http.Request, status int, sentence string)
	Redirect func(w http.ResponseWriter, r *http.Request, path string, status int)

	Note func(r *http.Request, user string, admin bool) // who asks; nil: nobody wants to know

	Log   *slog.Logger     // nil: the default
	Clock func() time.Time // nil: time.Now
}

// Auth knows users.
type Auth struct {
	Config
	users   users
	limits  *limits
	hashing hashing
	known   *known
}

// New makes an Auth.
func New(c Config) *Auth {
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	a := &Auth{Config: c, limits: newLimits(c.Clock), hashing: newHashing(), known: newKnown(c.Clock)}
	a.users.store = c.Store
	return a
}

// refusal is why a request is not answered, in words that may be told.
type refusal struct {
	status   int
	sentence string
}

func (r refusal) Error() string { return r.sentence }

// The sentences of Django REST Framework, which clients look for.
var (
	errNoCredentials = refusal{http.StatusForbidden, "Authentication credentials were not provided."}
	errBadToken      = refusal{http.StatusForbidden, "Invalid token."}
	errBadPassword   = refusal{http.StatusForbidden, "Invalid username/password."}
	errBadHeader     = refusal{http.StatusForbidden, "Invalid token header."}
	errTooMany       = refusal{http.StatusTooManyRequests, "Too many tries: wait a moment."}
	errNoAccount     = refusal{http.StatusForbidden, "Whom the proxy names has no account here."}
)

type contextKey struct{}

// who is what the context of a request has.
type who struct {
	track.Viewer
	credential int64 // of a session or token; 0: another way
	session    bool
}

// Viewer is who asks.
func Viewer(r *http.Request) track.Viewer { return of(r).Viewer }

func of(r *http.Request) who {
	w, _ := r.Context().Value(contextKey{}).(who)
	return w
}

// Wrap finds out who asks before next answers.
func (a *Auth) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if hasPrefix(r.URL.Path, layout.StaticPath) { // the same for everybody
			next.ServeHTTP(w, r)
			return
		}
		is, err := a.identify(r)
		if err == nil && a.RequireLogin && is.User == nil && !isOpen(r.URL.Path) {
			if wantsPage(r) {
				a.toLogin(w, r)
				return
			}
			err = errNoCredentials
		}
		if err != nil {
			a.refuse(w, r, err)
			return
		}
		if is.User != nil {
			if a.Note != nil {
				a.Note(r, is.User.Name, is.User.Admin)
			}
			w.Header().Add("Vary", "Cookie, Authorization")
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), contextKey{}, is)))
	})
}

// refuse answers with what a refusal says. All else is a fault of ours, which is logged and not told.
func (a *Auth) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var no refusal
	if !errors.As(err, &no) {
		a.Log.ErrorContext(r.Context(), "find out who asks", "err", err)
		no = refusal{http.StatusServiceUnavailable, "The database does not answer: try again."}
	}
	if no.status == http.StatusTooManyRequests || no.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "10")
	}
	a.Refuse(w, r, no.status, no.sentence)
}

// isOpen tells whether a path is for those who have not logged in yet, also where all else needs it.
func isOpen(path string) bool {
	switch path {
	case loginPath, "/robots.txt":
		return true
	}
	return hasPrefix(path, welcomePath)
}

func hasPrefix(path, prefix string) bool {
	return len(path) > len(prefix) && path[:len(prefix)] == prefix
}
