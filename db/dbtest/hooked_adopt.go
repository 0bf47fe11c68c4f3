package dbtest

import (
	"patchwatch/db/engine"
	"patchwatch/track"
)

func (h hookedView) Sources() ([]engine.Source, error) {
	return ask(h.hooked, "Sources", func() ([]engine.Source, error) { return h.view.Sources() })
}

func (h hookedView) Adopted(keys []engine.AdoptedKey) (map[engine.AdoptedKey]engine.Adopted, error) {
	return ask(h.hooked, "Adopted", func() (map[engine.AdoptedKey]engine.Adopted, error) { return h.view.Adopted(keys) })
}

func (h hookedView) AdoptedAfter(after engine.AdoptedKey, most int) ([]engine.Adopted, error) {
	return ask(h.hooked, "AdoptedAfter", func() ([]engine.Adopted, error) { return h.view.AdoptedAfter(after, most) })
}

func (h hookedView) Aliases(kind track.AliasKind, numbers []int64) (map[int64]engine.Adopted, error) {
	return ask(h.hooked, "Aliases", func() (map[int64]engine.Adopted, error) { return h.view.Aliases(kind, numbers) })
}

func (h hookedTx) PutSource(s *engine.Source) error {
	return h.do("PutSource", func() error { return h.tx.PutSource(s) })
}

func (h hookedTx) PutAdopted(all []engine.Adopted) error {
	return h.do("PutAdopted", func() error { return h.tx.PutAdopted(all) })
}

func (h hookedTx) MoveAdopted(from, to int64) error {
	return h.do("MoveAdopted", func() error { return h.tx.MoveAdopted(from, to) })
}

func (h hookedTx) Reserve(mail int64) error {
	return h.do("Reserve", func() error { return h.tx.Reserve(mail) })
}

func (h hookedTx) NumberPeople(people []engine.PersonNumber) error {
	return h.do("NumberPeople", func() error { return h.tx.NumberPeople(people) })
}
