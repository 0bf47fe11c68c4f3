package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// isSpace tells that r is white space as Python counts it, in which Patchwork is written: Unicode's, and the four
// separators FS, GS, RS and US.
func isSpace(r rune) bool {
	if '!' <= r && r <= '~' {
		return false
	}
	return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f
}

// trim is strings.TrimSpace for isSpace.
func trim(s string) string {
	return strings.TrimFunc(s, isSpace)
}

// fold makes every run of white space one space and trims both ends.
func fold(s string) string {
	if isFolded(s) {
		return s
	}
	out := make([]byte, 0, len(s))
	gap := false
	for i := 0; i < len(s); {
		end := i
		for end < len(s) && '!' <= s[end] && s[end] <= '~' { // no white space: nearly all of a header
			end++
		}
		if end == i {
			r, size := utf8.DecodeRuneInString(s[i:])
			if end += size; isSpace(r) {
				gap, i = len(out) > 0, end
				continue
			}
		}
		if gap {
			out = append(out, ' ')
			gap = false
		}
		out = append(out, s[i:end]...)
		i = end
	}
	return string(out)
}

// isFolded quickly tells that fold has nothing to do; it may say no to text in which it has not.
func isFolded(s string) bool {
	before := byte(' ')
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf || c < ' ' || c == ' ' && before == ' ' {
			return false
		}
		before = c
	}
	return s == "" || before != ' '
}

// cut is the first n characters of s.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// hasPrefixFold is strings.HasPrefix, letter case ignored; prefix is ASCII.
func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// hasSuffixFold is strings.HasSuffix, letter case ignored; suffix is ASCII.
func hasSuffixFold(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}

// isDigits tells that s is one digit or more.
func isDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
