package dbtest

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// programs are the rows of those who may log in, and of what their programs say.
type programs struct {
	users       table[int64, engine.User]
	credentials table[int64, engine.Credential]
	checks      table[int64, track.Check]
	bundles     table[int64, track.Bundle]
	changes     table[int64, int64]  // by project
	marks       table[marked, int64] // up to which mail
	ownStates   []engine.OwnState
	epoch       string
	given       [5]int64 // the highest numbers that were given, by what has them
}

func newPrograms() programs {
	ids := cmp.Compare[int64]
	return programs{
		users: newTable[int64, engine.User](ids), credentials: newTable[int64, engine.Credential](ids),
		changes: newTable[int64, int64](ids), checks: newTable[int64, track.Check](ids), bundles: newTable[int64,
			track.Bundle](ids), marks: newTable[marked, int64](marked.compare),
		epoch: fmt.Sprintf("memory %x", rand.Int64()),
	}
}

func (p *programs) snapshot() programs {
	return programs{
		users: p.users.snapshot(), credentials: p.credentials.snapshot(), checks: p.checks.snapshot(),
		bundles: p.bundles.snapshot(), marks: p.marks.snapshot(),
		changes: p.changes.snapshot(), ownStates: p.ownStates, epoch: p.epoch, given: p.given,
	}
}

// next gives the number of a new row.
func (p *programs) next(kind int) int64 {
	p.given[kind]++
	return p.given[kind]
}

// number is that of a row, which gets one if it has none.
func (p *programs) number(kind int, has int64) int64 {
	if has == 0 {
		return p.next(kind)
	}
	p.given[kind] = max(p.given[kind], has)
	return has
}

const (
	aUser = iota
	aCredential
	aCheck
	aBundle
	aLogEntry
)

func copyUser(u engine.User) engine.User {
	u.Emails, u.Maintains = slices.Clone(u.Emails), slices.Clone(u.Maintains)
	slices.Sort(u.Maintains)
	if len(u.Emails) == 0 {
		u.Emails = nil
	}
	if len(u.Maintains) == 0 {
		u.Maintains = nil
	}
	u.Made = seconds(u.Made)
	return u
}

func (v *view) Users() (out []engine.User, err error) {
	for _, u := range v.users.all() {
		out = append(out, copyUser(u))
	}
	return out, nil
}

func (v *view) Credentials(hashes []engine.Sum) (map[engine.Sum]track.Credential, error) {
	out := map[engine.Sum]track.Credential{}
	for _, c := range v.credentials.all() {
		if slices.Contains(hashes, c.Hash) {
			out[c.Hash] = c.Credential
		}
	}
	return out, nil
}

func (v *view) CredentialsOf(user int64) (out []track.Credential, err error) {
	for _, c := range v.credentials.all() {
		if user == 0 || c.User == user {
			out = append(out, c.Credential)
		}
	}
	return out, nil
}

func (v *view) Checks(names []engine.Name) (map[engine.Name][]track.Check, error) {
	out := map[engine.Name][]track.Check{}
	for _, c := range v.checks.all() {
		if n := (engine.Name{Project: c.Project, MsgID: c.MsgID}); slices.Contains(names, n) {
			out[n] = append(out[n], c)
		}
	}
	return out, nil
}

func (v *view) ChecksOn(mail int64) ([]track.Check, error) {
	m := v.mails.get(mail)
	if m == nil {
		return nil, nil
	}
	name := engine.Name{Project: m.Project, MsgID: m.MsgID}
	all, err := v.Checks([]engine.Name{name})
	return all[name], err
}

func (v *view) NewestChecks(names []engine.Name) (map[engine.Name][]track.Check, error) {
	all, err := v.Checks(names)
	for name, checks := range all {
		all[name] = slices.DeleteFunc(slices.Clone(checks), func(c track.Check) bool {
			return slices.ContainsFunc(all[name], func(o track.Check) bool {
				return o.ID > c.ID && o.User == c.User && o.Context == c.Context
			})
		})
	}
	return all, err
}

func (v *view) ChecksNumbered(ids []int64) (map[int64]track.Check, error) {
	out := map[int64]track.Check{}
	for _, id := range ids {
		if v.checks.has(id) {
			out[id] = v.checks.get(id)
		}
	}
	return out, nil
}

func (v *view) Bundles(owner int64) (out []track.Bundle, err error) {
	for _, b := range v.bundles.all() {
		if owner == 0 || b.Owner == owner {
			out = append(out, copyBundle(b))
		}
	}
	return out, nil
}

func copyBundle(b track.Bundle) track.Bundle {
	b.Patches = slices.Clone(b.Patches)
	if len(b.Patches) == 0 {
		b.Patches = nil
	}
	return b
}

func (v *view) Related(relations []int64) (map[int64][]engine.Name, error) {
	out := map[int64][]engine.Name{}
	for name, d := range v.decisions.all() {
		if d.Relation != nil && slices.Contains(relations, *d.Relation) {
			out[*d.Relation] = append(out[*d.Relation], name)
		}
	}
	return out, nil
}

func (v *view) OwnStates() ([]engine.OwnState, error) { return slices.Clone(v.ownStates), nil }

func (v *view) Epoch() (string, error) { return v.epoch, nil }

func (t *tx) PutUsers(users []*engine.User) error {
	for _, u := range users {
		for _, o := range t.users.all() {
			if o.ID != u.ID && strings.EqualFold(o.Name, u.Name) {
				return fmt.Errorf("there is an account %s already", o.Name)
			}
			for _, email := range u.Emails {
				if o.ID != u.ID && slices.Contains(o.Emails, email) {
					return fmt.Errorf("%s is another account's", email)
				}
			}
		}
		u.ID = t.number(aUser, u.ID)
		t.users.put(u.ID, copyUser(*u))
	}
	return nil
}

func (t *tx) AddCredentials(all []*engine.Credential) error {
	for _, c := range all {
		if found, _ := t.Credentials([]engine.Sum{c.Hash}); len(found) > 0 {
			return errors.New("there is a credential of this hash already")
		}
		c.ID = t.next(aCredential)
		row := *c
		row.Made, row.Used, row.Expires = seconds(c.Made), secondsOrZero(c.Used), secondsOrZero(c.Expires)
		t.credentials.put(c.ID, row)
	}
	return nil
}

func (t *tx) UseCredential(id int64, at time.Time) error {
	if t.credentials.has(id) {
		c := t.credentials.get(id)
		c.Used = seconds(at)
		t.credentials.put(id, c)
	}
	return nil
}

func (t *tx) DropCredentials(ids []int64) error {
	for _, id := range ids {
		t.credentials.drop(id)
	}
	return nil
}

func (t *tx) AddChecks(checks []*track.Check) error {
	for _, c := range checks {
		c.ID = t.number(aCheck, c.ID)
		row := *c
		row.Date = micros(c.Date)
		t.checks.put(c.ID, row)
	}
	return nil
}

func (t *tx) MoveChecks(from, to int64) error {
	for id, c := range t.checks.all() {
		if c.Project == from {
			c.Project = to
			t.checks.put(id, c)
		}
	}
	return nil
}

func (t *tx) PutBundle(b *track.Bundle) error {
	for _, o := range t.bundles.all() {
		if o.ID != b.ID && o.Owner == b.Owner && o.Name == b.Name {
			return fmt.Errorf("there is a bundle %s already", b.Name)
		}
	}
	b.ID = t.number(aBundle, b.ID)
	t.bundles.put(b.ID, copyBundle(*b))
	return nil
}

func (t *tx) DropBundles(ids []int64) error {
	for _, id := range ids {
		t.bundles.drop(id)
	}
	return nil
}

func (t *tx) PutOwnStates(states []engine.OwnState) error {
	t.ownStates = slices.Clone(states)
	slices.SortFunc(t.ownStates, func(a, b engine.OwnState) int { return cmp.Compare(a.Number, b.Number) })
	return nil
}

func (t *tx) PutEpoch(name string) error {
	t.epoch = name
	return nil
}

func (t *tx) Prune(events, log time.Time) (gone [2]int64, err error) {
	newest := t.events.last()
	for id, e := range t.events.all() {
		if events.IsZero() || !e.Date.Before(micros(events)) || id == newest {
			break
		}
		t.events.drop(id)
		gone[0]++
	}
	for id, e := range t.log.all() {
		if log.IsZero() || !e.Time.Before(micros(log)) {
			break
		}
		t.log.drop(id)
		gone[1]++
	}
	return gone, nil
}
