package ingest

import (
	"regexp"
	"strings"
)

// A pull request as git-request-pull writes it.
const (
	pullBegin = "The following changes since commit"
	pullAt    = "are available in the git repository at:"
)

// pullURL is what follows pullAt: "scheme://" or "user@", then perhaps a ref, which may be on the next line, and
// nothing more on its line.
var pullURL = regexp.MustCompile(
	`(?m)^[\s\p{Z}]*([\pL\pN_+-]+(?:://|@)[\pL\pN_/.@:~-]+[\s\p{Z}\\]*[\pL\pN_/.-]*)[\s\p{Z}]*$`)

const (
	maxPull     = 2000 // bytes after pullAt that are looked at
	maxRequests = 50   // in one mail
)

// findPull is the URL that a pull request asks to pull from, and the ref if there is one. It is empty if the text is
// no pull request. A quoted request does not count; of several the last one does, as in Patchwork.
func findPull(text string) string {
	begin := findLine(text, func(line string) bool { return hasPrefixFold(line, pullBegin) })
	if begin < 0 {
		return ""
	}
	url := ""
	text = text[begin:]
	for range maxRequests {
		at := findLine(text, func(line string) bool { return hasSuffixFold(trim(line), pullAt) })
		if at < 0 {
			break
		}
		_, text, _ = strings.Cut(text[at:], "\n")
		after := strings.ToValidUTF8(text[:min(len(text), maxPull)], "")
		if m := pullURL.FindStringSubmatchIndex(after); m != nil && m[0] == 0 {
			url = after[m[2]:m[3]]
		}
	}
	return fold(url)
}

// findLine is where the first line starts for which is returns true; -1 if there is none.
func findLine(text string, is func(line string) bool) int {
	for at := 0; at < len(text); {
		line, _, _ := strings.Cut(text[at:], "\n")
		if is(line) {
			return at
		}
		at += len(line) + 1
	}
	return -1
}
