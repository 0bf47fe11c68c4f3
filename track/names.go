package track

import "strings"

const lettersAndDigits = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// CleanListID is the id of a list as projects have it, of what a person copied from a List-Id header.
func CleanListID(text string) string {
	return strings.ToLower(strings.Trim(strings.TrimSpace(text), "<>"))
}

// IsListID reports whether an id is valid by RFC 2919. It need not have a dot, since ids of old lists have none.
func IsListID(id string) bool {
	odd := func(r rune) bool { return r <= ' ' || r == '<' || r == '>' || r > '~' }
	return id != "" && len(id) <= MaxListID && !strings.ContainsFunc(id, odd)
}

// IsLinkName reports whether a name can be a link name. A regular expression with a bound of 255 would take a
// millisecond to compile, at each start of the program.
func IsLinkName(name string) bool {
	begins, others := strings.IndexAny(name, lettersAndDigits) == 0, strings.Trim(name, lettersAndDigits+"._+-")
	return len(name) <= 255 && begins && others == ""
}

// IsAccountName tells what an account may be called, as in Django.
func IsAccountName(name string) bool {
	return name != "" && len(name) <= 150 && strings.Trim(name, lettersAndDigits+"_.@+-") == ""
}
