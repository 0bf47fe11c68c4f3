package dbtest

import (
	"cmp"
	"errors"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// adoptions are the rows of what was taken over from Patchwork servers.
type adoptions struct {
	sources  table[int64, engine.Source]
	adopted  table[engine.AdoptedKey, engine.Adopted]
	reserved int64
}

func newAdoptions() adoptions {
	return adoptions{
		sources: newTable[int64, engine.Source](cmp.Compare[int64]),
		adopted: newTable[engine.AdoptedKey, engine.Adopted](engine.AdoptedKey.Compare),
	}
}

func (a *adoptions) snapshot() adoptions {
	return adoptions{sources: a.sources.snapshot(), adopted: a.adopted.snapshot(), reserved: a.reserved}
}

func (v *view) Sources() (out []engine.Source, err error) {
	for _, s := range v.sources.all() {
		out = append(out, s)
	}
	return out, nil
}

func (v *view) Adopted(keys []engine.AdoptedKey) (map[engine.AdoptedKey]engine.Adopted, error) {
	out := map[engine.AdoptedKey]engine.Adopted{}
	for _, k := range keys {
		if v.adopted.has(k) {
			out[k] = v.adopted.get(k)
		}
	}
	return out, nil
}

func (v *view) AdoptedAfter(after engine.AdoptedKey, most int) (out []engine.Adopted, err error) {
	for k, a := range v.adopted.from(after) {
		if k.Source != after.Source || k.Kind != after.Kind || len(out) == most {
			break
		}
		if k.Number > after.Number {
			out = append(out, a)
		}
	}
	return out, nil
}

func (v *view) Aliases(kind track.AliasKind, numbers []int64) (map[int64]engine.Adopted, error) {
	out := map[int64]engine.Adopted{}
	for k, a := range v.adopted.all() { // those of the first source come first
		if _, found := out[k.Number]; !found && k.Kind == kind && slices.Contains(numbers, k.Number) {
			out[k.Number] = a
		}
	}
	return out, nil
}

func (t *tx) PutSource(s *engine.Source) error {
	for _, o := range t.sources.all() {
		if o.ID != s.ID && o.URL == s.URL {
			return errors.New("there is a source of this URL already")
		}
	}
	if s.ID == 0 {
		s.ID = t.sources.last() + 1
	}
	t.sources.put(s.ID, *s)
	return nil
}

func (t *tx) PutAdopted(all []engine.Adopted) error {
	for _, a := range all {
		t.adopted.put(a.AdoptedKey, a)
	}
	return nil
}

func (t *tx) MoveAdopted(from, to int64) error {
	for k, a := range t.adopted.all() {
		if a.Project == from {
			a.Project = to
			t.adopted.put(k, a)
		}
	}
	return nil
}

func (t *tx) Reserve(mail int64) error {
	t.reserved = max(t.reserved, mail)
	return nil
}

func (t *tx) NumberPeople(people []engine.PersonNumber) error {
	for _, p := range people {
		taken := false
		for _, id := range t.addresses.all() {
			taken = taken || id == p.ID
		}
		if !taken && !t.addresses.has(p.Email) {
			t.addresses.put(p.Email, p.ID)
		}
	}
	return nil
}

func (v *view) lastAddress() (last int64) {
	for _, id := range v.addresses.all() {
		last = max(last, id)
	}
	return last
}
