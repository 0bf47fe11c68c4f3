package ingest

import (
	"strings"

	"patchwatch/track"
)

// parseSubject takes a decoded and folded subject apart, as Patchwork does. It drops one leading "Re:" or "Fwd:",
// reads brackets for as long as the rest begins with one, and then looks for marker and version among their contents.
func parseSubject(full string) track.Subject {
	s := track.Subject{Full: full, Version: 1}
	rest := dropReplyWord(full)
	for {
		inside, after, ok := cutBracket(rest)
		if !ok {
			break
		}
		s.Prefixes = appendPrefixes(s.Prefixes, inside)
		rest = after
	}
	s.Rest = fold(rest)
	s.Number, s.Total, s.Marked = findMarker(s.Prefixes)
	s.Version = findVersion(s.Prefixes, s.Rest)
	return s
}

// dropReplyWord drops one leading re, fw or fwd with its colon or space.
func dropReplyWord(s string) string {
	for _, word := range []string{"re", "fwd", "fw"} {
		if after, ok := cutWord(s, word); ok {
			return trim(after)
		}
	}
	return s
}

// cutWord cuts a word off s, with the colon or space that follows.
func cutWord(s, word string) (after string, ok bool) {
	if !hasPrefixFold(s, word) || len(s) == len(word) {
		return "", false
	}
	if c := s[len(word)]; c != ':' && c != ' ' {
		return "", false
	}
	return s[len(word)+1:], true
}

// cutBracket takes "[inside]" off s, with the spaces that follow.
func cutBracket(s string) (inside, after string, ok bool) {
	if s == "" || s[0] != '[' {
		return "", "", false
	}
	end := strings.IndexByte(s, ']')
	if end < 0 {
		return "", "", false
	}
	return s[1:end], strings.TrimLeft(s[end+1:], " "), true
}

// appendPrefixes splits what is in a bracket at commas and spaces, without the word PATCH. Mercurial writes its marker
// with spaces, "PATCH 1 of 2".
func appendPrefixes(prefixes []string, inside string) []string {
	if marker, rest, ok := cutMercurial(inside); ok {
		prefixes = append(prefixes, marker)
		inside = rest
	}
	for _, p := range strings.FieldsFunc(inside, func(r rune) bool { return r == ',' || r == ' ' }) {
		if !strings.EqualFold(p, "patch") {
			prefixes = append(prefixes, p)
		}
	}
	return prefixes
}

// cutMercurial cuts "PATCH M of N" off what is in a bracket.
func cutMercurial(inside string) (marker, rest string, ok bool) {
	after, ok := strings.CutPrefix(inside, "PATCH ")
	if !ok {
		return "", "", false
	}
	m, after := cutNumber(after)
	after, ok = strings.CutPrefix(after, " of ")
	if !ok || m == "" {
		return "", "", false
	}
	n, rest := cutNumber(after)
	return m + " of " + n, rest, n != ""
}

func cutNumber(s string) (digits, rest string) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return s[:i], s[i:]
}

// findMarker reads the first prefix that ends in "x/n" or in "x of n".
func findMarker(prefixes []string) (number, total int, ok bool) {
	for _, p := range prefixes {
		if x, n, ok := cutMarker(p); ok {
			return saturate(x), saturate(n), true
		}
	}
	return 0, 0, false
}

func cutMarker(p string) (x, n string, ok bool) {
	before, n := endDigits(p)
	if n == "" {
		return "", "", false
	}
	if b, slash := strings.CutSuffix(before, "/"); slash {
		before = b
	} else if b, of := strings.CutSuffix(before, " of "); of {
		before = b
	} else {
		return "", "", false
	}
	_, x = endDigits(before)
	return x, n, x != ""
}

// endDigits splits off the digits that s ends in.
func endDigits(s string) (before, digits string) {
	i := len(s)
	for i > 0 && isDigit(s[i-1]) {
		i--
	}
	return s[:i], s[i:]
}

// findVersion takes the version from the first prefix "v2", otherwise from the first that has it after a dash or a
// word, "-v2" or "PATCHv2", otherwise from the first "(v2)" in the subject. Without any of these it is 1.
func findVersion(prefixes []string, rest string) int {
	for _, p := range prefixes {
		if len(p) > 1 && p[0]|0x20 == 'v' && isDigits(p[1:]) {
			return saturate(p[1:])
		}
	}
	for _, p := range prefixes {
		if v, ok := gluedVersion(p); ok {
			return v
		}
	}
	if v, ok := parenVersion(rest); ok {
		return v
	}
	return 1
}

// gluedVersion reads what people write for "PATCH v2": "PATCHv2", "RFCv3", "PATCH-v2", and "PATCH -v2", since the
// maintainers of some trees write every prefix with a dash. The text before the v has to say that this is a patch:
// the name of a branch, "dev2" or "-mm-v2", is not a version.
func gluedVersion(p string) (version int, ok bool) {
	before, digits := endDigits(p)
	n := len(before)
	if digits == "" || n == 0 || before[n-1]|0x20 != 'v' {
		return 0, false
	}
	word := strings.TrimRight(before[:n-1], "-_")
	if word == "" && n > 1 {
		return saturate(digits), before[0] == '-'
	}
	if !strings.EqualFold(word, "patch") && !strings.EqualFold(word, "rfc") {
		return 0, false
	}
	return saturate(digits), true
}

// parenVersion reads the first "(v2)".
func parenVersion(s string) (version int, ok bool) {
	for {
		i := strings.IndexByte(s, '(')
		if i < 0 {
			return 0, false
		}
		s = s[i+1:]
		if s == "" || s[0]|0x20 != 'v' {
			continue
		}
		if digits, after := cutNumber(s[1:]); digits != "" && strings.HasPrefix(after, ")") {
			return saturate(digits), true
		}
	}
}
