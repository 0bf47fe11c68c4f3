package serve

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"
)

// limitBody bounds the size of a request's body, and the time it takes to arrive.
func (s *Server) limitBody(next http.Handler) http.Handler {
	most, within := s.cfg.Limits.BodyBytes, s.cfg.Limits.Body
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		control := http.NewResponseController(w)
		control.SetReadDeadline(time.Now().Add(within)) // also for what net/http reads after the answer
		r.Body = &body{ReadCloser: http.MaxBytesReader(innermost(w), r.Body, most), control: control}
		if r.ContentLength > most {
			Error(w, r, http.StatusRequestEntityTooLarge, tooLarge)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// body takes the deadline off when all is read. Otherwise it would break off the answer.
type body struct {
	io.ReadCloser
	control *http.ResponseController
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == io.EOF {
		b.control.SetReadDeadline(time.Time{})
	}
	return n, err
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
