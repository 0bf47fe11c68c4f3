package carry

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"patchwatch/db/engine"
	"patchwatch/internal/order"
	"patchwatch/track"
)

// whole gives all rows of a kind as the one page that there is.
func whole[R any](all func(v engine.View) ([]R, error), compare func(a, b *R) int) func(
	v engine.View, first *R, most int) ([]*R, error) {
	return func(v engine.View, first *R, most int) ([]*R, error) {
		out, err := pointers(all(v))
		return notBelow(out, first, compare), err
	}
}

// notBelow puts rows into their order and leaves out those below one, if there is one.
func notBelow[P comparable](all []P, first P, compare func(a, b P) int) []P {
	var none P
	order.By(all, compare)
	if first == none {
		return all
	}
	return slices.DeleteFunc(all, func(r P) bool { return compare(r, first) < 0 })
}

// A page of these is longer than there are any.
const all = math.MaxInt32

func dictionaryID(d *engine.Dictionary) int64 { return d.ID }

var dictionaries = &rows[*engine.Dictionary]{
	name: "dictionaries", most: all, compare: by(dictionaryID), same: deeply[*engine.Dictionary],
	from: whole(engine.View.Dictionaries, by(dictionaryID)),
	put: func(c *Carrier, all []change[*engine.Dictionary]) error {
		for _, ch := range all {
			if ch.was != nil {
				return fmt.Errorf("%w: dictionary %d", ErrDiffers, ch.is.ID)
			}
			if err := c.tx.PutDictionary(*ch.is); err != nil {
				return err
			}
		}
		return nil
	},
}

func projectID(p *engine.Project) int64 { return p.ID }

// projects of which one has taken over another's name get passing ones first.
var projects = &rows[*engine.Project]{
	name: "projects", most: all, compare: by(projectID), from: whole(engine.View.Projects, by(projectID)),
	same: func(a, b *engine.Project) bool { return sameProject(*a, *b) },
	put: func(c *Carrier, all []change[*engine.Project]) error {
		for _, ch := range all {
			if ch.was != nil && ch.was.LinkName != ch.is.LinkName {
				ch.was.LinkName = fmt.Sprintf("carried %d", ch.is.ID)
				if err := c.tx.PutProject(ch.was); err != nil {
					return err
				}
			}
		}
		for _, ch := range all {
			if err := c.tx.PutProject(ch.is); err != nil {
				return err
			}
		}
		return nil
	},
}

// sameProject compares rules apart: what a project has worked out of them is not kept.
func sameProject(a, b engine.Project) bool {
	rules := slices.EqualFunc(a.Rules, b.Rules, func(x, y track.Rule) bool {
		return x.Pattern == y.Pattern && x.Delegate == y.Delegate && x.Priority == y.Priority
	})
	a.Rules, b.Rules = nil, nil
	return rules && same(a, b)
}

func userID(u *engine.User) int64 { return u.ID }

// users whose addresses or names others have now let go of them first.
var users = &rows[*engine.User]{
	name: "accounts", most: all, compare: by(userID), from: whole(engine.View.Users, by(userID)),
	same: deeply[*engine.User],
	put: func(c *Carrier, all []change[*engine.User]) error {
		for _, ch := range all {
			if ch.was != nil {
				ch.was.Name, ch.was.Emails = fmt.Sprintf("carried %d", ch.is.ID), nil
				if err := c.tx.PutUsers([]*engine.User{ch.was}); err != nil {
					return err
				}
			}
		}
		for _, ch := range all {
			if err := c.tx.PutUsers([]*engine.User{ch.is}); err != nil {
				return err
			}
		}
		return nil
	},
}

func bundleID(b *track.Bundle) int64 { return b.ID }

var bundles = &rows[*track.Bundle]{
	name: "bundles", most: all, compare: by(bundleID), same: deeply[*track.Bundle],
	from: whole(func(v engine.View) ([]track.Bundle, error) { return v.Bundles(0) }, by(bundleID)),
	put: func(c *Carrier, all []change[*track.Bundle]) error {
		for _, ch := range all {
			if ch.was != nil { // its name may be another's now
				if err := c.tx.DropBundles([]int64{ch.is.ID}); err != nil {
					return err
				}
			}
		}
		for _, ch := range all {
			if err := c.tx.PutBundle(ch.is); err != nil {
				return err
			}
		}
		return nil
	},
	drop: func(tx engine.Tx, all []*track.Bundle) error { return tx.DropBundles(numbers(all, bundleID)) },
}

func compareMarks(a, b *track.Mark) int {
	return cmp.Or(cmp.Compare(a.User, b.User), cmp.Compare(a.Series, b.Series))
}

var marks = &rows[*track.Mark]{
	name: "marks", most: all, compare: compareMarks, same: equal[track.Mark],
	from: whole(func(v engine.View) (out []track.Mark, err error) {
		users, err := v.Users()
		for _, u := range users {
			more, err := v.Marks(u.ID, nil, all)
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
		}
		return out, err
	}, compareMarks),
	put: written(engine.Tx.PutMarks),
	drop: dropped(func(tx engine.Tx, all []track.Mark) error {
		for i := range all {
			all[i].Upto = 0
		}
		return tx.PutMarks(all)
	}),
}

func hookID(h *track.Hook) int64 { return h.ID }

var hooks = &rows[*track.Hook]{
	name: "hooks", most: all, compare: by(hookID), from: whole(engine.View.Hooks, by(hookID)), same: deeply[*track.Hook],
	put: func(c *Carrier, all []change[*track.Hook]) error {
		for _, ch := range all {
			if err := c.tx.PutHook(ch.is); err != nil {
				return err
			}
		}
		return nil
	},
	drop: func(tx engine.Tx, all []*track.Hook) error { return tx.DropHooks(numbers(all, hookID)) },
}

func compareSaved(a, b *engine.SavedQuery) int {
	return cmp.Or(cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Name, b.Name))
}

var savedQueries = &rows[*engine.SavedQuery]{
	name: "saved searches", most: all, compare: compareSaved, same: equal[engine.SavedQuery],
	from: whole(engine.View.AllSavedQueries, compareSaved),
	put:  written(putSaved),
	drop: dropped(func(tx engine.Tx, all []engine.SavedQuery) error {
		for i := range all {
			all[i].Query = ""
		}
		return putSaved(tx, all)
	}),
}

func putSaved(tx engine.Tx, all []engine.SavedQuery) error {
	for _, s := range all {
		if err := tx.PutSavedQuery(s); err != nil {
			return err
		}
	}
	return nil
}

func sourceID(s *engine.Source) int64 { return s.ID }

var sources = &rows[*engine.Source]{
	name: "servers adopted from", most: all, compare: by(sourceID), same: equal[engine.Source],
	from: whole(engine.View.Sources, by(sourceID)),
	put: written(func(tx engine.Tx, all []engine.Source) error {
		for i := range all {
			if err := tx.PutSource(&all[i]); err != nil {
				return err
			}
		}
		return nil
	}),
}

func compareRepositories(a, b *engine.Repository) int {
	return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.ListID, b.ListID))
}

var repositories = &rows[*engine.Repository]{
	name: "repositories", most: all, compare: compareRepositories, same: equal[engine.Repository],
	from: whole(engine.View.Repositories, compareRepositories), put: written(engine.Tx.PutRepositories),
}

var ownStates = &value[[]engine.OwnState]{
	name: "states", get: engine.View.OwnStates,
	put: func(tx engine.Tx, is, _ []engine.OwnState) error { return tx.PutOwnStates(is) },
}

func compareMaildirs(a, b *engine.Maildir) int {
	return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Path, b.Path))
}

// maildirs are written host by host, as their watchers do it.
var maildirs = &value[[]engine.Maildir]{
	name: "Maildirs", get: func(v engine.View) ([]engine.Maildir, error) {
		all, err := v.Maildirs()
		order.By(all, func(a, b engine.Maildir) int { return compareMaildirs(&a, &b) })
		return all, err
	},
	put: func(tx engine.Tx, is, was []engine.Maildir) error {
		of := map[string][]engine.Maildir{}
		for _, m := range was {
			of[m.Host] = nil
		}
		for _, m := range is {
			of[m.Host] = append(of[m.Host], m)
		}
		for _, host := range engine.SortedKeys(of) {
			if err := tx.PutMaildirs(host, of[host]); err != nil {
				return err
			}
		}
		return nil
	},
}

var works = &value[[]engine.Work]{
	name: "unfinished work", get: engine.View.Works,
	put: func(tx engine.Tx, is, _ []engine.Work) error { return tx.PutWorks(is) },
}

var reading = &value[int]{
	name: "reading", get: engine.View.Reading,
	put: func(tx engine.Tx, is, _ int) error { return tx.PutReading(is) },
}

var changes = &value[map[int64]int64]{
	name: "changes", get: Changes,
	put: func(tx engine.Tx, is, _ map[int64]int64) error {
		return tx.Carry(&engine.Carried{Changes: maps.Clone(is)})
	},
}

// Changes are those of all projects, of what is shown of all, and of what only a user sees.
func Changes(v engine.View) (map[int64]int64, error) {
	of := []int64{0}
	projects, err := v.Projects()
	if err != nil {
		return nil, err
	}
	for _, p := range projects {
		of = append(of, p.ID)
	}
	users, err := v.Users()
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		of = append(of, -u.ID)
	}
	return v.Changes(of)
}
