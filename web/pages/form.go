package pages

import (
	"errors"
	"net/http"

	"patchwatch/web/internal/visit"
)

// maxFields bounds what a form may have. A page of a list has a box for each of its rows.
const maxFields = 2000

// readForm reads the fields of a form that was sent.
func readForm(r *http.Request) error {
	err := r.ParseForm()
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return &visit.Refusal{Status: http.StatusRequestEntityTooLarge, Detail: "The form is too large."}
	case err != nil:
		return &visit.Refusal{Status: http.StatusBadRequest, Detail: "This is not a form."}
	case len(r.PostForm) > maxFields:
		return &visit.Refusal{Status: http.StatusBadRequest, Detail: "The form has too many fields."}
	}
	return nil
}
