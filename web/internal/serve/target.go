package serve

import (
	"net/http"
	"strings"
	"unicode/utf8"
)

// checkTarget refuses requests whose host or path no route should have to think about.
func checkTarget(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fault := targetFault(r); fault != "" {
			Error(w, r, http.StatusBadRequest, fault)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func targetFault(r *http.Request) string {
	switch path := r.URL.Path; {
	case !validHost(of(r).host):
		return "The Host header is not the name of a host."
	case !strings.HasPrefix(path, "/"): // CONNECT, OPTIONS *
		return "The path does not begin with a slash."
	case strings.Contains(path, "\x00"):
		return "The path has a NUL character."
	case !utf8.ValidString(path):
		return "The path is not UTF-8."
	}
	return ""
}
