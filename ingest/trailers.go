package ingest

import (
	"strings"

	"patchwatch/track"
)

// maxTrailers is how many trailers of a mail count.
const maxTrailers = 1000

// findTrailers are the lines that give credit, "Reviewed-by: A <a@x.org>": any word that ends in "-by", at the start of a
// line, letter case ignored. Quoted lines give none, and neither does an indented one.
func findTrailers(text string, found []track.Trailer) []track.Trailer {
	for len(text) > 0 && len(found) < maxTrailers {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		key, value, ok := strings.Cut(line, ":")
		if ok && isTrailerKey(key) {
			found = append(found, track.Trailer{Key: key, Value: fold(value)})
		}
	}
	return found
}

func isTrailerKey(key string) bool {
	if len(key) < len("x-by") || len(key) > 64 || !strings.EqualFold(key[len(key)-3:], "-by") {
		return false
	}
	for i := range len(key) {
		if c := key[i] | 0x20; key[i] != '-' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return key[0] != '-'
}
