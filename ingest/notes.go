package ingest

import "slices"

// notes say what had to be repaired or guessed to read a mail. Each is there once, so this package bounds how many
// there can be.
type notes []string

func (n *notes) add(note string) {
	if !slices.Contains(*n, note) {
		*n = append(*n, note)
	}
}
