package ingest

import "slices"

// notes are what had to be repaired or guessed to read a mail. Each is said once, so their number is bounded by the
// number of things that this package can say.
type notes []string

func (n *notes) add(note string) {
	if !slices.Contains(*n, note) {
		*n = append(*n, note)
	}
}
