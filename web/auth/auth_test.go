package auth

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"patchwatch/track"
)

func TestWhoAsks(t *testing.T) {
	s := newSite(t, nil)
	token, reads := s.token(1, false), s.token(1, true)
	for _, test := range []struct {
		header string
		status int
		text   string
	}{
		{"", 200, "anybody"},
		{"Token " + token, 200, "ada false"},
		{"token  " + token + " ", 200, "ada false"},
		{"Bearer " + token, 200, "ada false"},
		{"Token " + reads, 200, "ada true"},
		{"Token " + strings.Repeat("0", 40), 403, "Invalid token."},
		{"Token", 403, "Invalid token."},
		{"Digest x", 403, "Invalid token header."},
		{basic("ada", password), 200, "ada false"},
		{basic("ADA", password), 200, "ada false"},
		{basic("ada", token), 200, "ada false"},
		{basic("ada", reads), 200, "ada true"},
		{basic("bob", token), 403, "Invalid username/password."},
		{basic("ada", "wrong"), 403, "Invalid username/password."},
		{basic("bob", ""), 403, "Invalid username/password."},
		{basic("nobody", password), 403, "Invalid username/password."},
		{"Basic %%%", 403, "Invalid username/password."},
	} {
		s.now = s.now.Add(time.Hour) // no limit on tries
		var header []string
		if test.header != "" {
			header = []string{"Authorization", test.header}
		}
		t.Run(test.header, func(t *testing.T) {
			s.T = t
			s.want(s.ask("/who/", nil, header...), test.status, test.text)
		})
	}
}

// A secret of one kind opens nothing that another kind is for.
func TestKindsOfSecrets(t *testing.T) {
	s := newSite(t, nil)
	token := s.token(1, false)
	_, cookie := s.login("ada", password)
	_, session, _ := strings.Cut(cookie, "=")
	link := s.link(time.Hour)
	s.want(s.ask("/who/", nil, "Cookie", cookieName+"="+token), 200, "anybody")
	s.want(s.ask("/who/", nil, "Cookie", cookieName+"="+link), 200, "anybody")
	s.want(s.ask("/who/", nil, "Authorization", "Token "+session), 403, "Invalid token.")
	s.want(s.ask("/who/", nil, "Authorization", "Token "+link), 403, "Invalid token.")
	s.want(s.ask(WelcomePath(session), nil), 404, "too old")
	s.want(s.ask(WelcomePath(token), nil), 404, "too old")
	s.want(s.ask("/who/", nil, "Cookie", plainCookieName+"="+session), 200, "anybody") // by TLS the other name counts
	s.want(s.ask("/who/", nil, "Cookie", cookie), 200, "ada false")
}

func TestSession(t *testing.T) {
	s := newSite(t, nil)
	w, first := s.login("ada", password)
	got := w.Header().Get("Set-Cookie")
	if !strings.HasPrefix(got, "__Host-patchwatch=") || !strings.Contains(got, "; HttpOnly; Secure; SameSite=Lax") {
		t.Errorf("the cookie is %q", got)
	}
	s.want(w, 303, "")
	s.want(s.ask("/who/", nil, "Cookie", first), 200, "ada false")

	// A new login ends the session that the browser had.
	_, second := s.login("ada", password, "Cookie", first)
	s.want(s.ask("/who/", nil, "Cookie", first), 200, "anybody")
	s.want(s.ask("/who/", nil, "Cookie", second), 200, "ada false")

	// It lives as long as it is used at least every thirty days.
	s.now = s.now.Add(29 * 24 * time.Hour)
	s.want(s.ask("/who/", nil, "Cookie", second), 200, "ada false")
	s.now = s.now.Add(29 * 24 * time.Hour)
	s.want(s.ask("/who/", nil, "Cookie", second), 200, "ada false")
	s.now = s.now.Add(31 * 24 * time.Hour)
	s.want(s.ask("/who/", nil, "Cookie", second), 200, "anybody")

	// Other browsers are listed, and can be shown the door. The one that asks logs out.
	_, mine := s.login("ada", password, "User-Agent", "Mine")
	_, other := s.login("ada", password, "User-Agent", "Oth\x01er<b>")
	list := s.ask(profilePath, nil, "Cookie", mine, "Accept", "text/html")
	s.want(list, 200, "Other&lt;b&gt;")
	id := s.credentials[HashOf(strings.TrimPrefix(other, cookieName+"="))].ID
	s.want(s.ask("/user/revoke/", url.Values{"id": {fmt.Sprint(id)}}, "Cookie", mine), 303, "")
	s.want(s.ask("/who/", nil, "Cookie", other), 200, "anybody")
	s.want(s.ask(logoutPath, url.Values{}, "Cookie", mine), 303, "")
	s.want(s.ask("/who/", nil, "Cookie", mine), 200, "anybody")
}

func TestDisabled(t *testing.T) {
	s := newSite(t, proxyAt("192.0.2.1/32"))
	token := s.token(1, false)
	_, cookie := s.login("ada", password)
	s.want(s.ask("/who/", nil, "Authorization", basic("ada", password)), 200, "ada")
	s.set(func(u *track.User) { u.Disabled = true })
	s.want(s.ask("/who/", nil, "Cookie", cookie), 200, "anybody")
	s.want(s.ask("/who/", nil, "Authorization", "Token "+token), 403, "Invalid token.")
	s.want(s.ask("/who/", nil, "Authorization", basic("ada", password)), 403, "Invalid username/password.")
	s.want(s.ask("/who/", nil, "X-Remote-User", "ada", "peer", "192.0.2.1:5"), 403, "no account")
	w, _ := s.login("ada", password)
	s.want(w, 403, "Invalid username/password.")
}

func TestLimits(t *testing.T) {
	s := newSite(t, nil)
	for range tries {
		s.want(s.ask("/who/", nil, "Authorization", basic("ada", "guess")), 403, "Invalid")
	}
	w := s.ask("/who/", nil, "Authorization", basic("bob", "guess")) // the network has no try left, whatever name
	s.want(w, 429, "Too many tries")
	if w.Header().Get("Retry-After") == "" {
		t.Error("it does not say when to come again")
	}
	// Nor has the name, from wherever. Tokens can't be guessed.
	s.want(s.ask("/who/", nil, "Authorization", basic("ada", password), "peer", "198.51.100.7:1"), 429, "")
	s.want(s.ask("/who/", nil, "Authorization", "Token "+s.token(1, false)), 200, "ada")
	s.now = s.now.Add(thenEvery)
	s.want(s.ask("/who/", nil, "Authorization", basic("ada", password)), 200, "ada")
	// Who is right loses nothing, however often.
	for range 3 * tries {
		w, _ := s.login("ada", password)
		s.want(w, 303, "")
	}
}

func TestNewPasswordCountsAtOnce(t *testing.T) {
	s := newSite(t, nil)
	s.want(s.ask("/who/", nil, "Authorization", basic("ada", password)), 200, "ada")
	if len(s.known.until) != 1 {
		t.Fatal("the password is hashed each time")
	}
	s.passwords[1] = HashPassword("another one, longer")
	s.want(s.ask("/who/", nil, "Authorization", basic("ada", password)), 403, "Invalid")
}

func TestPasswordIsHashedAnewWhereItIsStale(t *testing.T) {
	s := newSite(t, nil)
	weak := phc{memory: 8, time: 1, threads: 1, salt: make([]byte, 8)}
	weak.key = newHashing().key(password, weak.salt, 8, 1, 1, 32)
	s.passwords[1] = weak.String()
	_, session := s.login("ada", password)
	s.want(s.ask("/who/", nil, "Cookie", session), 200, "ada")
	if s.passwords[1] == weak.String() {
		t.Error("it is still stored as it was")
	}
	_, again := s.login("ada", password)
	s.want(s.ask("/who/", nil, "Cookie", again), 200, "ada")
}

func TestWelcome(t *testing.T) {
	s := newSite(t, nil)
	_, cookie := s.login("ada", password)
	link := s.link(7 * 24 * time.Hour)
	at := WelcomePath(link)
	s.want(s.ask(at, nil), 200, "Welcome, Ada")
	s.want(s.ask(at, url.Values{"password": {"short"}, "again": {"short"}}), 400, "at least 8")
	s.want(s.ask(at, url.Values{"password": {"long enough"}, "again": {"not the same"}}), 400, "not the same")
	w := s.ask(at, url.Values{"password": {"long enough"}, "again": {"long enough"}})
	s.want(w, 303, "")
	s.want(s.ask("/who/", nil, "Cookie", strings.Split(w.Header().Get("Set-Cookie"), ";")[0]), 200, "ada")
	s.want(s.ask("/who/", nil, "Cookie", cookie), 200, "anybody") // the sessions of before are gone
	s.want(s.ask(at, nil), 404, "was used")
	s.want(s.ask("/who/", nil, "Authorization", basic("ada", "long enough")), 200, "ada")

	s.want(s.ask(WelcomePath(s.link(0)), nil), 404, "too old")
}

func TestProfile(t *testing.T) {
	s := newSite(t, nil)
	_, cookie := s.login("ada", password)
	w := s.ask("/user/token/", url.Values{"label": {"ci"}, "read_only": {"1"}}, "Cookie", cookie)
	s.want(w, 200, "<code>")
	_, rest, _ := strings.Cut(w.Body.String(), "<code>")
	token, _, _ := strings.Cut(rest, "<")
	s.want(s.ask("/who/", nil, "Authorization", "Token "+token), 200, "ada true")
	s.want(s.ask("/user/token/", url.Values{"label": {"a\nb"}}, "Cookie", cookie), 400, "a line")
	if list := s.ask(profilePath, nil, "Cookie", cookie); strings.Contains(list.Body.String(), token) {
		t.Error("the token is shown twice")
	}
	// What a token opens, it does not open for more tokens.
	s.want(s.ask("/user/token/", url.Values{}, "Authorization", "Token "+s.token(1, false)), 403, "in a browser")
	form := url.Values{"old": {"no"}, "password": {"long enough"}, "again": {"long enough"}}
	s.want(s.ask("/user/password/", form, "Cookie", cookie), 403, "old password")
	form.Set("old", password)
	s.want(s.ask("/user/password/", form, "Cookie", cookie), 303, "")
	s.want(s.ask("/who/", nil, "Cookie", cookie), 200, "anybody")
	s.want(s.ask(profilePath, nil, "Accept", "text/html"), 303, "")
	s.want(s.ask(profilePath, nil), 403, "not provided")
}

// TestPagesOfAccounts: each form has fields with labels, and says what came of it.
func TestPagesOfAccounts(t *testing.T) {
	s := newSite(t, nil)
	s.base = "https://example.org/patches"
	w, _ := s.login("ada", "wrong")
	s.want(w, 403, `role="alert"><strong>Error:</strong> Invalid username/password.`)
	s.want(w, 403, `action="/patches/user/login/"`)
	_, cookie := s.login("ada", password)
	link := s.link(time.Hour)
	s.ask("/user/token/", url.Values{"label": {`"><script>`}}, "Cookie", cookie)
	for path, fields := range map[string][]string{
		loginPath: {"name", "password"}, WelcomePath(link): {"new", "again"}, profilePath: {"label", "old", "new", "again"},
	} {
		page := s.ask(path, nil, "Accept", "text/html", "Cookie", map[bool]string{true: cookie}[path == profilePath])
		for _, id := range fields {
			if n := strings.Count(page.Body.String(), `id="`+id+`"`); n != 1 {
				t.Errorf("%s has the id %s %d times", path, id, n)
			}
			s.want(page, 200, `<label for="`+id+`">`)
		}
		if h := page.Header(); h.Get("Content-Type") != "text/html; charset=utf-8" || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, h)
		}
	}
	page := s.ask(profilePath, nil, "Cookie", cookie)
	s.want(page, 200, `<td data-label="Label">&#34;&gt;&lt;script&gt;</td>`)
	s.want(page, 200, `<td data-label="Made"><time datetime="2026-11-27">27 Nov 2026</time></td>`)
	for code, text := range map[string]string{"password": "The password is set.", "revoked": "It is ended"} {
		s.want(s.ask(profilePath+"?done="+code, nil, "Cookie", cookie), 200, `<div class="done" role="status"><p>`+text)
	}
	if body := s.ask(profilePath+"?done=x", nil, "Cookie", cookie).Body.String(); strings.Contains(body, `class="done"`) {
		t.Errorf("anybody's words: %s", body)
	}
	w = s.ask("/user/revoke/", url.Values{"id": {"999"}}, "Cookie", cookie)
	if got := w.Header().Get("Location"); got != "/user/?done=revoked" {
		t.Errorf("it leads to %s", got)
	}
}

// Static files are the same for everybody, and so are no reason to look who asks.
func TestStaticIsForAll(t *testing.T) {
	s := newSite(t, func(c *Config) { c.RequireLogin = true })
	_, cookie := s.login("ada", password)
	s.down = errors.New("away")
	w := s.ask("/static/style.css", nil, "Cookie", cookie)
	s.want(w, 404, "") // nothing is installed there
	if w.Header().Get("Vary") != "" {
		t.Error("it depends on the cookie")
	}
	s.want(s.ask("/statics/", nil), 403, "")
}

func TestRequireLogin(t *testing.T) {
	s := newSite(t, func(c *Config) { c.RequireLogin = true })
	s.want(s.ask("/who/", nil), 403, "not provided")
	w := s.ask("/who/?a=b", nil, "Accept", "text/html")
	s.want(w, 303, "")
	if got := w.Header().Get("Location"); got != "/user/login/?next=%2Fwho%2F%3Fa%3Db" {
		t.Errorf("it leads to %s", got)
	}
	s.want(s.ask(loginPath, nil), 200, "Log in")
	s.want(s.ask("/who/", nil, "Authorization", "Token "+s.token(1, true)), 200, "ada")
	s.want(s.ask("/user/welcome/", nil), 403, "")
}

// proxyAt has the peers of a network believed.
func proxyAt(network string) func(*Config) {
	p := netip.MustParsePrefix(network)
	return func(c *Config) {
		c.Header = "X-Remote-User"
		c.Believed = func(r *http.Request) bool { return p.Contains(netip.MustParseAddrPort(r.RemoteAddr).Addr()) }
	}
}

func TestProxyHeader(t *testing.T) {
	s := newSite(t, proxyAt("10.0.0.0/8"))
	s.want(s.ask("/who/", nil, "X-Remote-User", "ada", "peer", "10.1.2.3:4"), 200, "ada false")
	s.want(s.ask("/who/", nil, "X-Remote-User", "ada", "peer", "192.0.2.9:4"), 200, "anybody")
	s.want(s.ask("/who/", nil, "X-Remote-User", "eve", "peer", "10.1.2.3:4"), 403, "no account")
	s.want(s.ask("/who/", nil, "X-Remote-User", "", "peer", "10.1.2.3:4"), 200, "anybody")
	off := newSite(t, nil)
	off.want(off.ask("/who/", nil, "X-Remote-User", "ada", "peer", "10.1.2.3:4"), 200, "anybody")
}

func TestPlainHTTP(t *testing.T) {
	s := newSite(t, nil)
	s.base = "http://patches.example.org"
	w, cookie := s.login("ada", password)
	s.want(w, 403, "by https")
	if cookie != "" {
		t.Errorf("a cookie: %s", cookie)
	}
	for _, base := range []string{"http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost:8080"} {
		s.base = base
		w, cookie = s.login("ada", password)
		s.want(w, 303, "")
		if strings.Contains(w.Header().Get("Set-Cookie"), "Secure") {
			t.Error("a browser would not send it")
		}
		s.want(s.ask("/who/", nil, "Cookie", cookie), 200, "ada")
	}
}

func TestNextStaysHere(t *testing.T) {
	for next, want := range map[string]string{
		"/project/frob/?a=b": "/project/frob/?a=b", "": "/", "//evil.example": "/", "https://evil.example/": "/",
		`/\evil.example`: "/", "/a\r\nSet-Cookie: x": "/", "javascript:alert(1)": "/", "user/": "/",
	} {
		if got := nextOf(next); got != want {
			t.Errorf("%q leads to %q", next, got)
		}
	}
}

// The database being away is no reason to take somebody for nobody.
func TestDatabaseIsAway(t *testing.T) {
	s := newSite(t, nil)
	token := s.token(1, false)
	_, cookie := s.login("ada", password)
	s.down = errors.New("disk on fire")
	for _, header := range [][]string{
		{"Authorization", "Token " + token}, {"Authorization", basic("ada", password)}, {"Cookie", cookie},
	} {
		w := s.ask("/who/", nil, header...)
		s.want(w, 503, "does not answer")
		if strings.Contains(w.Body.String(), "fire") {
			t.Error("the answer tells what is wrong inside")
		}
	}
}
