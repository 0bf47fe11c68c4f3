package track

import "strings"

// TrailerKey is how a trailer's key is counted and shown, whatever case it was written in: "reviewed-BY" is
// "Reviewed-by".
func TrailerKey(key string) string {
	if key == "" {
		return key
	}
	return strings.ToUpper(key[:1]) + strings.ToLower(key[1:])
}

// String is the trailer as a line of a message.
func (t Trailer) String() string { return TrailerKey(t.Key) + ": " + t.Value }
