// Package listen reads addresses to listen at.
package listen

import "net"

// TCP reads HOST:PORT; ok is false where it is none. Without a host it means this machine only. A host of IPv4 means
// IPv4 only: Go would take 0.0.0.0 for all of IPv6 too, which a firewall may not cover.
func TCP(address string) (network, full string, ok bool) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || port == "" {
		return "", "", false
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return "", "", false
	}
	if host == "" {
		host = "127.0.0.1"
	}
	network = "tcp"
	if ip := net.ParseIP(host); ip != nil && ip.To4() != nil {
		network = "tcp4"
	}
	return network, net.JoinHostPort(host, port), true
}
