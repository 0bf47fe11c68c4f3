package auth

import (
	"embed"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"patchwatch/db/engine"
	"patchwatch/track"
	"patchwatch/web/internal/layout"
)

const (
	loginPath   = "/user/login/"
	logoutPath  = "/user/logout/"
	profilePath = "/user/"
	welcomePath = WelcomePrefix
)

// WelcomePrefix is the path below which links lie by which a password is set. What follows it is a secret.
const WelcomePrefix = "/user/welcome/"

// WelcomePath is where a link leads by which a password is set.
func WelcomePath(secret string) string { return welcomePath + secret + "/" }

//go:embed pages/*.tmpl
var files embed.FS

var pages = sync.OnceValue(func() layout.Pages {
	return layout.MustParse(files, "pages/*.tmpl", layout.Funcs{"shown": (*track.User).Shown})
})

// Install puts the pages of accounts into a mux.
func (a *Auth) Install(mux *http.ServeMux) {
	mux.HandleFunc("GET "+loginPath+"{$}", a.loginPage)
	mux.HandleFunc("POST "+loginPath+"{$}", a.loginPost)
	mux.HandleFunc("POST "+logoutPath+"{$}", a.logoutPost)
	mux.HandleFunc("GET "+welcomePath+"{secret}/{$}", a.welcomePage)
	mux.HandleFunc("POST "+welcomePath+"{secret}/{$}", a.welcomePost)
	mux.HandleFunc("GET "+profilePath+"{$}", a.ofUser(a.profilePage))
	mux.HandleFunc("POST /user/password/{$}", a.ofUser(a.passwordPost))
	mux.HandleFunc("POST /user/token/{$}", a.ofUser(a.tokenPost))
	mux.HandleFunc("POST /user/revoke/{$}", a.ofUser(a.revokePost))
}

// page is what the templates show.
type page struct {
	layout.Page
	Next string // where the login leads
	Name string // that was given at the login
	Who  *track.User

	Sessions, Tokens []track.Credential
	Current          int64  // the session that asks
	NewToken         string // shown this once
}

func (a *Auth) show(w http.ResponseWriter, r *http.Request, status int, name string, p page) {
	p.Prefix = layout.Prefix(a.Base(r))
	if u := of(r).User; u != nil {
		p.User, p.Admin = u.Name, u.Admin
	}
	body, err := pages().Render(name, p)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// wantsPage tells whether a browser asks for a page, and could as well be shown another one.
func wantsPage(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) && layout.Wanted(r)
}

func (a *Auth) toLogin(w http.ResponseWriter, r *http.Request) {
	a.Redirect(w, r, loginPath+"?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
}

// ofUser is for pages that need a user who came by a session or a proxy: a token opens none of them.
func (a *Auth) ofUser(f func(http.ResponseWriter, *http.Request, *track.User)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		is := of(r)
		switch {
		case is.User == nil && wantsPage(r):
			a.toLogin(w, r)
		case is.User == nil:
			a.refuse(w, r, errNoCredentials)
		case r.Header.Get("Authorization") != "":
			const sentence = "Accounts are changed in a browser, or by the patchwatch user command."
			a.refuse(w, r, refusal{http.StatusForbidden, sentence})
		default:
			f(w, r, is.User)
		}
	}
}

func (a *Auth) loginPage(w http.ResponseWriter, r *http.Request) {
	if of(r).User != nil {
		a.Redirect(w, r, nextOf(r.URL.Query().Get("next")), http.StatusSeeOther)
		return
	}
	a.showLogin(w, r, http.StatusOK, page{Next: r.URL.Query().Get("next")}, a.plainHTTP(r))
}

func (a *Auth) showLogin(w http.ResponseWriter, r *http.Request, status int, p page, problem string) {
	p.Title, p.Problem = "Log in", problem
	a.show(w, r, status, "login", p)
}

func (a *Auth) plainHTTP(r *http.Request) string {
	if a.mayLogIn(r) {
		return ""
	}
	return "Your password would travel in the clear: open this page by https."
}

func (a *Auth) loginPost(w http.ResponseWriter, r *http.Request) {
	p := page{Name: r.PostFormValue("username"), Next: r.PostFormValue("next")}
	if problem := a.plainHTTP(r); problem != "" {
		a.showLogin(w, r, http.StatusForbidden, p, problem)
		return
	}
	u, err := a.login(r, p.Name, r.PostFormValue("password"), false)
	if err == nil {
		err = a.begin(w, r, u)
	}
	var no refusal
	switch {
	case err == nil:
		a.Redirect(w, r, nextOf(p.Next), http.StatusSeeOther)
	case errors.As(err, &no):
		a.showLogin(w, r, no.status, p, no.sentence)
	default:
		a.refuse(w, r, err)
	}
}

// nextOf is where a login leads: a path of ours, or the first page.
func nextOf(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") ||
		strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}

func (a *Auth) logoutPost(w http.ResponseWriter, r *http.Request) {
	if err := a.end(r); err != nil {
		a.refuse(w, r, err)
		return
	}
	a.setCookie(w, r, "", -1)
	a.Redirect(w, r, "/", http.StatusSeeOther)
}

// welcome finds the user of a link; nil: it is none, or no longer one, and an answer has been given.
func (a *Auth) welcome(w http.ResponseWriter, r *http.Request) *track.User {
	c, err := a.Store.Credential(r.Context(), HashOf(r.PathValue("secret")))
	if err != nil && !errors.Is(err, engine.ErrNotFound) {
		a.refuse(w, r, err)
		return nil
	}
	var u *track.User
	if err == nil && c.Kind == track.PasswordCredential && a.Clock().Before(c.Expires) {
		if u, err = a.users.numbered(r.Context(), c.User); err != nil {
			a.refuse(w, r, err)
			return nil
		}
	}
	if u == nil || u.Disabled {
		a.Refuse(w, r, http.StatusNotFound, "This link was used, or is too old. Ask the administrator for a new one.")
		return nil
	}
	return u
}

func (a *Auth) welcomePage(w http.ResponseWriter, r *http.Request) {
	if u := a.welcome(w, r); u != nil {
		a.showWelcome(w, r, http.StatusOK, u, a.plainHTTP(r))
	}
}

func (a *Auth) showWelcome(w http.ResponseWriter, r *http.Request, status int, u *track.User, problem string) {
	a.show(w, r, status, "welcome", page{Page: layout.Page{Title: "Set a password", Problem: problem}, Who: u})
}

func (a *Auth) welcomePost(w http.ResponseWriter, r *http.Request) {
	u := a.welcome(w, r)
	if u == nil {
		return
	}
	if problem := a.newPassword(r, u); problem != "" {
		a.showWelcome(w, r, http.StatusBadRequest, u, problem)
		return
	}
	if err := a.setPassword(w, r, u); err != nil {
		a.refuse(w, r, err)
		return
	}
	a.toProfile(w, r, "password")
}

// newPassword tells what is wrong with the one that was sent.
func (a *Auth) newPassword(r *http.Request, u *track.User) string {
	password := r.PostFormValue("password")
	if problem := a.plainHTTP(r); problem != "" {
		return problem
	}
	if password != r.PostFormValue("again") {
		return "The two passwords are not the same."
	}
	if err := CheckPassword(u.Name, password); err != nil {
		return strings.ToUpper(err.Error()[:1]) + err.Error()[1:] + "."
	}
	return ""
}

// setPassword sets the one that was sent. All sessions end, and a new one begins.
func (a *Auth) setPassword(w http.ResponseWriter, r *http.Request, u *track.User) error {
	stored := a.hashing.hash(r.PostFormValue("password"))
	if err := a.Store.SetPassword(r.Context(), u.Actor(), u.ID, stored, 0); err != nil {
		return err
	}
	return a.begin(w, r, u)
}

// done is what the profile says after a form was sent and the browser was led back to it.
var done = map[string]string{
	"password": "The password is set. All other sessions have ended.",
	"revoked":  "It is ended, and opens nothing any more.",
}

func (a *Auth) toProfile(w http.ResponseWriter, r *http.Request, done string) {
	a.Redirect(w, r, profilePath+"?done="+done, http.StatusSeeOther)
}

func (a *Auth) profilePage(w http.ResponseWriter, r *http.Request, u *track.User) {
	a.profile(w, r, u, http.StatusOK, page{Page: layout.Page{Done: done[r.URL.Query().Get("done")]}})
}

func (a *Auth) profile(w http.ResponseWriter, r *http.Request, u *track.User, status int, p page) {
	all, err := a.Store.Credentials(r.Context(), u.ID)
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	p.Title, p.Who, p.Current = u.Name, u, of(r).credential
	for _, c := range slices.Backward(all) {
		switch c.Kind {
		case track.SessionCredential:
			p.Sessions = append(p.Sessions, c)
		case track.TokenCredential:
			p.Tokens = append(p.Tokens, c)
		}
	}
	a.show(w, r, status, "profile", p)
}

func (a *Auth) profileProblem(w http.ResponseWriter, r *http.Request, u *track.User, status int, problem string) {
	a.profile(w, r, u, status, page{Page: layout.Page{Problem: problem}})
}

func (a *Auth) passwordPost(w http.ResponseWriter, r *http.Request, u *track.User) {
	_, err := a.login(r, u.Name, r.PostFormValue("old"), false)
	var no refusal
	if errors.As(err, &no) {
		a.profileProblem(w, r, u, no.status, "The old password is not this one.")
		return
	}
	if err == nil {
		if problem := a.newPassword(r, u); problem != "" {
			a.profileProblem(w, r, u, http.StatusBadRequest, problem)
			return
		}
		err = a.setPassword(w, r, u)
	}
	if err != nil {
		a.refuse(w, r, err)
		return
	}
	a.toProfile(w, r, "password")
}

func (a *Auth) tokenPost(w http.ResponseWriter, r *http.Request, u *track.User) {
	label := strings.TrimSpace(r.PostFormValue("label"))
	if len(label) > 100 || strings.ContainsFunc(label, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		a.profileProblem(w, r, u, http.StatusBadRequest, "A label is a line of at most 100 bytes.")
		return
	}
	token := NewToken()
	if _, err := a.Store.AddCredential(r.Context(), u.Actor(), track.Credential{
		User: u.ID, Kind: track.TokenCredential, Label: label, ReadOnly: r.PostFormValue("read_only") != "", Made: a.Clock(),
	}, HashOf(token)); err != nil {
		a.refuse(w, r, err)
		return
	}
	a.profile(w, r, u, http.StatusOK, page{NewToken: token})
}

func (a *Auth) revokePost(w http.ResponseWriter, r *http.Request, u *track.User) {
	id, err := strconv.ParseInt(r.PostFormValue("id"), 10, 64)
	if err != nil {
		a.Refuse(w, r, http.StatusBadRequest, "id is the number of a session or token.")
		return
	}
	if err := a.Store.Revoke(r.Context(), u.Actor(), u.ID, id); err != nil && !errors.Is(err, engine.ErrNotFound) {
		a.refuse(w, r, err)
		return
	}
	a.toProfile(w, r, "revoked")
}
