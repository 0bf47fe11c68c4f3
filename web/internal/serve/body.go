package serve

import (
	"errors"
	"net/http"
	"os"
)

// limitBody bounds the size of a request's body. The time it may take is for net/http to bound.
func limitBody(most int64, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > most {
			Error(w, r, http.StatusRequestEntityTooLarge, tooLarge)
			return
		}
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = http.MaxBytesReader(innermost(w), r.Body, most)
		}
		next.ServeHTTP(w, r)
	})
}

// innermost returns the writer that net/http made: only that one can be told to close the connection.
func innermost(w http.ResponseWriter) http.ResponseWriter {
	for {
		outer, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return w
		}
		w = outer.Unwrap()
	}
}

const tooLarge = "The body of the request is too large."

// BodyError answers a request whose body could not be read or understood: 413, 408, or 400 with detail.
func BodyError(w http.ResponseWriter, r *http.Request, err error, detail string) {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		Error(w, r, http.StatusRequestEntityTooLarge, tooLarge)
	case errors.Is(err, os.ErrDeadlineExceeded):
		Error(w, r, http.StatusRequestTimeout, "The body of the request took too long to arrive.")
	default:
		Error(w, r, http.StatusBadRequest, detail)
	}
}
