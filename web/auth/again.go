package auth

import (
	"net/http"
	"slices"

	"patchwatch/track"
)

// Again is who asks, as they are now, and whether they may still be answered: since the request came their account may
// have been disabled, or their token taken back. A password that has changed is not noticed.
func (a *Auth) Again(r *http.Request) (v track.Viewer, yes bool) {
	is := of(r)
	if is.User == nil {
		return is.Viewer, true
	}
	u, err := a.users.numbered(r.Context(), is.User.ID)
	if err != nil || u == nil || u.Disabled {
		return track.Viewer{}, false
	}
	if is.credential != 0 {
		all, err := a.Store.Credentials(r.Context(), u.ID)
		if err != nil || !slices.ContainsFunc(all, func(c track.Credential) bool {
			return c.ID == is.credential && (c.Expires.IsZero() || c.Expires.After(a.Clock()))
		}) {
			return track.Viewer{}, false
		}
	}
	return track.Viewer{User: u, ReadOnly: is.ReadOnly}, true
}
