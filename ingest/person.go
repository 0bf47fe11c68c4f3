package ingest

import (
	"strings"

	"patchwatch/track"
)

// maxPerson is where names and addresses are cut, in characters. Addresses are not longer than Message-IDs either, as
// they are in indexes.
const maxPerson = 255

// parsePerson reads one person from a decoded header, in the forms that people's programs write. It tries them in
// this order:
//
//	Name <user@host>   user at host (Name)   user@host (Name)   user@host
//
// Patchwork refuses an address that has an apostrophe or no dot, or a space beside it; here it is taken as it is. A
// text that cannot be an address is a name. If there is neither, the result is the zero Person.
func parsePerson(s string) track.Person {
	p := readPerson(s)
	p.Email = track.CutText(cut(strings.ToLower(p.Email), maxPerson), track.MaxID)
	return p
}

// readPerson is parsePerson with the address in the letter case in which it was written.
func readPerson(s string) track.Person {
	name, email := splitPerson(s)
	name, email = trim(name), tidyAddress(email)
	if !strings.Contains(email, "@") && name == "" && strings.ContainsFunc(email, isSpace) {
		name, email = email, ""
	}
	return track.Person{
		Name:  cut(name, maxPerson),
		Email: cut(email, maxPerson),
	}
}

func splitPerson(s string) (name, email string) {
	if name, email, ok := angled(s); ok {
		return name, email
	}
	if name, email, ok := spelled(s); ok {
		return name, email
	}
	if name, email, ok := commented(s); ok {
		return name, email
	}
	if user, host, ok := strings.Cut(s, " at "); ok && !strings.Contains(s, "@") && !strings.Contains(trim(host), " ") {
		return "", user + "@" + host
	}
	if name, email, ok := strings.Cut(s, "<"); ok && strings.Contains(email, "@") {
		return unquoteName(name), email // a bracket that has no end
	}
	return "", s
}

// angled reads Name <address>. Of several pairs of brackets the first that holds an "@" counts, otherwise the first.
func angled(s string) (name, email string, ok bool) {
	for at := 0; ; {
		id, rest, found := cutID(s[at:])
		if !found {
			return name, email, ok
		}
		start := len(s) - len(rest) - len(id)
		hasAt := strings.Contains(id, "@")
		if hasAt || !ok {
			name, email, ok = unquoteName(s[:start]), id[1:len(id)-1], true
		}
		if hasAt {
			return name, email, true
		}
		at = len(s) - len(rest)
	}
}

// unquoteName drops one quote on either side, and the white space outside. Within quotes a backslash only says that
// the next character is meant as it is (RFC 5322, 3.2.4).
func unquoteName(s string) string {
	s = strings.TrimRightFunc(s, isSpace)
	inside, opened := strings.CutPrefix(s, `"`)
	inside, closed := strings.CutSuffix(inside, `"`)
	if opened && closed && strings.Contains(inside, `\`) {
		return unescape(inside)
	}
	return inside
}

func unescape(s string) string {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		out = append(out, s[i])
	}
	return string(out)
}

// spelled reads user at host (Name), which is how archives hide addresses.
func spelled(s string) (name, email string, ok bool) {
	user, rest, ok := strings.Cut(s, " at ")
	if !ok {
		return "", "", false
	}
	host, name, ok := cutComment(rest)
	return name, user + "@" + host, ok
}

// commented reads address (Name).
func commented(s string) (name, email string, ok bool) {
	email, name, ok = cutComment(s)
	return name, unquoteName(email), ok
}

// cutComment splits "text (comment)".
func cutComment(s string) (text, comment string, ok bool) {
	start := strings.IndexByte(s, '(')
	if start < 0 {
		return "", "", false
	}
	n := strings.IndexByte(s[start:], ')')
	if n < 2 {
		return "", "", false
	}
	return trim(s[:start]), s[start+1 : start+n], true
}

// tidyAddress drops what people and programs put around and into an address: brackets, spaces, "mailto:".
func tidyAddress(s string) string {
	s = trim(strings.Trim(trim(s), "<>"))
	if hasPrefixFold(s, "mailto:") {
		s = s[len("mailto:"):]
	}
	if strings.Contains(s, "@") && strings.ContainsFunc(s, isSpace) {
		return strings.Join(strings.FieldsFunc(s, isSpace), "")
	}
	return s
}
