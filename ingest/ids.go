package ingest

import (
	"encoding/hex"
	"strings"

	"patchwatch/track"
)

// messageID is what identifies a mail. An id that is longer than a line may be is shortened.
func messageID(h header, sha256 [32]byte, notes *notes) string {
	id := givenID(h, sha256, notes)
	bounded := track.BoundID(id)
	if bounded != id {
		notes.add("a Message-ID of more than 998 bytes was shortened")
	}
	return bounded
}

// givenID is the first "<...>" of the Message-ID header, which drops comments, or the whole value if it has no
// brackets. A mail without an id gets one made from its bytes, so that the same mail has the same id wherever it is
// read.
func givenID(h header, sha256 [32]byte, notes *notes) string {
	value := h.text("Message-ID")
	if id, _, ok := cutID(value); ok {
		return id
	}
	if value != "" {
		notes.add("a Message-ID without angle brackets")
		return value
	}
	notes.add("no Message-ID: one was made from the mail's bytes")
	return "<" + hex.EncodeToString(sha256[:]) + "@sha256.patchwatch.invalid>"
}

// references are the ids that a mail answers: those of In-Reply-To in order, then those of References, the newest
// first. answers is how many come from In-Reply-To.
func references(h header, notes *notes) (ids []string, answers int) {
	refs := refList{seen: map[string]bool{}}
	for _, value := range h.all("In-Reply-To") {
		text := decodeHeader(value)
		id, _, ok := cutID(text)
		if !ok {
			id = text
		}
		refs.add(id)
	}
	answers = len(refs.ids)
	for _, value := range h.all("References") {
		ids := allIDs(decodeHeader(value))
		for i := len(ids) - 1; i >= 0; i-- {
			refs.add(ids[i])
		}
	}
	if refs.full {
		notes.add("more than 1,000 references: the oldest were left out")
	}
	return refs.ids, answers
}

// A refList holds each id once, and at most track.MaxRefs of them.
type refList struct {
	ids  []string
	seen map[string]bool
	full bool
}

func (r *refList) add(id string) {
	id = track.BoundID(id)
	if id == "" || r.seen[id] {
		return
	}
	if len(r.ids) == track.MaxRefs {
		r.full = true
		return
	}
	r.seen[id] = true
	r.ids = append(r.ids, id)
}

// allIDs returns every "<...>" of a value. Comments, commas and whatever else is between them are passed over.
func allIDs(s string) []string {
	var ids []string
	for {
		id, rest, ok := cutID(s)
		if !ok {
			return ids
		}
		ids = append(ids, id)
		s = rest
	}
}

// cutID finds the first "<...>" that is not empty.
func cutID(s string) (id, rest string, ok bool) {
	for {
		start := strings.IndexByte(s, '<')
		if start < 0 {
			return "", "", false
		}
		n := strings.IndexByte(s[start:], '>')
		if n < 0 {
			return "", "", false
		}
		if n > 1 {
			return s[start : start+n+1], s[start+n+1:], true
		}
		s = s[start+1:]
	}
}
