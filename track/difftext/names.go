package difftext

import (
	"strconv"
	"strings"
)

// gitNames reads the two names behind "diff --git". They are all that names a file whose mode changes only. Names with
// spaces are not quoted there; but unless the file is renamed, which another line says, both are the same behind their
// first directory.
func (r *reader) gitNames(both string) {
	both = strings.TrimRight(both, "\r")
	old, new := splitNames(both)
	r.prefix = old != new
	r.at.Old, r.at.New = r.strip(old), r.strip(new)
}

func splitNames(both string) (old, new string) {
	if strings.HasPrefix(both, `"`) {
		end := quotedEnd(both)
		return unquote(both[:end]), unquote(strings.TrimPrefix(both[end:], " "))
	}
	if half := len(both) / 2; len(both)%2 == 1 && both[half] == ' ' {
		old, new = both[:half], both[half+1:]
		if old == new || withoutTop(old) == withoutTop(new) {
			return old, new
		}
	}
	if at := strings.Index(both, " b/"); at >= 0 {
		return both[:at], both[at+1:]
	}
	old, new, _ = strings.Cut(both, " ")
	return old, unquote(new)
}

// names reads "--- a/name" and "+++ b/name". Without "diff --git" before them they begin a file.
func (r *reader) names(old, new string) {
	old, new = nameOf(old), nameOf(new)
	if r.at == nil || !r.git || len(r.at.Hunks) > 0 {
		r.begin(false)
		r.at.Begin--
		r.prefix = old != new
	}
	if !r.prefix && old != "" && new != "" { // "diff --cc" has the name without
		r.prefix = old != new
	}
	f := r.at
	r.belongs()
	f.IsNew, f.IsDeleted = f.IsNew || old == "", f.IsDeleted || new == ""
	if f.IsRename || f.IsCopy {
		return // the names in "rename from" and "rename to" have nothing before them
	}
	f.Old, f.New = r.strip(old), r.strip(new)
	if !r.git && f.Old != "" && f.New != "" {
		f.Old = f.New // "file.orig" and "file" are one file
	}
}

// nameOf is a name without what follows a tab, which is a date; empty for /dev/null.
func nameOf(field string) string {
	name, _, _ := strings.Cut(field, "\t")
	if name = unquote(strings.TrimRight(name, "\r")); name == "/dev/null" {
		return ""
	}
	return name
}

func (r *reader) strip(name string) string {
	if !r.prefix {
		return name
	}
	return withoutTop(name)
}

// withoutTop is a path without its first directory, as "patch -p1" takes it. A name without a directory stays.
func withoutTop(path string) string {
	if _, rest, ok := strings.Cut(path, "/"); ok && rest != "" {
		return rest
	}
	return path
}

// unquote undoes git's quoting of names (core.quotePath in git-config(1)), which is that of strings in C.
func unquote(name string) string {
	if len(name) < 2 || name[0] != '"' || name[len(name)-1] != '"' {
		return name
	}
	if plain, err := strconv.Unquote(name); err == nil {
		return plain
	}
	return name
}

// quotedEnd is where a quoted name ends.
func quotedEnd(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}
