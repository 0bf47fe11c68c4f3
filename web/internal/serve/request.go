package serve

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// request is what is known of a request beside what http.Request has. Its goroutine alone uses it.
type request struct {
	id     string
	start  time.Time
	client netip.Addr // zero: unknown, as with a socket file
	host   string
	base   string // https://HOST/PREFIX
	user   string
	admin  bool            // the user administers
	route  string          // pattern
	began  bool            // the handler has begun to answer
	ending <-chan struct{} // is closed when the server is to end; nil: that is not known
}

type requestKey struct{}

// of returns what is known of r. For a request that did not come through a Server, as in tests, it is little.
func of(r *http.Request) *request {
	if q, ok := r.Context().Value(requestKey{}).(*request); ok {
		return q
	}
	client, _ := peerOf(r)
	return &request{client: client, host: r.Host, base: "http://" + r.Host}
}

// Base returns the absolute URL of the server as the sender of r knows it, without a final slash.
func Base(r *http.Request) string { return of(r).base }

// ClientIP returns the address of the client, behind trusted proxies. It is invalid if it is unknown, as for those who
// connect by a socket file.
func ClientIP(r *http.Request) netip.Addr { return of(r).client }

// RequestID returns the id that r has in the log and in the header X-Request-Id.
func RequestID(r *http.Request) string { return of(r).id }

// SetUser says on whose behalf r is, for the log and for pages that say what went wrong.
func SetUser(r *http.Request, name string, admin bool) {
	q := of(r)
	q.user, q.admin = name, admin
}

// SetRoute says which route answers r, for the log and the metrics, where a handler has routes of its own.
func SetRoute(r *http.Request, pattern string) { of(r).route = pattern }

// begin gathers what is to be known of a request, takes the prefix off its path, and returns it with that.
func (s *Server) begin(r *http.Request) (*http.Request, *request) {
	q := &request{id: s.requestID(r), start: time.Now(), client: s.cfg.Trust.client(r), ending: s.ending}
	scheme, host := s.base(r)
	q.host, q.base = host, scheme+"://"+host
	r = r.WithContext(context.WithValue(r.Context(), requestKey{}, q))
	if s.cfg.URL != nil {
		q.host = r.Host
		if q.host == "" {
			q.host = host
		}
		q.base += s.cfg.URL.EscapedPath()
		r.URL = withoutPrefix(r.URL, s.cfg.URL)
	} else {
		r.Host = host
	}
	return r, q
}

// requestID takes the id that a trusted proxy gave, so that both logs have the same.
func (s *Server) requestID(r *http.Request) string {
	given := r.Header.Get("X-Request-Id")
	if given != "" && len(given) <= 64 && strings.Trim(given, hostChars) == "" && s.cfg.Trust.Peer(r) {
		return given
	}
	return rand.Text()[:16]
}

func withoutPrefix(u, public *url.URL) *url.URL {
	rest, ok := strings.CutPrefix(u.EscapedPath(), public.EscapedPath())
	if !ok || public.Path == "" || rest != "" && rest[0] != '/' {
		return u
	}
	if rest == "" {
		rest = "/"
	}
	path, err := url.PathUnescape(rest)
	if err != nil {
		return u
	}
	return &url.URL{Path: path, RawPath: rest, RawQuery: u.RawQuery}
}
