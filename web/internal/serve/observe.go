package serve

import (
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"
)

// observe gives each request its id, writes a line to the log when it is answered, and counts it.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.running.Add(1)
		defer s.running.Add(-1)
		r, q := s.begin(r)
		w.Header().Set("X-Request-Id", q.id)
		rec := &recorder{ResponseWriter: w, stall: s.cfg.Limits.Stall, end: q.start.Add(s.cfg.Limits.Answer)}
		defer func() { // also when the connection is broken off by a panic
			took := time.Since(q.start)
			if rec.status == http.StatusServiceUnavailable && r.Context().Err() != nil { // nobody was there to be told
				rec.status = 0
			}
			s.metrics.add(q.route, rec.status, took)
			s.log(r, q, rec, took)
		}()
		next.ServeHTTP(rec, r)
		if rec.status == 0 && r.Context().Err() == nil { // net/http will say so; 0 stays if the client is gone
			rec.status = http.StatusOK
		}
	})
}

// log writes the line of a request. It has no header and no query, since both may hold secrets.
func (s *Server) log(r *http.Request, q *request, rec *recorder, took time.Duration) {
	level := slog.LevelInfo
	if rec.status >= 500 {
		level = slog.LevelWarn
	}
	if !s.cfg.Log.Enabled(r.Context(), level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("id", q.id), slog.String("method", cut(r.Method, 20)), slog.String("path", s.pathForLog(r)),
		slog.Int("status", rec.status), slog.Int64("bytes", rec.bytes), slog.Duration("duration", took),
	}
	if q.user != "" {
		attrs = append(attrs, slog.String("user", q.user))
	}
	remote := "unix"
	if q.client.IsValid() {
		remote = q.client.String()
	}
	s.cfg.Log.LogAttrs(r.Context(), level, "request", append(attrs, slog.String("remote", remote))...)
}

// pathForLog returns the path in its escaped form, so it has no control characters, and without secrets. Where a secret
// may be is looked for in what the path means, not in how it is spelled.
func (s *Server) pathForLog(r *http.Request) string {
	plain := path.Clean(r.URL.Path)
	for _, prefix := range s.cfg.Secret {
		if strings.Contains(plain, prefix) {
			return prefix + "..."
		}
	}
	return cut(r.URL.EscapedPath(), 500)
}

func cut(text string, most int) string {
	if len(text) > most {
		return text[:most] + "..."
	}
	return text
}

// recorder counts what is sent, and gives the client a time in which to take it.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
	stall  time.Duration // for each piece
	end    time.Time     // of all; zero: it has no end
	set    time.Time     // when the deadline was set
}

// piece is what a client must take within the stall time.
const piece = 64 << 10

func (rec *recorder) Unwrap() http.ResponseWriter { return rec.ResponseWriter }

func (rec *recorder) WriteHeader(status int) {
	if rec.status == 0 && status >= 200 {
		rec.status = status
	}
	rec.extend()
	rec.ResponseWriter.WriteHeader(status)
}

func (rec *recorder) Write(p []byte) (done int, err error) {
	if rec.status == 0 {
		rec.status = http.StatusOK
	}
	for first := true; first || len(p) > 0 && err == nil; first = false {
		rec.extend()
		var n int
		n, err = rec.ResponseWriter.Write(p[:min(piece, len(p))])
		done, p = done+n, p[n:]
		rec.bytes += int64(n)
	}
	return done, err
}

func (rec *recorder) Flush() {
	if rec.status == 0 {
		rec.status = http.StatusOK
	}
	rec.extend()
	http.NewResponseController(rec.ResponseWriter).Flush()
}

// extend moves the deadline for writing, at most once a second.
func (rec *recorder) extend() {
	now := time.Now()
	if now.Sub(rec.set) < min(time.Second, rec.stall/4) {
		return
	}
	rec.set = now
	deadline := now.Add(rec.stall)
	if !rec.end.IsZero() && deadline.After(rec.end) {
		deadline = rec.end
	}
	http.NewResponseController(rec.ResponseWriter).SetWriteDeadline(deadline) // a writer in a test may have none
}
