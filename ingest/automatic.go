package ingest

import (
	"slices"
	"strings"

	"patchwatch/track"
)

// isAutomatic tells that a program answered a mail: an absence, a bounce, the result of a build. Such an answer is no
// patch, though it may have a copy of one without quotes.
//
// "auto-replied" says so, whatever the subject (RFC 3834, 5). "auto-generated" is for what robots send by themselves,
// which includes patches and pull requests. But Exchange also writes it into absences: those are answers if they have
// references, a subject that announces no patch, and Exchange's request for no answers.
func isAutomatic(h header, s track.Subject, hasRefs bool) bool {
	switch kind := keyword(h.text("Auto-Submitted")); {
	case kind == "auto-replied":
		return true
	case kind != "" && kind != "no":
		return hasRefs && h.has("X-Auto-Response-Suppress") && !s.Marked && !announcesPatch(s.Full)
	}
	return h.has("X-Autoreply") || h.has("X-Autorespond") || keyword(h.text("Precedence")) == "auto_reply"
}

// keyword is the value of a field without the parameters and comments that follow.
func keyword(value string) string {
	if i := strings.IndexAny(value, " ;("); i >= 0 {
		value = value[:i]
	}
	return strings.ToLower(value)
}

// announcesPatch tells that a subject begins with "[PATCH]", "[RFC]" or "[GIT PULL]", or with other brackets that
// mean the same.
func announcesPatch(subject string) bool {
	inside, _, ok := cutBracket(subject)
	words := strings.FieldsFunc(strings.ToLower(inside), func(r rune) bool { return r < 'a' || r > 'z' })
	return ok && slices.ContainsFunc(words, func(w string) bool {
		return strings.HasPrefix(w, "patch") || strings.HasPrefix(w, "rfc") || w == "pull"
	})
}
