package serve

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// ParseURL reads where people find the server: https://HOST[:PORT][/PREFIX], with or without a final slash. A proxy may
// take the prefix off requests or leave it there, so the prefix must not be a path that the server has itself.
func ParseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || !validHost(u.Host) || u.User != nil ||
		u.RawQuery != "" || u.Fragment != "" || u.Path != "" && u.EscapedPath() != cleanPath(u.EscapedPath()) {
		return nil, errors.New("--url takes a URL such as https://lists.example.org or https://example.org/patches")
	}
	return &url.URL{Scheme: u.Scheme, Host: withoutDefaultPort(u.Scheme, strings.ToLower(u.Host)),
		Path: strings.TrimRight(u.Path, "/")}, nil
}

// withoutDefaultPort writes a host as browsers do in Origin.
func withoutDefaultPort(scheme, host string) string {
	return strings.TrimSuffix(host, map[string]string{"http": ":80", "https": ":443"}[scheme])
}

// base says how the sender of a request names this server: scheme and host. The host may be invalid.
func (s *Server) base(r *http.Request) (scheme, host string) {
	if s.cfg.URL != nil {
		return s.cfg.URL.Scheme, s.cfg.URL.Host
	}
	scheme, host = "http", r.Host
	if s.cfg.Trust.Peer(r) {
		if proto := strings.ToLower(lastOf(r.Header, "X-Forwarded-Proto")); proto == "https" || proto == "http" {
			scheme = proto
		}
		if forwarded := lastOf(r.Header, "X-Forwarded-Host"); forwarded != "" {
			host = forwarded
		}
	}
	if host == "" { // HTTP/1.0
		host = localHost(r)
	}
	return scheme, host
}

func localHost(r *http.Request) string {
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr); ok {
		return local.String()
	}
	return "localhost"
}

// validHost reports whether text is a name or an address, with or without a port. RFC 3986 allows more in a name, such
// as commas and quotes, which no real name has and which would need care wherever a URL is printed.
func validHost(text string) bool {
	name, port := text, ""
	if at := strings.LastIndexByte(text, ':'); at > strings.LastIndexByte(text, ']') {
		name, port = text[:at], text[at+1:]
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return false
		}
	}
	if inside, ok := strings.CutPrefix(name, "["); ok {
		inside, ok = strings.CutSuffix(inside, "]")
		return ok && strings.Contains(inside, ":") && net.ParseIP(inside) != nil
	}
	return name != "" && len(name) <= 255 && strings.Trim(name, hostChars) == ""
}

const hostChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"
