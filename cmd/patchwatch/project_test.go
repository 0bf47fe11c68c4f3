package main

import (
	"strings"
	"testing"

	"patchwatch/track"
)

func TestLinkNames(t *testing.T) {
	for name, want := range map[string]bool{
		"netdev": true, "a": true, "9p": true, "C++": true, "a.b_c-d": true, strings.Repeat("x", 255): true,
		"": false, ".a": false, "-a": false, "a b": false, "a/b": false, "ä": false, "aä": false,
		"a\n": false, "a\x00b": false,
		strings.Repeat("x", 256): false,
	} {
		if got := track.IsLinkName(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}
