package ingest

import "strings"

// maxChangeID bounds a change-id, which has a date, the name of a branch and 12 digits.
const maxChangeID = 255

// findChangeID is the change-id that b4 writes into each version of a series, "change-id:
// 20221010-some-name-0123456789ab", in the cover or below a single patch. It is in a paragraph of such lines, with
// base-commit for example, perhaps after a line of dashes, and begins with a date. Gerrit's "Change-Id: I0123" names
// a single patch and is not meant. The first one counts; quoted ones do not.
func findChangeID(text string) string {
	fieldsOnly := true // in this paragraph so far
	for len(text) > 0 {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		line = strings.TrimRight(line, " \t\r")
		key, value, ok := strings.Cut(line, ":")
		switch {
		case line == "" || line == "---":
			fieldsOnly = true
		case !ok || !isMetaKey(key):
			fieldsOnly = false
		case fieldsOnly && strings.EqualFold(key, "change-id") && isChangeID(trim(value)):
			return trim(value)
		}
	}
	return ""
}

// isMetaKey tells that key is one like "base-commit": letters and dashes.
func isMetaKey(key string) bool {
	for i := range len(key) {
		if c := key[i] | 0x20; key[i] != '-' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return key != ""
}

// isChangeID tells that s is a date, a dash and a name without spaces.
func isChangeID(s string) bool {
	const date = len("20221010")
	return len(s) > date+1 && len(s) <= maxChangeID && isDigits(s[:date]) && s[date] == '-' &&
		!strings.ContainsFunc(s, isSpace)
}
