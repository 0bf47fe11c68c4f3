package auth

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"patchwatch/track"
)

const password = "correct horse battery"

// site is a server with one user, ada, whose password is above.
type site struct {
	*testing.T
	*fake
	*Auth
	handler http.Handler
	base    string
	now     time.Time
}

func newSite(t *testing.T, change func(*Config)) *site {
	t.Helper()
	s := &site{T: t, base: "https://patches.example.org", now: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)}
	s.fake = newFake(track.User{ID: 1, Name: "ada", FirstName: "Ada", Emails: []string{"ada@example.org"}},
		track.User{ID: 2, Name: "bob"})
	s.passwords[1] = HashPassword(password)
	c := Config{
		Store: s.fake, Base: func(*http.Request) string { return s.base },
		Client: func(r *http.Request) netip.Addr { return netip.MustParseAddrPort(r.RemoteAddr).Addr() },
		Redirect: func(w http.ResponseWriter, r *http.Request, path string, status int) {
			http.Redirect(w, r, path, status)
		},
		Refuse: func(w http.ResponseWriter, _ *http.Request, status int, sentence string) {
			http.Error(w, sentence, status)
		},
		Clock: func() time.Time { return s.now },
	}
	if change != nil {
		change(&c)
	}
	s.Auth = New(c)
	mux := http.NewServeMux()
	s.Install(mux)
	mux.HandleFunc("/who/", func(w http.ResponseWriter, r *http.Request) {
		v := Viewer(r)
		if v.User == nil {
			fmt.Fprint(w, "anybody")
			return
		}
		fmt.Fprintf(w, "%s %v", v.User.Name, v.ReadOnly)
	})
	s.handler = s.Wrap(mux)
	return s
}

// ask sends a request; form makes it a POST.
func (s *site) ask(path string, form url.Values, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	if form != nil {
		r = httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "peer" {
			r.RemoteAddr = header[i+1]
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

func (s *site) want(w *httptest.ResponseRecorder, status int, text string) {
	s.Helper()
	if w.Code != status || !strings.Contains(w.Body.String(), text) {
		s.Errorf("%d %s, want %d and %q", w.Code, w.Body, status, text)
	}
}

// login gives the cookie of a new session.
func (s *site) login(name, password string, header ...string) (*httptest.ResponseRecorder, string) {
	w := s.ask(loginPath, url.Values{"username": {name}, "password": {password}}, header...)
	cookie, _, _ := strings.Cut(w.Header().Get("Set-Cookie"), ";")
	return w, cookie
}

// link gives the secret of a link by which ada sets a password.
func (s *site) link(lives time.Duration) string {
	secret := NewSecret()
	c := track.Credential{User: 1, Kind: track.PasswordCredential, Expires: s.now.Add(lives)}
	s.AddCredential(s.T.Context(), "", c, HashOf(secret))
	return secret
}

func basic(name, password string) string {
	r := httptest.NewRequest("GET", "/", nil)
	r.SetBasicAuth(name, password)
	return r.Header.Get("Authorization")
}
