package ingest

import (
	"slices"
	"strings"
)

// listIDs are what the headers that lists put into their mail say, lower-cased: host names have no letter case. The first
// field of each name counts.
func listIDs(h header) []string {
	var ids []string
	for _, name := range []string{"List-Id", "X-Mailing-List", "X-list"} {
		if id := listID(h.text(name)); id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// listID is what the last pair of angle brackets holds (RFC 2919 has the id there, behind a phrase), or the whole value
// when it has no space in it.
func listID(value string) string {
	closing := -1 // the nearest ">" to the right
	for i := len(value) - 1; i >= 0; i-- {
		switch {
		case value[i] == '>':
			closing = i
		case value[i] == '<' && closing > i+1:
			return strings.ToLower(trim(value[i+1 : closing]))
		}
	}
	if strings.ContainsFunc(value, isSpace) {
		return ""
	}
	return strings.ToLower(value)
}

// maxTo is how many recipients count.
const maxTo = 1000

// recipients are the addresses of To, then Cc, each once.
func recipients(h header) []string {
	var found []string
	seen := map[string]bool{}
	for _, field := range []string{"To", "Cc"} {
		for _, value := range h.all(field) {
			for _, one := range splitAddresses(decodeHeader(value)) {
				email := parsePerson(one).Email
				if strings.Contains(email, "@") && !seen[email] && len(found) < maxTo {
					seen[email] = true
					found = append(found, email)
				}
			}
		}
	}
	return found
}
