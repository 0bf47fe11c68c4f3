package serve

import (
	"net/http"
	"net/url"
)

// protectOrigin refuses requests that a page of another site makes a browser send, unless they only read. So no form
// needs a token, but no GET may change anything. A request with neither Sec-Fetch-Site nor Origin passes, since clients
// that are no browsers send such; for old browsers, session cookies must be SameSite=Lax.
func protectOrigin(public *url.URL, next http.Handler) http.Handler {
	p := http.NewCrossOriginProtection()
	if public != nil {
		if err := p.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
			panic(err) // ParseURL lets none through that is refused here
		}
	}
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Error(w, r, http.StatusForbidden, "This request was sent by a page of another site.")
	}))
	return p.Handler(next)
}
