package serve

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// NotModified sets the ETag of an answer, and answers 304 if the client has that version already; then it returns true
// and nothing more is to be sent. tag must change whenever the answer does, and differ between users who see different
// things. The ETag is weak, since gzip changes the bytes. Call it after setting Cache-Control; the default lets clients
// keep answers for themselves, and ask each time whether they are still current.
func NotModified(w http.ResponseWriter, r *http.Request, tag string) bool {
	h := w.Header()
	tag = quotedTag(tag)
	h.Set("ETag", "W/"+tag)
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-cache")
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	if !anyMatches(strings.Join(r.Header.Values("If-None-Match"), ","), tag) {
		return false
	}
	h.Del("Content-Type")
	h.Del("Content-Length")
	w.WriteHeader(http.StatusNotModified)
	return true
}

// quotedTag puts tag into quotes, or a hash of it if it has characters that an ETag must not have.
func quotedTag(tag string) string {
	if strings.ContainsFunc(tag, func(c rune) bool { return c <= ' ' || c == '"' || c > '~' }) {
		sum := sha256.Sum256([]byte(tag))
		tag = hex.EncodeToString(sum[:16])
	}
	return `"` + tag + `"`
}

// anyMatches reports whether a list of entity tags has tag, by the weak comparison of RFC 9110, section 8.8.3.2: the W/
// in front does not count. The list * has every tag. It reads a malformed list up to the fault.
func anyMatches(list, tag string) bool {
	if strings.TrimSpace(list) == "*" {
		return true
	}
	for {
		list = strings.TrimLeft(list, " \t,")
		list = strings.TrimPrefix(list, "W/")
		if !strings.HasPrefix(list, `"`) {
			return false
		}
		end := strings.IndexByte(list[1:], '"')
		if end < 0 {
			return false
		}
		if list[:end+2] == tag {
			return true
		}
		list = list[end+2:]
	}
}
