package serve

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// Error answers with an error: below /api/ as JSON {"detail": "..."}, otherwise as plain text. It takes back what the
// headers say of an answer that will not come.
func Error(w http.ResponseWriter, r *http.Request, status int, detail string) {
	h := w.Header()
	for _, name := range []string{"Content-Length", "Content-Encoding", "Content-Disposition", "ETag", "Last-Modified",
		"Cache-Control", "Link"} {
		h.Del(name)
	}
	text := detail + "\n"
	h.Set("Content-Type", "text/plain; charset=utf-8")
	if IsAPI(r) {
		text = asJSON(detail)
		h.Set("Content-Type", "application/json")
	}
	w.WriteHeader(status)
	io.WriteString(w, text)
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
