package track

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// MaxID is how long a Message-ID may be, in bytes: RFC 5322 section 2.1.1, "Each line of characters MUST be no more
// than 998 characters". Anybody can send a longer one, and every index of ids would hold it.
const MaxID = 998

// BoundID returns an id as it is, or, if it is too long, its beginning and its SHA-256. A mail and a reply that
// refers to it get the same result, so the reply still finds the mail.
func BoundID(id string) string {
	if len(id) <= MaxID {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	tail := "..." + hex.EncodeToString(sum[:])
	if strings.HasSuffix(id, ">") {
		tail += ">"
	}
	end := MaxID - len(tail)
	for !utf8.RuneStart(id[end]) {
		end--
	}
	return id[:end] + tail
}
