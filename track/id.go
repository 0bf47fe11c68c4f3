package track

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"
)

// MaxID is how long a Message-ID may be, in bytes as a URL has it: RFC 5322 section 2.1.1, "Each line of characters
// MUST be no more than 998 characters". Anybody can send a longer one, and every index of ids would hold it. A byte
// that is not printable ASCII counts three, as databases too may need more room for some of these than for others.
const MaxID = 998

// BoundID returns an id as it is, or, if it is too long, its beginning and its SHA-256. A mail and a reply that
// refers to it get the same result, so the reply still finds the mail.
func BoundID(id string) string {
	if len(CutText(id, MaxID)) == len(id) {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	tail := "..." + hex.EncodeToString(sum[:])
	if strings.HasSuffix(id, ">") {
		tail += ">"
	}
	return CutText(id, MaxID-len(tail)) + tail
}

// CutText is as much of a text, in whole characters, as has at most so many bytes in a URL.
func CutText(text string, most int) string {
	if 3*len(text) <= most {
		return text
	}
	start := 0 // of the character
	for i := range len(text) {
		if utf8.RuneStart(text[i]) {
			start = i
		}
		if most--; text[i] <= ' ' || text[i] >= 0x7f {
			most -= 2
		}
		if most < 0 {
			return text[:start]
		}
	}
	return text
}
