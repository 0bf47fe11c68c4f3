package serve

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestParseURL(t *testing.T) {
	for text, want := range map[string]string{
		"https://lists.example.org":         "https://lists.example.org",
		"https://Lists.Example.org:443/pw/": "https://lists.example.org/pw",
		"http://[::1]:8080/":                "http://[::1]:8080", "http://h:80": "http://h", "https://h:80": "https://h:80",
		"": "", "lists.example.org": "", "ftp://h": "", "https://": "", "https://u:p@h": "", "https://h/?q": "",
		"https://h/#f": "", "https://h/a//b": "", "https://h/../b": "", "https://h:0": "", "https://h:99999": "",
		"https://a,b": "", "/x": "", "https://h h": "",
	} {
		u, err := ParseURL(text)
		if want == "" && err == nil || want != "" && (err != nil || u.String() != want) {
			t.Errorf("%q: %v %v", text, u, err)
		}
	}
}

func TestHosts(t *testing.T) {
	good := []string{"h", "h:1", "lists.example.org:65535", "1.2.3.4", "[::1]", "[::1]:80", "a_b",
		"xn--e1afmkfd.example", "[::ffff:1.2.3.4]"}
	bad := []string{"h:", "h:0", "h:65536", "h:+1", "h:x", "a b", "a,b", "a;b", "a/b", "a@b", "a\"b", "a<b", "a'b", "é",
		"a%20b", "[::1", "::1", "[::1]x", "[h]", "[1.2.3.4]", ":80", "a\\b", "a#b", "a?b", "a\x00b", strings.Repeat("a", 256)}
	for _, host := range good {
		if w := ask(New(Config{}, text("x")), "GET", "/", "Host", host); w.Code != 200 {
			t.Errorf("%q: %d", host, w.Code)
		}
	}
	for _, host := range bad {
		w := ask(New(Config{}, text("x")), "GET", "/", "Host", host)
		if w.Code != 400 || !strings.Contains(w.Body.String(), "Host header") {
			t.Errorf("%q: %d", host, w.Code)
		}
	}
}

func TestBaseAndClient(t *testing.T) {
	public, _ := ParseURL("https://public.example/pw")
	one, _ := ParseTrust([]string{"192.0.2.1"})
	several, _ := ParseTrust([]string{"192.0.2.0/24", "10.0.0.0/8", "fd00::/8"})
	s := func(u bool, trust Trust, headers ...string) string {
		cfg := Config{Trust: trust}
		if u {
			cfg.URL = public
		}
		w := ask(New(cfg, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%s %s", Base(r), ClientIP(r))
		})), "GET", "/", headers...)
		if w.Code != 200 {
			return fmt.Sprint(w.Code)
		}
		return w.Body.String()
	}
	forged := []string{"X-Forwarded-Proto", "https", "X-Forwarded-Host", "h.example", "X-Forwarded-For", "203.0.113.5"}
	for _, c := range []struct{ got, want string }{
		{s(false, Trust{}), "http://example.com 192.0.2.1"},
		{s(false, Trust{}, forged...), "http://example.com 192.0.2.1"},
		{s(false, one, forged...), "https://h.example 203.0.113.5"},
		{s(true, Trust{}, forged...), "https://public.example/pw 192.0.2.1"},
		{s(true, one, forged...), "https://public.example/pw 203.0.113.5"},
		{s(false, one), "http://example.com 192.0.2.1"},
		{s(false, one, "X-Forwarded-Proto", "javascript"), "http://example.com 192.0.2.1"},
		{s(false, one, "X-Forwarded-Host", "a<b"), "400"},
		{s(false, one, "X-Forwarded-Host", "evil.example, h.example:81"), "http://h.example:81 192.0.2.1"},
		{s(false, one, "X-Forwarded-For", "1.1.1.1, 203.0.113.5"), "http://example.com 203.0.113.5"},
		{s(false, several, "X-Forwarded-For", "1.1.1.1, 203.0.113.5, 10.1.1.1,192.0.2.7"), "http://example.com 203.0.113.5"},
		{s(false, several, "X-Forwarded-For", "2001:db8::1, fd00::1"), "http://example.com 2001:db8::1"},
		{s(false, several, "X-Forwarded-For", "10.1.1.1, ::ffff:10.1.1.2"), "http://example.com 10.1.1.1"},
		{s(false, several, "X-Forwarded-For", "203.0.113.5, junk, 10.1.1.1"), "http://example.com 10.1.1.1"},
		{s(false, one, "X-Forwarded-For", "junk"), "http://example.com 192.0.2.1"},
	} {
		if c.got != c.want {
			t.Errorf("%s, want %s", c.got, c.want)
		}
	}
}

func TestParseTrust(t *testing.T) {
	for _, text := range []string{"", "x", "1.2.3.4/33", "1.2.3.4:80", "fe80::1%eth0", "UNIX"} {
		if _, err := ParseTrust([]string{text}); err == nil {
			t.Errorf("%q passes", text)
		}
	}
	trust, err := ParseTrust([]string{"::ffff:10.0.0.1", "10.9.9.9/16"})
	if err != nil {
		t.Fatal(err)
	}
	for peer, want := range map[string]bool{
		"10.0.0.1:1": true, "[::ffff:10.0.0.1]:1": true, "10.0.0.2:1": false, "10.9.1.1:1": true, "@": false, "": false,
		"/run/x": false,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		if r.RemoteAddr = peer; trust.Peer(r) != want {
			t.Errorf("%q: %v", peer, !want)
		}
	}
}

// All who can open a socket file are trusted, or none.
func TestTrustOfUnixSockets(t *testing.T) {
	for _, trusted := range []bool{false, true} {
		var trust Trust
		if trusted {
			trust, _ = ParseTrust([]string{"unix"})
		}
		cfg := Config{Listen: "unix:" + t.TempDir() + "/s", Trust: trust}
		url, _ := start(t, cfg, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, Base(r), " ", ClientIP(r))
		}))
		r, _ := http.NewRequest("GET", "http://here/", nil)
		r.Header.Set("X-Forwarded-Proto", "https")
		r.Header.Set("X-Forwarded-For", "203.0.113.5")
		resp, err := unixClient(strings.TrimPrefix(url, "unix:")).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		want := map[bool]string{false: "http://here invalid IP", true: "https://here 203.0.113.5"}[trusted]
		if string(body) != want {
			t.Errorf("%q, want %q", body, want)
		}
	}
	trust, _ := ParseTrust([]string{"unix"})
	for _, peer := range []string{"192.0.2.1:1", "", "@", "junk"} {
		r := httptest.NewRequest("GET", "/", nil)
		if r.RemoteAddr = peer; trust.Peer(r) {
			t.Errorf("%q passes for a client of a socket file", peer)
		}
	}
}

// An old client may name no host at all.
func TestNoHost(t *testing.T) {
	url, _ := start(t, Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, Base(r))
	}))
	c := dial(t, url)
	io.WriteString(c, "GET / HTTP/1.0\r\n\r\n")
	got, _ := io.ReadAll(c)
	if !strings.HasSuffix(string(got), "\r\n\r\n"+strings.TrimSuffix(url, "/")) {
		t.Errorf("%q", got)
	}
}
