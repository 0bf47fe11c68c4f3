package track

import "strings"

// StateNew is the state of a patch that nobody has decided about.
const StateNew = "new"

// States that a patch can be in: Patchwork's ten, by their slugs, in its order.
var States = []string{
	StateNew, "under-review", "accepted", "rejected", "rfc", "not-applicable", "changes-requested",
	"awaiting-upstream", "superseded", "deferred",
}

// ParseState finds a state by its slug or its name ("Under Review"), ignoring case.
func ParseState(name string) (string, bool) {
	slug := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), " ", "-")
	for _, s := range States {
		if s == slug {
			return s, true
		}
	}
	return "", false
}
