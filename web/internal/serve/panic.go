package serve

import (
	"fmt"
	"net/http"
	"runtime/debug"
)

// recoverPanic answers 500 when a handler panics, and logs where. If a part of the answer may have been sent already,
// it breaks off the connection, so that nobody takes that part for the whole.
func (s *Server) recoverPanic(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			reason := recover()
			if reason == nil {
				return
			}
			if reason == http.ErrAbortHandler {
				panic(reason)
			}
			q := of(r)
			s.cfg.Log.Error("a handler panicked", "id", q.id, "panic", fmt.Sprint(reason), "stack", string(debug.Stack()))
			if q.began {
				panic(http.ErrAbortHandler)
			}
			Error(w, r, http.StatusInternalServerError, "The server failed. Its log has more under request "+q.id+".")
		}()
		next.ServeHTTP(w, r)
	})
}
