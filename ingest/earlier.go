package ingest

import (
	"net/url"
	"strconv"
	"strings"

	"patchwatch/track"
)

// findEarlier is the Message-ID of the version before, as people name it below a patch or in a cover, and as b4 writes
// it: "- Link to v2: https://lore.kernel.org/r/ID", "v2: <ID>". Of several it is that of the highest version below its
// own. What stands before the address on its line, or alone on the line above, has to say nothing but that this is a
// version: other series that a text names are not meant.
func findEarlier(text string, version int) (id string) {
	best, above := -1, "" // the line above, if it is not empty
	for len(text) > 0 {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		if named, address, ok := earlierIn(line, above); ok && named > best && named < version {
			best, id = named, address
		}
		if trim(line) != "" {
			above = line
		}
	}
	return id
}

// earlierIn reads a line that names a version and its address, which most lines do not have.
func earlierIn(line, above string) (version int, id string, ok bool) {
	if strings.IndexByte(line, '@') < 0 && !strings.Contains(line, "%40") {
		return 0, "", false
	}
	before, id := cutAddress(line)
	if id == "" {
		return 0, "", false
	}
	if strings.Trim(before, "-*<([ \t") == "" {
		before = above
	}
	version, ok = versionIn(before)
	return version, id, ok
}

// cutAddress splits a line at the first URL with a Message-ID in its path, or at the first "<ID>".
func cutAddress(line string) (before, id string) {
	for at := 0; at < len(line); at++ {
		rest := line[at:]
		switch {
		case strings.HasPrefix(rest, "http://"), strings.HasPrefix(rest, "https://"):
			return line[:at], idInURL(rest)
		case rest[0] == '<' && strings.IndexByte(rest, '>') > 0 && !strings.HasPrefix(rest[1:], "http"):
			inside := rest[1:strings.IndexByte(rest, '>')]
			if isIDPart(inside) {
				return line[:at], track.BoundID("<" + inside + ">")
			}
		}
	}
	return line, ""
}

// idInURL is the Message-ID that an archive has in its address; empty: there is none.
func idInURL(text string) string {
	if end := strings.IndexFunc(text, func(r rune) bool {
		return isSpace(r) || r == '>' || r == ')' ||
			r == ']'
	}); end >= 0 {
		text = text[:end]
	}
	text = strings.TrimRight(text, ".,;")
	_, path, _ := strings.Cut(text, "://")
	path, _, _ = strings.Cut(path, "#")
	path, _, _ = strings.Cut(path, "?")
	segments := strings.Split(path, "/")
	for _, s := range segments[1:] { // a host may have a user before it
		if s, err := url.PathUnescape(s); err == nil && isIDPart(s) {
			return track.BoundID("<" + s + ">")
		}
	}
	return ""
}

func isIDPart(s string) bool {
	at := strings.IndexByte(s, '@')
	return at > 0 && at < len(s)-1 && !strings.ContainsAny(s, "<> \t")
}

// versionWords are the words that may stand beside a version that is named. RFC may be one of its own.
var versionWords = map[string]bool{
	"link": true, "links": true, "to": true, "for": true, "the": true, "of": true, "is": true, "at": true, "in": true,
	"url": true, "lore": true, "version": true, "versions": true, "patch": true, "patches": true, "rfc": true,
	"series": true, "patchset": true, "previous": true, "prior": true, "earlier": true, "original": true, "last": true,
	"old": true, "older": true, "post": true, "posting": true, "posted": true, "here": true, "see": true, "was": true,
	"discussion": true, "submission": true, "changes": true, "since": true, "from": true,
}

// versionIn reads "Link to v2:", "v1", "[RFC v1]"; RFC alone is 0. Of several versions the lowest counts.
func versionIn(text string) (version int, ok bool) {
	const longest = 100 // of such a text
	if len(text) > longest {
		return 0, false
	}
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return r < '0' || '9' < r && r < 'a' ||
			r > 'z'
	})
	rfc := false
	for _, word := range words {
		if n, isVersion := versionWord(word); isVersion {
			if !ok || n < version {
				version, ok = n, true
			}
			continue
		}
		if !versionWords[word] {
			return 0, false
		}
		rfc = rfc || word == "rfc"
	}
	return version, ok || rfc
}

func versionWord(word string) (version int, ok bool) {
	digits, ok := strings.CutPrefix(strings.TrimPrefix(word, "rfc"), "v")
	if !ok || !isDigits(digits) {
		return 0, false
	}
	version, err := strconv.Atoi(digits)
	return version, err == nil
}
