package main

import (
	"testing"

	"patchwatch/track"
)

func TestWithTrailers(t *testing.T) {
	given := []track.Trailer{{Key: "reviewed-BY", Value: "A <a@x.org>"}, {Key: "Acked-by", Value: "B"}}
	const lines = "Reviewed-by: A <a@x.org>\nAcked-by: B"
	for name, c := range map[string]struct{ text, want string }{
		"below those that it has":          {"text\n\nSigned-off-by: C\n---\n a | 1 +", "text\n\nSigned-off-by: C\n" + lines + "\n---\n a | 1 +"},
		"below text":                       {"text\n---\n a | 1 +", "text\n\n" + lines + "\n---\n a | 1 +"},
		"below a link":                     {"text\n\nLink: https://x.org/1", "text\n\nLink: https://x.org/1\n" + lines},
		"no dashes":                        {"text\n", "text\n\n" + lines},
		"nothing but dashes and a stat":    {"---\n a | 1 +", lines + "\n---\n a | 1 +"},
		"nothing":                          {"", lines},
		"a line of dashes that are more":   {"text\n----\nmore", "text\n----\nmore\n\n" + lines},
		"above a signature":                {"text\n-- \n2.45", "text\n\n" + lines + "\n-- \n2.45"},
		"two lines of dashes":              {"text\n---\nnotes\n---\n a | 1 +", "text\n\n" + lines + "\n---\nnotes\n---\n a | 1 +"},
		"a word with a colon is a trailer": {"text\n\nFixes: 123 (\"x\")\n\n---", "text\n\nFixes: 123 (\"x\")\n" + lines + "\n---"},
	} {
		if got := withTrailers(c.text, given); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := withTrailers("text\n", nil); got != "text\n" {
		t.Errorf("without any: %q", got)
	}
}
