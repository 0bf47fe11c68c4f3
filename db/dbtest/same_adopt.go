package dbtest

import (
	"errors"
	"fmt"

	"pgregory.net/rapid"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// someKinds are kinds of what was adopted.
var someKinds = []track.AliasKind{track.AliasPatch, track.AliasSeries, track.AliasBundle}

// adopt is what taking over from a Patchwork server does.
func (r *rows) adopt() step {
	return oneOf(r.t, "adopt", r.source, r.adopted, r.adopted, r.moveAdopted, r.reserve, r.numberPeople, r.numbered)()
}

func (r *rows) source() step {
	s := engine.Source{ID: rapid.Int64Range(1, 2).Draw(r.t, "source"), Progress: oneOf(r.t, "progress", "", "{}")}
	s.URL = fmt.Sprint("https://x/", s.ID)
	return step{"source ", func(tx engine.Tx) (string, error) { return "", tx.PutSource(&s) }}
}

// adopted is of a source that is written with it.
func (r *rows) adopted() step {
	t, source := r.t, r.source()
	a := engine.Adopted{AdoptedKey: engine.AdoptedKey{Source: rapid.Int64Range(1, 2).Draw(t, "of"),
		Kind: oneOf(t, "kind", someKinds...), Number: rapid.Int64Range(1, 5).Draw(t, "number")},
		Name: engine.Name{Project: rapid.Int64Range(0, 3).Draw(t, "project"), MsgID: oneOf(t, "of", someIDs...)},
		Here: rapid.Int64Range(0, 3).Draw(t, "here"), Seen: oneOf(t, "seen", "", "{}")}
	other := a
	other.Number++
	return step{"adopted", func(tx engine.Tx) (string, error) {
		_, err := source.do(tx)
		for _, id := range []int64{1, 2} {
			err = errors.Join(err, tx.PutSource(&engine.Source{ID: id, URL: fmt.Sprint("https://x/", id)}))
		}
		return "", errors.Join(err, tx.PutAdopted([]engine.Adopted{a, other}))
	}}
}

func (r *rows) moveAdopted() step {
	from, to := rapid.Int64Range(0, 3).Draw(r.t, "from"), rapid.Int64Range(1, 3).Draw(r.t, "to")
	return step{"move adopted", func(tx engine.Tx) (string, error) { return "", tx.MoveAdopted(from, to) }}
}

func (r *rows) reserve() step {
	mail := rapid.Int64Range(0, 15).Draw(r.t, "above")
	*r.reserved = max(*r.reserved, mail)
	return step{"reserve", func(tx engine.Tx) (string, error) { return "", tx.Reserve(mail) }}
}

func (r *rows) numberPeople() step {
	p := engine.PersonNumber{ID: rapid.Int64Range(1, 9).Draw(r.t, "person"), Email: oneOf(r.t, "address",
		someSenders[:3]...)}
	return step{"number people", func(tx engine.Tx) (string, error) {
		return "",
			tx.NumberPeople([]engine.PersonNumber{p})
	}}
}

// numbered is a check that comes with its number, and one behind it that gets one.
func (r *rows) numbered() step {
	c := track.Check{Project: r.anyProject(), MsgID: oneOf(r.t, "of", someIDs...), User: r.anyUser(), Date: epoch,
		Context: oneOf(r.t, "context", someContexts...)}
	if c.Project == 0 || c.User == 0 {
		return r.project()
	}
	skip := rapid.Int64Range(1, 9).Draw(r.t, "skip")
	return step{"numbered check ", func(tx engine.Tx) (string, error) {
		first, then, last := c, c, c
		err := tx.AddChecks([]*track.Check{&first})
		then.ID = first.ID + skip
		err = errors.Join(err, tx.AddChecks([]*track.Check{&then, &last}))
		return fmt.Sprint(first.ID, then.ID, last.ID), err
	}}
}

// adoptions asks what was taken over from Patchwork servers.
func (a *asking) adoptions() {
	sources, err := a.Sources()
	a.say("sources", sources, err)
	var keys []engine.AdoptedKey
	for source := range int64(3) {
		for _, kind := range someKinds {
			for n := range int64(7) {
				keys = append(keys, engine.AdoptedKey{Source: source, Kind: kind, Number: n})
			}
			after, err := a.AdoptedAfter(engine.AdoptedKey{Source: source, Kind: kind, Number: 2}, 3)
			a.say(fmt.Sprint("adopted after ", source, kind), after, err)
		}
	}
	found, err := a.Adopted(append(keys, keys[0]))
	a.say("adopted", found, err)
	for _, kind := range someKinds {
		called, err := a.Aliases(kind, []int64{1, 2, 3, 4, 5, 6, 6})
		a.say(fmt.Sprint("aliases ", kind), called, err)
	}
}
