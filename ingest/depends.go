package ingest

import (
	"strings"

	"patchwatch/track"
)

// maxDepends is how many dependencies of a mail count.
const maxDepends = 1000

// findDepends returns the targets of "Depends-on:" lines: the URL of a patch or of a series, or a Message-ID.
func findDepends(text string) []string {
	var found []string
	for len(text) > 0 && len(found) < maxDepends {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		if !hasPrefixFold(line, "Depends-on:") {
			continue
		}
		if target := trim(line[len("Depends-on:"):]); isTarget(target) {
			if target[0] == '<' {
				target = track.BoundID(target)
			}
			found = append(found, target)
		}
	}
	return found
}

func isTarget(s string) bool {
	if strings.ContainsFunc(s, isSpace) {
		return false
	}
	id := len(s) > 2 && s[0] == '<' && strings.IndexByte(s, '>') == len(s)-1
	return id || strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}
