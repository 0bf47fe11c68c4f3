package serve

import (
	"fmt"
	"net/http"
	"path"
	"strings"

	"patchwatch/web/internal/layout"
)

// Routes serves mux, with errors and redirects that look like all others:
//
//   - A path that matches nothing is a 404 by Error, and a wrong method a 405 with Allow.
//   - A path with //, /./ or /../ is redirected to its clean form with 307, so that a PATCH stays one.
//   - A path that a pattern has with a final slash is redirected there.
//   - %2F is a character of its segment, not a slash, also in redirects, where ServeMux would lose it. %2E%2E is no
//     "..", and a handler gets it as a value.
//
// What matches nothing in mux is given to the first of others that takes it.
func Routes(mux *http.ServeMux, others ...Other) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := r.URL.EscapedPath()
		if clean := cleanPath(asked); clean != asked {
			redirect(w, r, clean)
			return
		}
		handler, pattern := mux.Handler(r)
		switch {
		case pattern == "":
			if other := whoTakes(others, r); other != nil {
				other.ServeHTTP(w, r)
				return
			}
			notFound(w, r, handler)
		case wantsSlash(pattern, asked):
			of(r).route = pattern
			redirect(w, r, asked+"/")
		default:
			of(r).route = pattern // a Routes inside overwrites it
			mux.ServeHTTP(w, r)
		}
	})
}

// Other is a handler of paths that a ServeMux cannot tell from others, since they begin with a name that is not fixed.
type Other interface {
	http.Handler
	Takes(*http.Request) bool
}

func whoTakes(others []Other, r *http.Request) Other {
	for _, o := range others {
		if o.Takes(r) {
			return o
		}
	}
	return nil
}

func redirect(w http.ResponseWriter, r *http.Request, escapedPath string) {
	to := escapedPath
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	Redirect(w, r, to, http.StatusTemporaryRedirect)
}

// Redirect answers with a redirect to a path of this server, which is escaped and may have a query. Unlike
// http.Redirect it knows the prefix that the server may have behind a proxy.
func Redirect(w http.ResponseWriter, r *http.Request, escapedPath string, status int) {
	sendTo(w, layout.Prefix(Base(r)), escapedPath, status)
}

// RedirectWhole is Redirect with the whole URL, for clients that understand no path alone.
func RedirectWhole(w http.ResponseWriter, r *http.Request, escapedPath string, status int) {
	sendTo(w, Base(r), escapedPath, status)
}

func sendTo(w http.ResponseWriter, to, escapedPath string, status int) {
	below := strings.TrimLeft(escapedPath, `/\`) // //host would lead to another server
	w.Header().Set("Location", to+"/"+below)
	w.WriteHeader(status)
}

// cleanPath takes empty segments and those of dots out of an escaped path. A final slash stays.
func cleanPath(escaped string) string {
	clean := path.Clean("/" + escaped)
	if strings.HasSuffix(escaped, "/") && clean != "/" {
		clean += "/"
	}
	return clean
}

// wantsSlash reports whether mux would redirect: pattern ends in a slash, {$} or {x...}, and the path is what is before
// that without its slash.
func wantsSlash(pattern, escapedPath string) bool {
	last := pattern[strings.LastIndexByte(pattern, '/')+1:]
	return (last == "" || last == "{$}" || strings.HasSuffix(last, "...}")) && !strings.HasSuffix(escapedPath, "/") &&
		strings.Count(pattern, "/") == strings.Count(escapedPath, "/")+1
}

// notFound asks mux's own handler of errors what is wrong, and says it our way.
func notFound(w http.ResponseWriter, r *http.Request, handler http.Handler) {
	asked := &silent{header: http.Header{}, status: http.StatusNotFound}
	handler.ServeHTTP(asked, r)
	if asked.status != http.StatusMethodNotAllowed {
		Error(w, r, http.StatusNotFound, "Not found.")
		return
	}
	w.Header().Set("Allow", asked.header.Get("Allow"))
	Error(w, r, http.StatusMethodNotAllowed, fmt.Sprintf("Method %q not allowed.", cut(r.Method, 20)))
}

// silent sends nothing.
type silent struct {
	header http.Header
	status int
}

func (s *silent) Header() http.Header         { return s.header }
func (s *silent) Write(p []byte) (int, error) { return len(p), nil }
func (s *silent) WriteHeader(status int)      { s.status = status }
