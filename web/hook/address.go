package hook

import (
	"encoding/binary"
	"net/netip"
)

// special are the networks that no hook may lead to, from IANA's registries of special-purpose addresses (RFC 6890):
// what is not reached by way of the public internet. Multicast is neither.
var special = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
	"192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"224.0.0.0/4",
	"240.0.0.0/4",
	"::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7",
	"fe80::/10", "fec0::/10", "ff00::/8",
)

func prefixes(all ...string) (out []netip.Prefix) {
	for _, text := range all {
		out = append(out, netip.MustParsePrefix(text))
	}
	return out
}

// Networks of IPv6 that lead on to IPv4: NAT64 (RFC 6052) and 6to4 (RFC 3056).
var (
	nat64  = netip.MustParsePrefix("64:ff9b::/96")
	sixTo4 = netip.MustParsePrefix("2002::/16")
)

// isPublic tells whether an address is one of the public internet.
func isPublic(a netip.Addr) bool {
	if a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	bytes := a.As16()
	switch {
	case nat64.Contains(a):
		return isPublic(fourOf(bytes[12:]))
	case sixTo4.Contains(a):
		return isPublic(fourOf(bytes[2:]))
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return a.IsValid()
}

func fourOf(b []byte) netip.Addr {
	var four [4]byte
	binary.BigEndian.PutUint32(four[:], binary.BigEndian.Uint32(b))
	return netip.AddrFrom4(four)
}
