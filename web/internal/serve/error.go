package serve

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"patchwatch/web/internal/layout"
)

// Error answers with an error: below /api/ as JSON {"detail": "..."}, otherwise as a page if a browser asks, and as
// plain text if not. It takes back what the headers say of an answer that will not come.
func Error(w http.ResponseWriter, r *http.Request, status int, detail string) {
	h := w.Header()
	for _, name := range []string{"Content-Length", "Content-Encoding", "Content-Disposition", "ETag", "Last-Modified",
		"Cache-Control", "Link"} {
		h.Del(name)
	}
	kind, body := "application/json", []byte(nil)
	if IsAPI(r) {
		body = []byte(asJSON(detail))
	} else {
		h.Add("Vary", "Accept")
		kind, body = asPage(r, status, detail)
	}
	h.Set("Content-Type", kind)
	w.WriteHeader(status)
	w.Write(body)
}

func asPage(r *http.Request, status int, detail string) (kind string, body []byte) {
	if layout.Wanted(r) {
		if page, err := faultOf(r, status, detail).Render(); err == nil {
			return "text/html; charset=utf-8", page
		}
	}
	return "text/plain; charset=utf-8", []byte(detail + "\n")
}

// faultOf is the page of an error. It asks nobody for anything, since there may be no database.
func faultOf(r *http.Request, status int, detail string) *layout.Fault {
	q := of(r)
	prefix := layout.Prefix(q.base)
	f := &layout.Fault{
		Page: layout.Page{
			Title: http.StatusText(status), Problem: forPeople(status, detail), Prefix: prefix, Search: prefix + "/search/",
			User: q.user, Admin: q.admin,
		},
		Lost: status == http.StatusNotFound,
	}
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch {
	case status == http.StatusForbidden && q.user == "":
		f.Login = prefix + "/user/login/"
		if reads {
			f.Login += "?next=" + url.QueryEscape(r.URL.RequestURI())
		}
	case status >= 500 && reads:
		f.Again = prefix + "/" + strings.TrimLeft(r.URL.RequestURI(), `/\`) // "//host" would lead elsewhere
	}
	return f
}

// forPeople says more than programs are told where that is only what the status says already.
func forPeople(status int, detail string) string {
	switch {
	case !strings.EqualFold(detail, http.StatusText(status)+"."):
		return detail
	case status == http.StatusNotFound:
		return "Nothing has this address, or nothing that you may see."
	case status == http.StatusGone:
		return "What had this address was taken out of sight by those who look after it."
	}
	return detail
}

func asJSON(detail string) string {
	text, err := json.Marshal(struct {
		Detail string `json:"detail"`
	}{detail})
	if err != nil {
		return `{"detail": ""}` // no string does this
	}
	return string(text)
}

// IsAPI reports whether r is for the API, so whether its errors are JSON.
func IsAPI(r *http.Request) bool {
	return r.URL.Path == "/api" || strings.HasPrefix(r.URL.Path, "/api/")
}
