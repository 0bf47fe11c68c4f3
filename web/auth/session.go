package auth

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
	"unicode"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// sessionLasts is how long a session lives that is not used.
const sessionLasts = 30 * 24 * time.Hour

// A browser keeps a cookie of the prefix __Host- for this host alone, and sends it by TLS only. Where a server is tried
// out on the machine itself there is no TLS, and another name.
const (
	cookieName      = "__Host-patchwatch"
	plainCookieName = "patchwatch"
)

func (a *Auth) bySession(r *http.Request) (who, error) {
	secret := a.cookie(r)
	if secret == "" {
		return who{}, nil
	}
	ctx := r.Context()
	c, err := a.Store.Credential(ctx, HashOf(secret))
	switch {
	case errors.Is(err, engine.ErrNotFound):
		return who{}, nil // it has ended: whoever reads on is anybody again
	case err != nil:
		return who{}, err
	}
	last := c.Made
	if c.Used.After(last) {
		last = c.Used
	}
	if c.Kind != track.SessionCredential || a.Clock().Sub(last) > sessionLasts {
		return who{}, nil
	}
	u, err := a.users.numbered(ctx, c.User)
	if err != nil || u == nil || u.Disabled {
		return who{}, err
	}
	a.used(ctx, c)
	return who{Viewer: track.Viewer{User: u}, credential: c.ID, session: true}, nil
}

// cookie is the secret that the browser sent; empty: none.
func (a *Auth) cookie(r *http.Request) string {
	c, err := r.Cookie(a.cookieOf(r))
	if err != nil {
		return ""
	}
	return c.Value
}

func (a *Auth) cookieOf(r *http.Request) string {
	if a.secure(r) {
		return cookieName
	}
	return plainCookieName
}

func (a *Auth) secure(r *http.Request) bool { return strings.HasPrefix(a.Base(r), "https:") }

// begin makes a session and sends its secret. A session that the browser had before ends: nobody can have put one there
// that they know the secret of.
func (a *Auth) begin(w http.ResponseWriter, r *http.Request, u *track.User) error {
	if err := a.end(r); err != nil {
		return err
	}
	secret := NewSecret()
	_, err := a.Store.AddCredential(r.Context(), u.Actor(), track.Credential{
		User: u.ID, Kind: track.SessionCredential, Label: browser(r), Made: a.Clock(), Network: a.Client(r).String(),
	}, HashOf(secret))
	if err != nil {
		return err
	}
	a.setCookie(w, r, secret, int(sessionLasts.Seconds()))
	return nil
}

func (a *Auth) setCookie(w http.ResponseWriter, r *http.Request, secret string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: a.cookieOf(r), Value: secret, Path: "/", MaxAge: age, Secure: a.secure(r), HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	})
}

// end ends the session that the browser has, if it is one.
func (a *Auth) end(r *http.Request) error {
	secret := a.cookie(r)
	if secret == "" {
		return nil
	}
	ctx := r.Context()
	c, err := a.Store.Credential(ctx, HashOf(secret))
	if errors.Is(err, engine.ErrNotFound) || err == nil && c.Kind != track.SessionCredential {
		return nil
	}
	if err != nil {
		return err
	}
	return a.Store.Revoke(ctx, a.actorOf(ctx, c.User), c.User, c.ID)
}

func (a *Auth) actorOf(ctx context.Context, user int64) track.Actor {
	u, err := a.users.numbered(ctx, user)
	if err != nil || u == nil {
		return track.ActorUnknown
	}
	return u.Actor()
}

// browser is what a browser calls itself, as far as it is of use in a list.
func browser(r *http.Request) string {
	const most = 120
	text := strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(r.UserAgent(), ""))
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
	}
	return text
}

// mayLogIn tells whether a password may be sent: by TLS, or on this machine.
func (a *Auth) mayLogIn(r *http.Request) bool {
	if a.secure(r) {
		return true
	}
	u, err := url.Parse(a.Base(r))
	if err != nil {
		return false
	}
	host := u.Hostname()
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && net.IP(ip.AsSlice()).IsLoopback()
}
