package serve

import (
	"context"
	"net/http"
	"time"
)

// limitTime ends the context of a request whose handler does not begin to answer in time, and answers 503 if the
// handler then gives up: if it returns without an answer or answers 500 and more. Once the handler has begun, the
// limits of sending count. A handler that ignores its context is not stopped.
func (s *Server) limitTime(next http.Handler) http.Handler {
	l := s.cfg.Limits
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancelCause(r.Context())
		defer cancel(nil)
		timer := time.AfterFunc(l.Request, func() { cancel(context.DeadlineExceeded) })
		defer timer.Stop()
		r = r.WithContext(ctx)
		a := &answer{
			ResponseWriter: w, r: r, request: of(r),
			begin: func() { timer.Reset(l.Answer) }, endless: func() { timer.Stop() },
		}
		next.ServeHTTP(a, r)
		if a.route == "" {
			a.route = r.Pattern
		}
		if !a.began && a.late() {
			a.unavailable()
		}
	})
}

// answer notes when a handler begins to answer.
type answer struct {
	http.ResponseWriter
	*request
	r       *http.Request
	begin   func()
	endless func() // instead of begin, where the answer has no end
	replace bool   // the handler's answer is dropped
}

func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) late() bool { return context.Cause(a.r.Context()) == context.DeadlineExceeded }

func (a *answer) unavailable() {
	a.began, a.replace = true, true
	a.Header().Set("Retry-After", "10")
	Error(a.ResponseWriter, a.r, http.StatusServiceUnavailable, "The answer took too long to find. Try again later.")
}

func (a *answer) WriteHeader(status int) {
	switch {
	case a.replace:
		return
	case status < 200 || a.began:
	case status >= 500 && a.late():
		a.unavailable()
		return
	default:
		a.start()
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) start() {
	a.began = true
	a.begin()
}

func (a *answer) Flush() {
	if a.replace {
		return
	}
	if !a.began {
		a.start()
	}
	http.NewResponseController(a.ResponseWriter).Flush()
}

func (a *answer) Write(p []byte) (int, error) {
	if a.replace {
		return len(p), nil
	}
	if !a.began {
		a.start()
	}
	return a.ResponseWriter.Write(p)
}
