package serve

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Trust names the proxies that are believed.
type Trust struct {
	networks []netip.Prefix
	unix     bool
}

// ParseTrust reads addresses, networks such as 10.0.0.0/8, and the word unix, for all who connect by a socket file.
func ParseTrust(list []string) (Trust, error) {
	var t Trust
	for _, text := range list {
		if text == "unix" {
			t.unix = true
			continue
		}
		network, err := parseNetwork(text)
		if err != nil {
			return Trust{}, fmt.Errorf("%q is neither an address, nor a network such as 10.0.0.0/8, nor unix", text)
		}
		t.networks = append(t.networks, network)
	}
	return t, nil
}

func parseNetwork(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		network, err := netip.ParsePrefix(text)
		return network.Masked(), err
	}
	address, err := netip.ParseAddr(text)
	if err != nil || address.Zone() != "" {
		return netip.Prefix{}, fmt.Errorf("no address: %q", text)
	}
	address = address.Unmap()
	return netip.PrefixFrom(address, address.BitLen()), nil
}

// Peer reports whether the one who is connected, which may be a proxy, is trusted. What a request's headers say does
// not matter.
func (t Trust) Peer(r *http.Request) bool {
	address, ok := peerOf(r)
	if !ok {
		return t.unix && byUnix(r)
	}
	return t.has(address)
}

func (t Trust) has(address netip.Addr) bool {
	return slices.ContainsFunc(t.networks, func(n netip.Prefix) bool { return n.Contains(address) })
}

// peerOf returns the address that is connected; a socket file has none.
func peerOf(r *http.Request) (netip.Addr, bool) {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	return at.Addr().Unmap().WithZone(""), true
}

func byUnix(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return ok && local.Network() == "unix"
}

// client is who sent the request: the last address in X-Forwarded-For that is no trusted proxy's. Those before it may
// be made up. Without a trusted proxy it is the one who is connected.
func (t Trust) client(r *http.Request) netip.Addr {
	client, _ := peerOf(r)
	if !t.Peer(r) {
		return client
	}
	chain := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, text := range slices.Backward(chain) {
		address, err := netip.ParseAddr(strings.TrimSpace(text))
		if err != nil {
			return client
		}
		client = address.Unmap().WithZone("")
		if !t.has(client) {
			return client
		}
	}
	return client
}

// lastOf returns the last value of a header that may be a list: the one that the nearest proxy set.
func lastOf(h http.Header, name string) string {
	all := strings.Join(h.Values(name), ",")
	return strings.TrimSpace(all[strings.LastIndexByte(all, ',')+1:])
}
