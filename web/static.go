package web

import (
	"net/http"

	"patchwatch/web/internal/layout"
	"patchwatch/web/internal/serve"
)

// staticFile answers with a file that pages name, such as the stylesheet. What is under its name never changes, so a
// browser asks for it once.
func staticFile(w http.ResponseWriter, r *http.Request) {
	f, ok := layout.Static(r.PathValue("name"))
	if !ok {
		serve.Error(w, r, http.StatusNotFound, "There is no such file.")
		return
	}
	w.Header().Set("Content-Type", f.Type)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	if !serve.NotModified(w, r, f.Hash) {
		_, _ = w.Write(f.Body)
	}
}
