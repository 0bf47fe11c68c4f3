package hook

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestCheckURL(t *testing.T) {
	for url, says := range map[string]string{
		"https://ci.example.org/events?a=b":    "",
		"http://ci.example.org:8080":           "",
		"https://198.41.0.4/":                  "",
		"https://[2001:500:2::c]:443/x":        "",
		"https://xn--bcher-kva.example/":       "",
		"https://CI.Example.ORG./":             "",
		"":                                     "takes a URL",
		"ci.example.org":                       "takes a URL",
		"https://":                             "takes a URL",
		"https:///x":                           "takes a URL",
		"https:x":                              "takes a URL",
		"https://a b/":                         "takes a URL",
		"https://x/\n":                         "takes a URL",
		"ftp://ci.example.org/":                "not \"ftp\"",
		"file://localhost/etc/passwd":          "not \"file\"",
		"gopher://x/":                          "not \"gopher\"",
		"unix://x/":                            "not \"unix\"",
		"https://ann:secret@ci.example.org/":   "name or password",
		"https://ci.example.org@127.0.0.1/":    "name or password",
		"https://ci.example.org/#x":            "never sent",
		"https://bücher.example/":              "no name of a host",
		"https://" + strings.Repeat("x", 2000): "at most 2000",
		"http://127.0.0.1/":                    "private",
		"http://127.0.0.1:80/":                 "private",
		"http://0.0.0.0/":                      "private",
		"http://10.1.2.3/":                     "private",
		"http://169.254.169.254/latest":        "private",
		"http://[::1]/":                        "private",
		"http://[::]/":                         "private",
		"http://[::ffff:127.0.0.1]/":           "private",
		"http://[::127.0.0.1]/":                "private",
		"http://[64:ff9b::7f00:1]/":            "private",
		"http://[2002:7f00:1::]/":              "private",
		"http://[fe80::1%25eth0]/":             "no name of a host",
		"http://[fd00::1]/":                    "private",
		"http://localhost/":                    "this machine",
		"http://LOCALHOST:80/":                 "this machine",
		"http://x.localhost./":                 "this machine",
		"http://2130706433/":                   "neither an address",
		"http://0x7f000001/":                   "neither an address",
		"http://0177.0.0.1/":                   "neither an address",
		"http://127.1/":                        "neither an address",
		"http://127.0.0.1./":                   "neither an address",
		"http://x..":                           "neither an address",
	} {
		err := CheckURL(url, false)
		if says == "" && err != nil || says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
			t.Errorf("%q: %v, want %q", url, err, says)
		}
		if err := CheckURL(url, true); err != nil && (says == "private" || says == "this machine") {
			t.Errorf("%q, allowed: %v", url, err)
		}
	}
}

func TestIsPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"198.41.0.4": true, "8.8.8.8": true, "2001:500:2::c": true, "64:ff9b::808:808": true, "2002:808:808::1": true,
		"172.15.255.255": true, "172.32.0.0": true, "100.63.255.255": true, "::ffff:8.8.8.8": true,
		"127.255.255.254": false, "10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false,
		"169.254.1.1": false, "100.64.0.1": false, "0.1.2.3": false, "224.0.0.1": false, "255.255.255.255": false,
		"::": false, "::1": false, "::ffff:10.0.0.1": false, "::10.0.0.1": false, "fe80::1": false, "febf::1": false,
		"fc00::1": false, "fdff::1": false, "ff02::1": false, "64:ff9b::a00:1": false, "64:ff9b:1::1": false,
		"2002:a00:1::1": false, "2001::1": false, "2001:db8::1": false, "192.0.2.1": false, "198.18.0.1": false,
	} {
		if got := isPublic(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s is public: %v", text, got)
		}
	}
	if isPublic(netip.Addr{}) || isPublic(netip.MustParseAddr("2001:500:2::c%eth0")) {
		t.Error("no address, or one of a link, is public")
	}
}

// TestCallsNothingPrivate: whatever a name leads to is looked at when the connection is made.
func TestCallsNothingPrivate(t *testing.T) {
	t.Parallel()
	called := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer server.Close()
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"} {
		r, err := http.NewRequestWithContext(context.Background(), "POST", "http://"+host+":"+port, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := newClient(false).Do(r)
		if err == nil {
			answer.Body.Close()
		}
		if !errors.Is(err, errPrivate) || called {
			t.Errorf("%s: %v", host, err)
		}
		if err != nil && !strings.Contains(whyOf(err), "--allow-private") {
			t.Errorf("%s: it is said that %s", host, whyOf(err))
		}
	}
	answer, err := newClient(true).Post(server.URL, "", nil)
	if err != nil || !called {
		t.Fatalf("allowed: %v", err)
	}
	answer.Body.Close()
}
