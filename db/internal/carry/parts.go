package carry

import (
	"cmp"
	"fmt"
	"math"
	"reflect"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// parts are all kinds of rows in the order in which they are written: what others refer to comes first. Leases are not
// carried, since whoever holds one holds it in one database, nor is the epoch, which says that a copy is not whole yet.
var parts = []part{
	dictionaries, projects, users, ownStates, reading,
	mails, references, series, personNumbers, people,
	decisions, pairs, log, events, credentials, checks, bundles, marks, hooks,
	restated, savedQueries, sources, adopted, maildirs, repositories, works,
	changes, given,
}

// equal compares rows that have nothing but values. Times are equal in their zone too: engines give them in UTC.
func equal[R comparable](a, b *R) bool { return *a == *b }

func deeply[P any](a, b P) bool { return reflect.DeepEqual(a, b) }

// by gives the order of a number.
func by[P any](number func(P) int64) func(a, b P) int {
	return func(a, b P) int { return cmp.Compare(number(a), number(b)) }
}

// numbered gives pages of rows that are found by a number.
func numbered[R any](number func(*R) int64, page func(v engine.View, first int64, most int) ([]R, error)) func(
	v engine.View, first *R, most int) ([]*R, error) {
	return func(v engine.View, first *R, most int) ([]*R, error) {
		from := int64(math.MinInt64)
		if first != nil {
			from = number(first)
		}
		return pointers(page(v, from, most))
	}
}

// pointers are those to rows.
func pointers[R any](all []R, err error) ([]*R, error) {
	out := make([]*R, len(all))
	for i := range all {
		out[i] = &all[i]
	}
	return out, err
}

// values are the rows of changes.
func values[R any](all []change[*R]) []R {
	out := make([]R, len(all))
	for i := range all {
		out[i] = *all[i].is
	}
	return out
}

// written hands rows to a method of Tx.
func written[R any](put func(engine.Tx, []R) error) func(*Carrier, []change[*R]) error {
	return func(c *Carrier, all []change[*R]) error { return put(c.tx, values(all)) }
}

// dropped hands rows to a method of Tx that takes them out.
func dropped[R any](drop func(engine.Tx, []R) error) func(engine.Tx, []*R) error {
	return func(tx engine.Tx, all []*R) error {
		rows := make([]R, len(all))
		for i, r := range all {
			rows[i] = *r
		}
		return drop(tx, rows)
	}
}

// numbers are those of rows.
func numbers[P any](all []P, number func(P) int64) []int64 {
	out := make([]int64, len(all))
	for i, r := range all {
		out[i] = number(r)
	}
	return out
}

// keys are those of rows.
func keys[R, K any](all []R, key func(*R) K) []K {
	out := make([]K, len(all))
	for i := range all {
		out[i] = key(&all[i])
	}
	return out
}

var references = &rows[*engine.RefKey]{
	name: "references", most: 5000,
	from: func(v engine.View, first *engine.RefKey, most int) ([]*engine.RefKey, error) {
		if first == nil {
			first = &engine.RefKey{Hash: math.MinInt64, Mail: math.MinInt64}
		}
		return pointers(v.RefsFrom(*first, most))
	},
	compare: func(a, b *engine.RefKey) int { return a.Compare(*b) },
	same:    equal[engine.RefKey],
	put:     written(engine.Tx.PutRefs), drop: dropped(engine.Tx.DropRefs),
}

func seriesID(s *engine.SeriesRow) int64 { return s.ID }

var series = &rows[*engine.SeriesRow]{
	name: "series", from: numbered(seriesID, engine.View.SeriesFrom), compare: by(seriesID),
	same: (*engine.SeriesRow).Equal,
	put:  written(func(tx engine.Tx, all []engine.SeriesRow) error { return tx.Put(&engine.Derived{Series: all}) }),
	drop: func(tx engine.Tx, all []*engine.SeriesRow) error { return tx.DropSeries(numbers(all, seriesID)) },
}

func personNumber(p *engine.PersonNumber) int64 { return p.ID }

var personNumbers = &rows[*engine.PersonNumber]{
	name: "addresses", from: numbered(personNumber, engine.View.PersonNumbersFrom), compare: by(personNumber),
	same: equal[engine.PersonNumber], put: written(engine.Tx.NumberPeople),
}

var people = &found[engine.PersonRow, string]{
	name: "people",
	from: func(v engine.View, first *engine.PersonRow, most int) ([]engine.PersonRow, error) {
		if first == nil {
			first = &engine.PersonRow{}
		}
		return v.PeopleFrom(first.Email, most)
	},
	key:  func(p *engine.PersonRow) string { return p.Email },
	find: engine.View.People,
	same: equal[engine.PersonRow],
	put:  func(tx engine.Tx, all []engine.PersonRow) error { return tx.Put(&engine.Derived{People: all}) },
	drop: engine.Tx.DropPeople,
}

var decisions = &found[engine.Decision, engine.Name]{
	name: "decisions",
	from: func(v engine.View, first *engine.Decision, most int) ([]engine.Decision, error) {
		name := engine.Name{Project: math.MinInt64}
		if first != nil {
			name = first.Name
		}
		return v.DecisionsFrom(name, most)
	},
	key:  func(d *engine.Decision) engine.Name { return d.Name },
	find: engine.View.Decisions,
	same: deeply[*engine.Decision],
	put:  engine.Tx.PutDecisions,
	drop: func(tx engine.Tx, names []engine.Name) error {
		return tx.PutDecisions(keys(names, func(n *engine.Name) engine.Decision { return engine.Decision{Name: *n} }))
	},
}

var pairs = &found[engine.Pair, engine.PairKey]{
	name: "decisions about two series",
	from: func(v engine.View, first *engine.Pair, most int) ([]engine.Pair, error) {
		key := engine.PairKey{Project: math.MinInt64}
		if first != nil {
			key = first.PairKey
		}
		return v.PairsFrom(key, most)
	},
	key:  func(p *engine.Pair) engine.PairKey { return p.PairKey },
	find: findPairs,
	same: equal[engine.Pair],
	put:  engine.Tx.PutPairs,
	drop: engine.Tx.DropPairs,
}

func findPairs(v engine.View, of []engine.PairKey) (map[engine.PairKey]engine.Pair, error) {
	all, err := v.Pairs(keys(of, func(k *engine.PairKey) engine.Name {
		return engine.Name{Project: k.Project, MsgID: k.MsgID}
	}))
	out := make(map[engine.PairKey]engine.Pair, len(all))
	for _, p := range all {
		out[p.PairKey] = p
	}
	return out, err
}

func logID(e *engine.LogEntry) int64 { return e.ID }

var log = &rows[*engine.LogEntry]{
	name: "log entries", from: numbered(logID, engine.View.LogFrom), compare: by(logID), same: equal[engine.LogEntry],
	put: written(func(tx engine.Tx, all []engine.LogEntry) error { return tx.Carry(&engine.Carried{Log: all}) }),
}

func eventID(e *engine.Event) int64 { return e.ID }

var events = &rows[*engine.Event]{
	name: "events", compare: by(eventID), same: equal[engine.Event],
	from: numbered(eventID, func(v engine.View, first int64, most int) ([]engine.Event, error) {
		return v.Events(engine.EventQuery{Above: below(first), Most: most})
	}),
	put: written(func(tx engine.Tx, all []engine.Event) error { return tx.Carry(&engine.Carried{Events: all}) }),
}

// below is the number before one.
func below(n int64) int64 { return max(n, math.MinInt64+1) - 1 }

func credentialID(c *engine.Credential) int64 { return c.ID }

var credentials = &rows[*engine.Credential]{
	name: "tokens and sessions", from: numbered(credentialID, engine.View.CredentialsFrom), compare: by(credentialID),
	same: equal[engine.Credential],
	put: written(func(tx engine.Tx, all []engine.Credential) error {
		return tx.Carry(&engine.Carried{Credentials: all})
	}),
	drop: func(tx engine.Tx, all []*engine.Credential) error {
		return tx.DropCredentials(numbers(all, credentialID))
	},
}

func checkID(c *track.Check) int64 { return c.ID }

var checks = &rows[*track.Check]{
	name: "checks", from: numbered(checkID, engine.View.ChecksFrom), compare: by(checkID), same: equal[track.Check],
	put: written(func(tx engine.Tx, all []track.Check) error { return tx.Carry(&engine.Carried{Checks: all}) }),
}

func note(r *engine.Restated) int64 { return r.Note }

// restated: a note goes when its mail gets a newer one, which the newer one sees to.
var restated = &rows[*engine.Restated]{
	name: "notes for search", compare: by(note), same: equal[engine.Restated],
	from: numbered(note, func(v engine.View, first int64, most int) ([]engine.Restated, error) {
		return v.Restated(below(first), most)
	}),
	put:  written(func(tx engine.Tx, all []engine.Restated) error { return tx.Carry(&engine.Carried{Restated: all}) }),
	drop: func(engine.Tx, []*engine.Restated) error { return nil },
}

var adopted = &rows[*engine.Adopted]{
	name: "adopted numbers",
	from: func(v engine.View, first *engine.Adopted, most int) ([]*engine.Adopted, error) {
		key := engine.AdoptedKey{Source: math.MinInt64}
		if first != nil {
			key = first.AdoptedKey
		}
		return pointers(v.AdoptedFrom(key, most))
	},
	compare: func(a, b *engine.Adopted) int { return a.AdoptedKey.Compare(b.AdoptedKey) },
	same:    equal[engine.Adopted], put: written(engine.Tx.PutAdopted),
}

var given = &value[engine.Given]{
	name: "numbers", get: engine.View.Given,
	put: func(tx engine.Tx, is, was engine.Given) error {
		if is.Mail < was.Mail {
			return fmt.Errorf("%w: it has newer mail than the original", ErrDiffers)
		}
		return tx.Carry(&engine.Carried{Given: is})
	},
}
