package ingest

import (
	"slices"
	"strings"

	"patchwatch/track"
)

// isAutomatic tells that a program answered a mail: somebody's absence, a bounce, a build's result. Such an answer is
// no patch, though it may have a copy of one without quotes.
//
// "auto-replied" says so, whatever the subject (RFC 3834, 5). "auto-generated" is for what robots send by themselves,
// patches and pull requests among it, but Exchange says it of absences too: that is an answer if it has references, a
// subject that announces no patch, and Exchange's request for no answers.
func isAutomatic(h header, s track.Subject, hasRefs bool) bool {
	switch kind := keyword(h.text("Auto-Submitted")); {
	case kind == "auto-replied":
		return true
	case kind != "" && kind != "no":
		return hasRefs && h.has("X-Auto-Response-Suppress") && !s.Marked && !announcesPatch(s.Full)
	}
	return h.has("X-Autoreply") || h.has("X-Autorespond") || keyword(h.text("Precedence")) == "auto_reply"
}

// keyword is a field's value without the parameters and comments behind it.
func keyword(value string) string {
	if i := strings.IndexAny(value, " ;("); i >= 0 {
		value = value[:i]
	}
	return strings.ToLower(value)
}

// announcesPatch tells that a subject begins with "[PATCH]", "[RFC]" or "[GIT PULL]", or with other brackets that mean these.
func announcesPatch(subject string) bool {
	inside, _, ok := cutBracket(subject)
	words := strings.FieldsFunc(strings.ToLower(inside), func(r rune) bool { return r < 'a' || r > 'z' })
	return ok && slices.ContainsFunc(words, func(w string) bool {
		return strings.HasPrefix(w, "patch") || strings.HasPrefix(w, "rfc") || w == "pull"
	})
}
