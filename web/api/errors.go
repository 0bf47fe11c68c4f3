package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"patchwatch/db/engine"
)

// refusal is a request that is not done, in words that may be told: a sentence, or one for each field.
type refusal struct {
	status int
	detail string
	fields []fault
}

// fault is what is wrong with a field, which may be one of an object that is a field.
type fault struct{ in, field, sentence string }

func (r *refusal) Error() string { return strconv.Itoa(r.status) + " " + r.detail }

// The sentences of Django REST Framework, which clients look for.
var (
	errNotFound    = &refusal{status: http.StatusNotFound, detail: "Not found."}
	errNoPage      = &refusal{status: http.StatusNotFound, detail: "Invalid page."}
	errGone        = &refusal{status: http.StatusGone, detail: "Gone."}
	errNobody      = &refusal{status: http.StatusForbidden, detail: "Authentication credentials were not provided."}
	errForbidden   = &refusal{status: http.StatusForbidden, detail: "You do not have permission to perform this action."}
	errTooMany     = &refusal{status: http.StatusBadRequest, detail: "Too many parameters."}
	errManyWords   = &refusal{status: http.StatusBadRequest, detail: "Too many words."}
	errTooLongURL  = &refusal{status: http.StatusRequestURITooLong, detail: "The URL is too long."}
	errTooLarge    = &refusal{status: http.StatusRequestEntityTooLarge, detail: "The request is too large."}
	errUnavailable = &refusal{status: http.StatusServiceUnavailable, detail: "The database does not answer: try again."}
)

func invalid(field, sentence string) error {
	return &refusal{status: http.StatusBadRequest, fields: []fault{{"", field, sentence}}}
}

// refusalOf finds the words for an error. All that is no refusal is a fault of ours: it is logged, and not told.
func (c *call) refusalOf(err error) *refusal {
	var no *refusal
	switch {
	case errors.As(err, &no):
		return no
	case errors.Is(err, engine.ErrNotFound):
		return errNotFound
	case errors.Is(err, engine.ErrConflict):
		return &refusal{status: http.StatusConflict, detail: "This is in conflict with what others have done."}
	case errors.Is(err, context.Canceled), c.ctx().Err() != nil:
		return errUnavailable // the client has gone
	case errors.Is(err, engine.ErrReadOnly), errors.Is(err, engine.ErrClosed), errors.Is(err, engine.ErrReplaced),
		errors.Is(err, engine.ErrNotExist), errors.Is(err, engine.ErrNewer), errors.Is(err, engine.ErrAway),
		errors.Is(err, context.DeadlineExceeded):
		c.Log.ErrorContext(c.ctx(), "answer", "path", c.r.URL.Path, "err", err)
		return errUnavailable
	}
	c.Log.ErrorContext(c.ctx(), "answer", "path", c.r.URL.Path, "err", err)
	return &refusal{status: http.StatusInternalServerError, detail: "Internal error."}
}

func (c *call) refuse(err error) {
	no := c.refusalOf(err)
	h := c.w.Header()
	if no.status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "10")
	}
	body := no.body()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.w.WriteHeader(no.status)
	if c.r.Method != http.MethodHead {
		_, _ = c.w.Write(body) // the client has gone
	}
}

func (r *refusal) body() []byte {
	if r.fields == nil {
		return append(appendString([]byte(`{"detail":`), r.detail), '}')
	}
	b := []byte{'{'}
	in := ""
	for i, f := range r.fields {
		if in != "" && f.in != in {
			b = append(b, '}')
		}
		if i > 0 {
			b = append(b, ',')
		}
		if f.in != "" && f.in != in {
			b = append(appendString(b, f.in), ":{"...)
		}
		in = f.in
		b = appendString(b, f.field)
		b = append(b, ":["...)
		b = append(appendString(b, f.sentence), ']')
	}
	if in != "" {
		b = append(b, '}')
	}
	return append(b, '}')
}
