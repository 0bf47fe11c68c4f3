package serve

import (
	"net/http"
	"time"
)

// Stream is an answer without an end, each piece of which is sent at once. The limits of a whole answer do not hold for
// it, but each piece must be taken within Limits.Stall: whoever does not, is cut off by an error of Send.
type Stream struct {
	w http.ResponseWriter
}

// NewStream begins to answer r with 200 and a type of content. It is not compressed, as that would hold back pieces,
// and proxies are asked to hold back nothing. Nothing may have been written to w before or be after.
func NewStream(w http.ResponseWriter, r *http.Request, contentType string) *Stream {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no") // nginx
	w = withoutEnd(w)
	w.WriteHeader(http.StatusOK)
	return &Stream{w}
}

// withoutEnd lifts the limits of a whole answer, and gives the writer below what compresses.
func withoutEnd(w http.ResponseWriter) http.ResponseWriter {
	for outer := w; ; {
		switch is := outer.(type) {
		case *answer:
			is.began = true
			is.endless()
		case *recorder:
			is.end = time.Time{}
			return is
		}
		under, ok := outer.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return w // in a test there may be no Server
		}
		outer = under.Unwrap()
	}
}

// Send sends a piece. It returns when the client has room for it.
func (s *Stream) Send(piece []byte) error {
	if _, err := s.w.Write(piece); err != nil {
		return err
	}
	return http.NewResponseController(s.w).Flush()
}

// Ending is closed when the server is to end: streams are to end then.
func Ending(r *http.Request) <-chan struct{} { return of(r).ending }
