package search

import (
	"strconv"
	"strings"
)

// gitNames splits the two names of a "diff --git" line and takes "a/" and "b/" off. Names may have spaces; then both
// are the same, unless the file was renamed, and lines that follow say so.
func gitNames(names string) (old, new string, ok bool) {
	if middle := len(names) / 2; len(names)%2 == 1 && names[middle] == ' ' {
		old, _, okOld := pathOf(names[:middle])
		new, _, okNew := pathOf(names[middle+1:])
		if okOld && okNew && old == new {
			return old, new, true
		}
	}
	for middle := range lastSpaces(names) {
		old, _, okOld := pathOf(names[:middle])
		new, _, okNew := pathOf(names[middle+1:])
		if okOld && okNew {
			return old, new, true
		}
	}
	return "", "", false
}

// lastSpaces gives where a line has spaces, from its end. After some it gives up.
func lastSpaces(s string) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for n, at := 0, len(s); n < 100; n++ {
			if at = strings.LastIndexByte(s[:at], ' '); at < 0 || !yield(at) {
				return
			}
		}
	}
}

// pathOf takes the first folder off a name, which git calls "a" or "b". After a tab there may be a date. The name may
// be quoted as in C.
func pathOf(name string) (path, after string, ok bool) {
	name, after, _ = strings.Cut(name, "\t")
	if len(name) > 1 && name[0] == '"' {
		name = unquotePath(name)
	}
	top, path, ok := strings.Cut(name, "/")
	return path, after, ok && top != "" && path != ""
}

// unquotePath undoes git's quoting of names (core.quotePath): within quotes "\t", "\"" and "\303\244". A name that is
// quoted in another way stays as it is.
func unquotePath(name string) string {
	inside, ok := strings.CutSuffix(name[1:], `"`)
	if !ok {
		return name
	}
	var path strings.Builder
	for inside != "" {
		if inside[0] != '\\' {
			path.WriteByte(inside[0])
			inside = inside[1:]
			continue
		}
		c, _, rest, err := strconv.UnquoteChar(inside, '"')
		if err != nil || c > 0xff {
			return name
		}
		path.WriteByte(byte(c))
		inside = rest
	}
	return strings.ToValidUTF8(path.String(), "\uFFFD")
}
