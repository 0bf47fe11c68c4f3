package auth

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestPasswords(t *testing.T) {
	h := newHashing()
	stored := HashPassword("Füße auf dem Tisch")
	if !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("it is stored as %s", stored)
	}
	if stored == HashPassword("Füße auf dem Tisch") {
		t.Error("two hashes of one password are the same: there is no salt")
	}
	for password, want := range map[string]bool{"Füße auf dem Tisch": true, "füße auf dem Tisch": false, "": false} {
		if ok, stale := h.verify(stored, password); ok != want || stale {
			t.Errorf("%q: %v, stale %v", password, ok, stale)
		}
	}
	for _, broken := range []string{"", "x", "$argon2id$v=19$m=19456,t=2,p=1$AAAA$",
		"$argon2i$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", nobodys} {
		if ok, _ := h.verify(broken, ""); ok {
			t.Errorf("the empty password is that of %q", broken)
		}
	}
	if ok, _ := h.verify(stored, strings.Repeat("x", mostPassword+1)); ok {
		t.Error("too long a password is taken")
	}
}

func TestCheckPassword(t *testing.T) {
	for password, want := range map[string]string{
		"short": "at least 8", "adalovelace": "name itself", strings.Repeat("x", 1025): "at most",
		"two\nlines here": "one line", "not \xff text": "one line", "good enough": "",
	} {
		err := CheckPassword("AdaLovelace", password)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", password, err, want)
		}
	}
}

func TestNetworks(t *testing.T) {
	for a, want := range map[string]string{
		"192.0.2.1": "network 192.0.2.1", "::ffff:192.0.2.1": "network 192.0.2.1",
		"2001:db8:1:2:3::4": "network 2001:db8:1:2::/64",
		"fe80::1%eth0":      "network fe80::/64",
	} {
		if got := network(netip.MustParseAddr(a)); got != want {
			t.Errorf("%s is of %s", a, got)
		}
	}
	if got := network(netip.Addr{}); got != "network local" {
		t.Error(got)
	}
}

// However many guess, memory is bounded, and who has tried too often does not get more tries by it for sure.
func TestLimitsStayBounded(t *testing.T) {
	now := time.Now()
	l := newLimits(func() time.Time { return now })
	l.most = 100
	for i := range 1000 {
		l.take(network(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})))
		if len(l.left) > l.most {
			t.Fatalf("%d are remembered", len(l.left))
		}
	}
	for i := 0; len(l.left) < l.most; i++ {
		l.left[byName(string(rune('a'+i)))] = allowance{0, now}
	}
	now = now.Add(time.Hour)
	if l.take("one more"); len(l.left) != 1 {
		t.Errorf("%d are remembered, of whom all but one have all their tries again", len(l.left))
	}
}
