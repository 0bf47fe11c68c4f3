package ingest

import (
	"slices"
	"strings"
)

// listIDs returns what the headers say that lists put into their mail, in lower case, since host names have no letter
// case. The first field of each name counts.
func listIDs(h header) []string {
	var ids []string
	for _, name := range []string{"List-Id", "X-Mailing-List", "X-list"} {
		if id := listID(h.text(name)); id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// listID is the text in the last pair of angle brackets (RFC 2919 has the id there, after a phrase), or the whole
// value if that has no space in it.
func listID(value string) string {
	closing := -1 // the nearest ">" on the right
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
		for _, text := range h.decoded(field) {
			for _, one := range splitAddresses(text) {
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
