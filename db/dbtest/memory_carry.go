package dbtest

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// page takes some rows, each as copy makes it.
func page[K, V, R any](rows iter.Seq2[K, V], most int, copy func(K, V) R) (out []R, err error) {
	for key, row := range rows {
		if len(out) == most {
			break
		}
		out = append(out, copy(key, row))
	}
	return out, nil
}

func asItIs[K, R any](_ K, row R) R { return row }

func (v *view) RefsFrom(first engine.RefKey, most int) ([]engine.RefKey, error) {
	return page(v.refs.from(first), most, func(key engine.RefKey, _ struct{}) engine.RefKey { return key })
}

func (v *view) SeriesFrom(first int64, most int) ([]engine.SeriesRow, error) {
	return page(v.series.from(first), most, func(_ int64, s *engine.SeriesRow) engine.SeriesRow { return *s })
}

func (v *view) PeopleFrom(first string, most int) ([]engine.PersonRow, error) {
	return page(v.people.from(first), most, func(_ string, p *engine.PersonRow) engine.PersonRow { return v.person(p) })
}

func (v *view) PersonNumbersFrom(first int64, most int) (out []engine.PersonNumber, err error) {
	for email, id := range v.addresses.all() {
		if id >= first {
			out = append(out, engine.PersonNumber{ID: id, Email: email})
		}
	}
	slices.SortFunc(out, func(a, b engine.PersonNumber) int { return cmp.Compare(a.ID, b.ID) })
	return out[:min(len(out), most)], nil
}

func (v *view) DecisionsFrom(first engine.Name, most int) ([]engine.Decision, error) {
	return page(v.decisions.from(first), most,
		func(_ engine.Name, d engine.Decision) engine.Decision { return copyDecision(d) })
}

func (v *view) PairsFrom(first engine.PairKey, most int) ([]engine.Pair, error) {
	return page(v.pairs.from(first), most, asItIs)
}

func (v *view) LogFrom(first int64, most int) ([]engine.LogEntry, error) {
	return page(v.log.from(first), most, asItIs)
}

func (v *view) CredentialsFrom(first int64, most int) ([]engine.Credential, error) {
	return page(v.credentials.from(first), most, asItIs)
}

func (v *view) ChecksFrom(first int64, most int) ([]track.Check, error) {
	return page(v.checks.from(first), most, asItIs)
}

func (v *view) AdoptedFrom(first engine.AdoptedKey, most int) ([]engine.Adopted, error) {
	return page(v.adopted.from(first), most, asItIs)
}

func (v *view) AllSavedQueries() ([]engine.SavedQuery, error) {
	out := slices.Clone(v.savedQueries)
	slices.SortFunc(out, func(a, b engine.SavedQuery) int {
		return cmp.Or(strings.Compare(string(a.Owner), string(b.Owner)), strings.Compare(a.Name, b.Name))
	})
	return out, nil
}

func (v *view) Given() (engine.Given, error) {
	return engine.Given{Mail: max(v.mails.last(), v.reserved), Log: v.given[aLogEntry], Event: v.events.last(),
		User: v.given[aUser], Credential: v.given[aCredential], Check: v.given[aCheck], Bundle: v.given[aBundle],
		Hook: v.lastGiven}, nil
}

func (t *tx) Carry(c *engine.Carried) error {
	for i, m := range c.Mails {
		if err := t.admits(m, m.SHA256); err != nil {
			return err
		}
		t.putMail(&mail{Mail: tidy(m), frame: slices.Clone(c.Frames[i])})
	}
	for _, e := range c.Log {
		e.ID, e.Time = t.number(aLogEntry, e.ID), micros(e.Time)
		t.log.put(e.ID, e)
	}
	for _, e := range c.Events {
		e.Date = micros(e.Date)
		t.events.put(e.ID, e)
	}
	for _, o := range c.Credentials {
		o.Made, o.Used, o.Expires = seconds(o.Made), secondsOrZero(o.Used), secondsOrZero(o.Expires)
		t.credentials.put(t.number(aCredential, o.ID), o)
	}
	for _, o := range c.Checks {
		o.Date = micros(o.Date)
		t.checks.put(t.number(aCheck, o.ID), o)
	}
	for _, r := range c.Restated {
		for note, mail := range t.restated.all() {
			if mail == r.Mail {
				t.restated.drop(note)
			}
		}
		t.restated.put(r.Note, r.Mail)
	}
	for project, number := range c.Changes {
		t.changes.put(project, number)
	}
	t.carryGiven(c.Given)
	return nil
}

func (t *tx) carryGiven(g engine.Given) {
	t.reserved, t.lastGiven = max(t.reserved, g.Mail), max(t.lastGiven, g.Hook)
	for kind, number := range map[int]int64{aLogEntry: g.Log, aUser: g.User, aCredential: g.Credential, aCheck: g.Check,
		aBundle: g.Bundle} {
		t.given[kind] = max(t.given[kind], number)
	}
}
