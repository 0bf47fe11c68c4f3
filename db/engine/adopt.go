package engine

import (
	"cmp"

	"patchwatch/track"
)

// Source is a Patchwork server that was adopted from.
type Source struct {
	ID       int64
	URL      string // by which people know it; no two have the same
	Progress string // JSON: how far the last run was
}

// AdoptedKey is a number that a source gave.
type AdoptedKey struct {
	Source int64
	Kind   track.AliasKind
	Number int64
}

// Compare orders keys.
func (k AdoptedKey) Compare(o AdoptedKey) int {
	return cmp.Or(cmp.Compare(k.Source, o.Source), cmp.Compare(k.Kind, o.Kind), cmp.Compare(k.Number, o.Number))
}

// Adopted is something that has a number at a source, and what it is here. Its mail may be here or not yet.
type Adopted struct {
	AdoptedKey
	Name        // of the mail, of a series that of one of its mails; without a MsgID: it is no mail
	Here int64  // its number here, of what is no mail; 0: it is one
	Seen string // JSON: what was decided about it there when it was read last
}

// PersonNumber is an address with the number that it is to have.
type PersonNumber struct {
	ID    int64
	Email string
}

// Adoptions finds what was taken over from Patchwork servers.
type Adoptions interface {
	// Sources gives the servers that were adopted from, by number.
	Sources() ([]Source, error)
	// Adopted finds things by their numbers there.
	Adopted(keys []AdoptedKey) (map[AdoptedKey]Adopted, error)
	// AdoptedAfter lists what is of the source and the kind of a key, above its number, by number, at most so many.
	AdoptedAfter(after AdoptedKey, most int) ([]Adopted, error)
	// Aliases finds things of a kind by the numbers that any source gave them; if several did, that of the first source.
	Aliases(kind track.AliasKind, numbers []int64) (map[int64]Adopted, error)
}
