package dbtest

import (
	"patchwatch/db/engine"
	"patchwatch/track"
)

func (h hookedView) RefsFrom(first engine.RefKey, most int) ([]engine.RefKey, error) {
	return ask(h.hooked, "RefsFrom", func() ([]engine.RefKey, error) { return h.view.RefsFrom(first, most) })
}

func (h hookedView) SeriesFrom(first int64, most int) ([]engine.SeriesRow, error) {
	return ask(h.hooked, "SeriesFrom", func() ([]engine.SeriesRow, error) { return h.view.SeriesFrom(first, most) })
}

func (h hookedView) PeopleFrom(first string, most int) ([]engine.PersonRow, error) {
	return ask(h.hooked, "PeopleFrom", func() ([]engine.PersonRow, error) { return h.view.PeopleFrom(first, most) })
}

func (h hookedView) PersonNumbersFrom(first int64, most int) ([]engine.PersonNumber, error) {
	return ask(h.hooked, "PersonNumbersFrom", func() ([]engine.PersonNumber, error) {
		return h.view.PersonNumbersFrom(first, most)
	})
}

func (h hookedView) DecisionsFrom(first engine.Name, most int) ([]engine.Decision, error) {
	return ask(h.hooked, "DecisionsFrom", func() ([]engine.Decision, error) { return h.view.DecisionsFrom(first, most) })
}

func (h hookedView) PairsFrom(first engine.PairKey, most int) ([]engine.Pair, error) {
	return ask(h.hooked, "PairsFrom", func() ([]engine.Pair, error) { return h.view.PairsFrom(first, most) })
}

func (h hookedView) LogFrom(first int64, most int) ([]engine.LogEntry, error) {
	return ask(h.hooked, "LogFrom", func() ([]engine.LogEntry, error) { return h.view.LogFrom(first, most) })
}

func (h hookedView) CredentialsFrom(first int64, most int) ([]engine.Credential, error) {
	return ask(h.hooked, "CredentialsFrom", func() ([]engine.Credential, error) { return h.view.CredentialsFrom(first, most) })
}

func (h hookedView) ChecksFrom(first int64, most int) ([]track.Check, error) {
	return ask(h.hooked, "ChecksFrom", func() ([]track.Check, error) { return h.view.ChecksFrom(first, most) })
}

func (h hookedView) AdoptedFrom(first engine.AdoptedKey, most int) ([]engine.Adopted, error) {
	return ask(h.hooked, "AdoptedFrom", func() ([]engine.Adopted, error) { return h.view.AdoptedFrom(first, most) })
}

func (h hookedView) AllSavedQueries() ([]engine.SavedQuery, error) {
	return ask(h.hooked, "AllSavedQueries", func() ([]engine.SavedQuery, error) { return h.view.AllSavedQueries() })
}

func (h hookedView) Given() (engine.Given, error) {
	return ask(h.hooked, "Given", func() (engine.Given, error) { return h.view.Given() })
}

func (h hookedTx) Carry(c *engine.Carried) error {
	return h.do("Carry", func() error { return h.tx.Carry(c) })
}
