package track

import "strings"

// TrailerKey is how the key of a trailer is counted and shown, whatever its letter case: "reviewed-BY" is
// "Reviewed-by".
func TrailerKey(key string) string {
	if key == "" {
		return key
	}
	return strings.ToUpper(key[:1]) + strings.ToLower(key[1:])
}

// String is the trailer as a line of a message.
func (t Trailer) String() string { return TrailerKey(t.Key) + ": " + t.Value }

// PatchTrailers are the trailers of a patch: those in its own mail, and those that replies give.
type PatchTrailers struct {
	Own   []Trailer
	Given []Trailer // each once, without those of Own, in the order of the replies
}

// GivenTrailers are the trailers that replies give to a patch. Replies to the patch itself come before those to the
// cover of its series, which mean every patch of it. A trailer counts once, whoever repeats it.
func GivenTrailers(own, onPatch, onCover []Trailer) []Trailer {
	seen := make(map[string]bool, len(own))
	for _, t := range own {
		seen[t.String()] = true
	}
	var out []Trailer
	for _, replies := range [][]Trailer{onPatch, onCover} {
		for _, t := range replies {
			if line := t.String(); !seen[line] {
				seen[line] = true
				out = append(out, t)
			}
		}
	}
	return out
}

// Count tells how often each key occurs. Equal lines count once.
func (p PatchTrailers) Count() map[string]int {
	counts := map[string]int{}
	seen := make(map[string]bool, len(p.Own))
	for _, t := range p.Own {
		if line := t.String(); !seen[line] {
			seen[line] = true
			counts[TrailerKey(t.Key)]++
		}
	}
	for _, t := range p.Given {
		counts[TrailerKey(t.Key)]++
	}
	return counts
}
