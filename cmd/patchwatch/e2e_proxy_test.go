package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestEndToEndProxies: nginx and Caddy in front of patchwatch serve, as docs/deploy.md has them, leave paths, tokens
// and writes as they are, and say who asks.
func TestEndToEndProxies(t *testing.T) {
	m := newMailHost(t)
	m.apply("A web server in front")
	mail := strings.ReplaceAll(patchMail("with/slash@example.org"), "soon.example.org", "netdev.vger.kernel.org")
	m.fill("netdev", [][]byte{[]byte(mail)})
	m.shown("<with/slash@example.org>")
	m.mustAsk("user", "add", "ci", "--admin")
	b := bot{token: strings.TrimSpace(m.mustAsk("user", "token", "ci"))}
	server := m.server()
	for name, start := range map[string]func(port int){"nginx": m.nginx, "Caddy": m.caddy} {
		port := freePort(t)
		start(port)
		m.waitForPort(port)
		b.at = "http://" + address(port)
		m.proxied(name, b, server)
	}
}

// server starts the page's web server, in the group that may connect to it.
func (m *mailHost) server() *process {
	m.t.Helper()
	group, err := user.LookupGroup("www-data")
	if err != nil {
		m.t.Fatal(err)
	}
	credential := *m.credential
	credential.Gid = number(group.Gid)
	folder := filepath.Join(m.root, "run")
	if err := os.Mkdir(folder, 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.Chown(folder, int(credential.Uid), int(credential.Gid)); err != nil {
		m.t.Fatal(err)
	}
	p := m.daemon(&credential, m.execStart("patchwatch-web.service")...)
	p.waitFor("serving unix:")
	return p
}

// nginx runs the page's server, without TLS, in a configuration that has nothing else.
func (m *mailHost) nginx(port int) {
	m.t.Helper()
	m.adapt("/etc/nginx/conf.d/patchwatch.conf", strings.NewReplacer("listen 443 ssl;", "listen "+address(port)+";",
		"ssl_certificate", "#"))
	m.save("/etc/nginx/nginx.conf", strings.ReplaceAll(`user www-data;
pid ROOT/nginx.pid;
error_log stderr;
daemon off;
events {}
http {
    access_log off;
    client_body_temp_path ROOT/body;
    proxy_temp_path ROOT/proxy;
    fastcgi_temp_path ROOT/fastcgi;
    uwsgi_temp_path ROOT/uwsgi;
    scgi_temp_path ROOT/scgi;
    include ROOT/etc/nginx/conf.d/*.conf;
}
`, "ROOT", m.root))
	m.daemon(nil, "nginx", "-e", "stderr", "-c", m.here("/etc/nginx/nginx.conf"))
}

// caddy runs the page's site, without TLS and at a port of the test's.
func (m *mailHost) caddy(port int) {
	m.t.Helper()
	m.adapt("/etc/caddy/Caddyfile", strings.NewReplacer("pw.example.org {",
		"{\n    admin off\n}\nhttp://:"+fmt.Sprint(port)+" {\n    bind 127.0.0.1"))
	m.daemon(nil, "env", "HOME="+m.root, "XDG_DATA_HOME="+m.root, "XDG_CONFIG_HOME="+m.root,
		"caddy", "run", "--adapter", "caddyfile", "--config", m.here("/etc/caddy/Caddyfile"))
}

// adapt replaces in a file of the page's what cannot be so in a test.
func (m *mailHost) adapt(name string, by *strings.Replacer) {
	m.t.Helper()
	text, err := os.ReadFile(m.here(name))
	if err == nil {
		err = os.WriteFile(m.here(name), []byte(by.Replace(string(text))), 0o644)
	}
	if err != nil {
		m.t.Fatal(err)
	}
}

// proxied asks through a proxy, as clients do.
func (m *mailHost) proxied(name string, b bot, server *process) {
	m.t.Helper()
	var all []struct {
		ID   int64
		Mbox string
	}
	b.must(m.t, http.StatusOK, "GET", "/api/patches/", nil, &all)
	if len(all) != 1 || !strings.HasPrefix(all[0].Mbox, "https://pw.example.org/") ||
		!strings.Contains(all[0].Mbox, "with%252Fslash") {
		m.t.Fatalf("%s: the patches are %+v", name, all)
	}
	mbox, err := url.Parse(all[0].Mbox)
	if err != nil {
		m.t.Fatal(err)
	}
	escaped := mbox.EscapedPath()
	for _, path := range []string{escaped, strings.ReplaceAll(escaped, "%252F", "%2F")} { // both are in use
		status, text := get(m.t, b.at+path)
		if status != http.StatusOK || !strings.Contains(text, "<with/slash@example.org>") {
			m.t.Errorf("%s: of %s it gives %d\n%s", name, path, status, text)
		}
	}
	patch := fmt.Sprintf("/api/patches/%d/", all[0].ID)
	b.must(m.t, http.StatusOK, "PATCH", patch, map[string]string{"state": "accepted"}, nil)
	b.must(m.t, http.StatusCreated, "POST", patch+"checks/", map[string]string{"state": "success", "context": name}, nil)
	stranger := bot{at: b.at}
	stranger.must(m.t, http.StatusForbidden, "PATCH", patch, map[string]string{"state": "new"}, nil)
	said := m.mustAsk("show", "--json", fmt.Sprint(all[0].ID))
	if !strings.Contains(said, `"accepted"`) || !strings.Contains(said, name) {
		m.t.Errorf("%s: what was written is not there: %s", name, said)
	}
	m.cutsOff(name, b, server)
	server.wants("remote=127.0.0.1")
	if server.count("remote=unix") > 0 {
		m.t.Errorf("%s: it does not say who asks", name)
	}
}

// cutsOff: what clients say of themselves in X-Forwarded-For does not reach the log.
func (m *mailHost) cutsOff(name string, b bot, server *process) {
	m.t.Helper()
	r, err := http.NewRequest("GET", b.at+"/api/", nil)
	if err != nil {
		m.t.Fatal(err)
	}
	r.Header.Set("X-Forwarded-For", "203.0.113.9")
	client := http.Client{Timeout: time.Minute}
	answer, err := client.Do(r)
	if err != nil {
		m.t.Fatal(err)
	}
	io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
	if got := server.said.String(); strings.Contains(got, "203.0.113.9") {
		m.t.Errorf("%s: a client says itself who it is: %s", name, got)
	}
}
