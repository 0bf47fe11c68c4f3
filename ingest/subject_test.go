package ingest

import (
	"slices"
	"strings"
	"testing"
)

func TestSubject(t *testing.T) {
	const none = -1
	for _, c := range []struct {
		subject string
		name    string // in project "proj"
		x, n    int
		version int
		reply   bool
	}{
		{"meep", "meep", none, none, 1, false},
		{"Re: meep", "meep", none, none, 1, true},
		{"RE meep", "meep", none, none, 1, true},
		{"re meep", "meep", none, none, 1, true},
		{"RE: meep", "meep", none, none, 1, true},
		{"RE: Re: meep", "Re: meep", none, none, 1, true},
		{"Re : x", ": x", none, none, 1, true},
		{"Re[2]: x", "Re[2]: x", none, none, 1, false},
		{"AW: [PATCH] x", "AW: [PATCH] x", none, none, 1, false},
		{"Fwd: [PATCH] x", "x", none, none, 1, false},
		{"FW: [PATCH] x", "x", none, none, 1, false},
		{"Fw: x", "x", none, none, 1, false},
		{"[PATCH] meep", "meep", none, none, 1, false},
		{"[patch] x", "x", none, none, 1, false},
		{"[PATCH] meep \n meep", "meep meep", none, none, 1, false},
		{"[PATCH RFC] meep", "[RFC] meep", none, none, 1, false},
		{"[PATCH,RFC] meep", "[RFC] meep", none, none, 1, false},
		{"[PATCH] [RFC] meep", "[RFC] meep", none, none, 1, false},
		{"[PATCH,1/2] meep", "[1/2] meep", 1, 2, 1, false},
		{"[PATCH RFC 1/2] meep", "[RFC,1/2] meep", 1, 2, 1, false},
		{"[PATCH] [RFC,1/2] meep", "[RFC,1/2] meep", 1, 2, 1, false},
		{"[PATCH] [RFC] [1/2] meep", "[RFC,1/2] meep", 1, 2, 1, false},
		{"[PATCH 1/2][RFC] meep", "[1/2,RFC] meep", 1, 2, 1, false},
		{"[PATCH] rewrite [a-z] regexes", "rewrite [a-z] regexes", none, none, 1, false},
		{"[proj] [bar] meep", "[bar] meep", none, none, 1, false},
		{"[PROJ] [bar] meep", "[bar] meep", none, none, 1, false},
		{"[proj PATCH v3 1/2] x", "[v3,1/2] x", 1, 2, 3, false},
		{"[PATCH 1 of 2] x", "[1 of 2] x", 1, 2, 1, false},
		{"[PATCH 1 of 2 V3] x", "[1 of 2,V3] x", 1, 2, 3, false},
		{"[PATCH v2 1 of 2] x", "[v2,1,of,2] x", none, none, 2, false},
		{"[PATCH v2 03/10] x", "[v2,03/10] x", 3, 10, 2, false},
		{"[PATCH 1/2 v3] x", "[1/2,v3] x", 1, 2, 3, false},
		{"[PATCH1/8] x", "[PATCH1/8] x", 1, 8, 1, false},
		{"[PATCH100/123] x", "[PATCH100/123] x", 100, 123, 1, false},
		{"[v2PATCH1/4] x", "[v2PATCH1/4] x", 1, 4, 1, false},
		{"[v2.3PATCH1/4] x", "[v2.3PATCH1/4] x", 1, 4, 1, false},
		{"[PATCH v2.1] x", "[v2.1] x", none, none, 1, false},
		{"[PATCH v2 v3] x", "[v2,v3] x", none, none, 2, false},
		{"[PATCH v0] x", "[v0] x", none, none, 0, false},
		{"[PATCH] foo (V3) bar", "foo (V3) bar", none, none, 3, false},
		{"Hello, world (v2)", "Hello, world (v2)", none, none, 2, false},
		{"[PATCH 3/n] x", "[3/n] x", none, none, 1, false},
		{"[PATCH n/3] x", "[n/3] x", none, none, 1, false},
		{"[PATCH 1 /2] x", "[1,/2] x", none, none, 1, false},
		{"[PATCH 1/ 2] x", "[1/,2] x", none, none, 1, false},
		{"[PATCH 5/3] x", "[5/3] x", 5, 3, 1, false},
		{"[2/2] [1/2] x", "[2/2,1/2] x", 2, 2, 1, false},
		{"[PATCH 6.1 1/2] x", "[6.1,1/2] x", 1, 2, 1, false},
		{"[PATCH 2024/03/12] x", "[2024/03/12] x", 3, 12, 1, false},
		{"[PATCH [1/2]] x", "[[1/2] ] x", 1, 2, 1, false},
		{"Patch 1/8: foo", "Patch 1/8: foo", none, none, 1, false},
		{"[]x", "x", none, none, 1, false},
		{"[PATCH 1/2]", "[1/2] ", 1, 2, 1, false},
		{"", "", none, none, 1, false},
		{"=?utf-8?q?test=20s=c3=bcbject?=", "test sübject", none, none, 1, false},
		{"test =?utf-8?q?s=c3=bcbject?=", "test sübject", none, none, 1, false},
	} {
		s := parseSubject(decodeHeader([]byte(c.subject)))
		x, n := s.Number, s.Total
		if !s.Marked {
			x, n = none, none
		}
		if got := s.Name("proj"); got != c.name || x != c.x || n != c.n || s.Version != c.version {
			t.Errorf("%q: name %q, %d of %d, version %d; want %q, %d of %d, version %d",
				c.subject, got, x, n, s.Version, c.name, c.x, c.n, c.version)
		}
		if got := isReply(s.Full, false); got != c.reply {
			t.Errorf("%q: reply %v", c.subject, got)
		}
	}
}

func TestPrefixes(t *testing.T) {
	for inside, want := range map[string]string{
		"PATCH": "", "PATCH,RFC": "RFC", "": "", "PATCH,": "", "PATCH ": "", "PATCH 1/2": "1/2", "PATCH 1 of 2": "1 of 2",
	} {
		if got := strings.Join(appendPrefixes(nil, inside), "|"); got != want {
			t.Errorf("[%s]: %q, want %q", inside, got, want)
		}
	}
}

// TestGluedVersion is a difference from Patchwork, which reads no version here. The names stay as they are.
func TestGluedVersion(t *testing.T) {
	for subject, want := range map[string]int{
		"[PATCHv2 1/8] x": 2, "[RFCv3] x": 3, "[patchV4] x": 4, "[PATCH-v2] x": 2, "[RFC PATCHv7 net] x": 7,
		"[PATCHv2 v3] x": 3, "[PATCHv] x": 1, "[ipv6] x": 1, "[PATCH ipv4 1/2] x": 1, "[dev2] x": 1,
		"[PATCH -v2 00/10] x": 2, "[patch -V3 9/9] x": 3, "[PATCH -mm -v4] x": 4,
		"[RFC][PATCH -v12] x": 12, "[PATCH --v2] x": 2,
		"[PATCH -v2 v3] x": 3, "[PATCH -mm-v2] x": 1, "[PATCH -v] x": 1, "[PATCH -2] x": 1,
		"[PATCH _v2] x": 1, "[PATCH -v2a] x": 1,
	} {
		if got := parseSubject(subject).Version; got != want {
			t.Errorf("%q: version %d, want %d", subject, got, want)
		}
	}
	for subject, want := range map[string]string{
		"[PATCHv2 1/8] x": "[PATCHv2,1/8] x", "[PATCH -v2 1/8] x": "[-v2,1/8] x",
	} {
		if got := parseSubject(subject).Name(""); got != want {
			t.Errorf("name %q, want %q", got, want)
		}
	}
}

// TestHugeNumbers is a difference from Patchwork, whose database refuses such mail.
func TestHugeNumbers(t *testing.T) {
	s := parseSubject("[PATCH v99999999999999999999 88888888888888888888/4294967296] x")
	if s.Version != maxNumber || s.Number != maxNumber || s.Total != maxNumber {
		t.Errorf("%+v", s)
	}
}

func TestNameIsCut(t *testing.T) {
	long := strings.Repeat("é", 300)
	if got := []rune(parseSubject(long).Name("")); len(got) != 255 {
		t.Errorf("%d characters", len(got))
	}
	if got := parseSubject(long).Full; got != long {
		t.Error("the full subject is cut")
	}
}

// TestReplyInAnyLanguage is a difference from Patchwork, which knows "Re" alone.
func TestReplyInAnyLanguage(t *testing.T) {
	for _, subject := range []string{
		"AW: x", "Aw: x", "SV: x", "VS: x", "Antw: x", "Antwort: x", "Odp: x", "RES: x", "R: x",
		"Re[2]: x", "Re(3): x", "RE^2: x",
		"回复: x", "回复：x", "答复: [PATCH] x", "Re： x", "RÉP : x", "Отв: x", "AW : x",
	} {
		if !isReply(subject, true) {
			t.Errorf("%q with references is no reply", subject)
		}
		if isReply(subject, false) {
			t.Errorf("%q without references is a reply", subject)
		}
	}
	for _, subject := range []string{
		"[PATCH] AW: x", "WG: x", "TR: x", "regulator: x", "r8169: x", "svm: x", "reset: x", "vs", "",
	} {
		if isReply(subject, true) {
			t.Errorf("%q is a reply", subject)
		}
	}
}

func TestPrefixesKeepOrder(t *testing.T) {
	s := parseSubject("Re: [ovs-dev] [PATCH net-next,v5 02/17] a: b")
	if want := []string{"ovs-dev", "net-next", "v5", "02/17"}; !slices.Equal(s.Prefixes, want) || s.Rest != "a: b" {
		t.Errorf("%q, rest %q", s.Prefixes, s.Rest)
	}
}
