package hook

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// mostURL is how long a URL may be.
const mostURL = 2000

// CheckURL finds what is wrong with the URL of a hook. Where a name leads to is only known when it is called (see
// client); that it is a private address is told here where the URL says so itself.
func CheckURL(text string, allowPrivate bool) error {
	if len(text) > mostURL {
		return fmt.Errorf("a URL has at most %d characters", mostURL)
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return errors.New("a hook takes a URL such as https://ci.example.org/events")
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("a hook calls https or http, not %q", u.Scheme)
	case u.User != nil:
		return errors.New("a URL with a name or password would show it to others; --secret signs what is sent")
	case u.Fragment != "" || strings.Contains(text, "#"):
		return errors.New("what follows # in a URL is never sent")
	}
	return checkHost(strings.ToLower(u.Hostname()), allowPrivate)
}

func checkHost(host string, allowPrivate bool) error {
	if strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-._:") != "" || host == "" {
		return fmt.Errorf("%q is no name of a host; names in other letters are written as xn--", host)
	}
	if address, err := netip.ParseAddr(host); err == nil {
		if !allowPrivate && !isPublic(address) {
			return fmt.Errorf("%s is an address of a private network, which --allow-private allows", host)
		}
		return nil
	}
	name := strings.TrimSuffix(host, ".")
	last := name[strings.LastIndexByte(name, '.')+1:]
	switch {
	case strings.Contains(host, ":") || last == "" || '0' <= last[0] && last[0] <= '9': // 127.1, 2130706433, 0x7f.1
		return fmt.Errorf("%q is neither an address nor the name of a host", host)
	case last == "localhost" && !allowPrivate:
		return errors.New("localhost is this machine, which --allow-private allows")
	}
	return nil
}
