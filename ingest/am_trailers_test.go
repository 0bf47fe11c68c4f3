package ingest

import (
	"os/exec"
	"strings"
	"testing"

	"patchwatch/internal/needs"
	"patchwatch/track"
)

func TestWithTrailers(t *testing.T) {
	given := []track.Trailer{{Key: "reviewed-BY", Value: "A <a@x.org>"}, {Key: "Acked-by", Value: "B"}}
	const lines = "Reviewed-by: A <a@x.org>\nAcked-by: B"
	for name, c := range map[string]struct{ text, want string }{
		"below those that it has": {"text\n\nSigned-off-by: C\n---\n a | 1 +",
			"text\n\nSigned-off-by: C\n" + lines + "\n---\n a | 1 +"},
		"below text":                     {"text\n---\n a | 1 +", "text\n\n" + lines + "\n---\n a | 1 +"},
		"below a link":                   {"text\n\nLink: https://x.org/1", "text\n\nLink: https://x.org/1\n" + lines},
		"no dashes":                      {"text\n", "text\n\n" + lines},
		"nothing but dashes and a stat":  {"---\n a | 1 +", lines + "\n---\n a | 1 +"},
		"nothing":                        {"", lines},
		"nothing but who the author is":  {"From: A <a@x.org>\n\n", "From: A <a@x.org>\n\n" + lines},
		"a line of dashes that are more": {"text\n----\nmore", "text\n----\nmore\n\n" + lines},
		"above a signature":              {"text\n-- \n2.45", "text\n\n" + lines + "\n-- \n2.45"},
		"two lines of dashes": {"text\n---\nnotes\n---\n a | 1 +",
			"text\n\n" + lines + "\n---\nnotes\n---\n a | 1 +"},
		"a word with a colon is a trailer": {"text\n\nFixes: 123 (\"x\")\n\n---",
			"text\n\nFixes: 123 (\"x\")\n" + lines + "\n---"},
	} {
		if got := withTrailers(c.text, given); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := withTrailers("text\n", nil); got != "text\n" {
		t.Errorf("without any: %q", got)
	}
}

// TestTrailersAsGitPutsThem asks git where a trailer belongs.
func TestTrailersAsGitPutsThem(t *testing.T) {
	needs.Git(t)
	for _, text := range []string{
		"text",
		"text\nof two lines",
		"text\nFixes: 123",
		"Fixes: 123\ntext",
		"Fixes: 123",
		"text\n\nFixes: 123 (\"a\n  long title\")",
		"text\n\n  indented",
		"text\n\nSigned-off-by: A <a@x.org>\n[b: fixed a typo]",
		"text\n\nSigned-off-by: A <a@x.org>\n[b: fixed a typo,\n and more]\nSigned-off-by: B <b@x.org>",
		"text\n\nSigned-off-by: A <a@x.org>\none\ntwo\nthree",
		"text\n\nSigned-off-by: A <a@x.org>\none\ntwo\nthree\nfour",
		"text\n\nFixes: 123\n[b: fixed a typo]",
		"text\n\n\n\nFixes: 123",
		"text\n \t\nFixes: 123",
		"text\n\nNote: this is\nprose",
		"text\n\n(cherry picked from commit 0123456789)",
		"Signed-off-by: A <a@x.org>\n\ntext",
	} {
		c := exec.Command("git", "-c", "trailer.ifexists=add", "interpret-trailers", "--trailer", "Reviewed-by: X <x@x.org>")
		c.Dir = t.TempDir()
		c.Stdin = strings.NewReader("subject\n\n" + text + "\n")
		want, err := c.Output()
		if err != nil {
			t.Fatal(err)
		}
		reviewed := []track.Trailer{{Key: "Reviewed-by", Value: "X <x@x.org>"}}
		if got := "subject\n\n" + withTrailers(text, reviewed) + "\n"; got != string(want) {
			t.Errorf("%q, git has %q", got, want)
		}
	}
}
