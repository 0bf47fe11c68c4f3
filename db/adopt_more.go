package db

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"time"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// AdoptNumbers takes over the numbers of covers, series or comments, and which comments were seen to.
func (s *Store) AdoptNumbers(
	ctx context.Context, by track.Actor, from AdoptFrom, kind track.AliasKind, numbers []track.AdoptedNumber,
) (Adoption, error) {
	return s.adopt(ctx, by, from, func(a *adopting) error {
		var all []engine.Adopted
		highest := int64(0)
		for _, n := range numbers {
			if !a.isNumber(kind.String(), n.Number) {
				continue
			}
			if n.MsgID == "" {
				a.leave("%s %d: it has no mail", kind, n.Number)
				continue
			}
			highest = max(highest, n.Number)
			row := engine.Adopted{AdoptedKey: a.key(kind, n.Number), Name: a.name(n.MsgID), Seen: addressedText(n.Addressed)}
			if err := a.adoptAddressed(&n, &row); err != nil {
				return err
			}
			all = append(all, row)
		}
		if err := a.Tx.Reserve(highest); err != nil {
			return err
		}
		return a.Tx.PutAdopted(all)
	})
}

// adoptAddressed merges whether somebody has seen to a comment.
func (a *adopting) adoptAddressed(n *track.AdoptedNumber, row *engine.Adopted) error {
	if n.Addressed == nil {
		return nil
	}
	was, err := a.Tx.Adopted([]engine.AdoptedKey{row.AdoptedKey})
	if err != nil {
		return err
	}
	decisions, err := a.decisionsOf([]engine.Name{row.Name})
	if err != nil {
		return err
	}
	d := decisions[0]
	ours := addressedText(d.Addressed)
	m := merging[string]{nil, row.Seen, ours, d.Addressed != nil}
	if before, known := was[row.AdoptedKey]; known {
		m.base = &before.Seen
	}
	take, kept, err := m.take(func() (bool, error) { return false, nil })
	if kept {
		a.leave("comment %d %s: addressed is %s there, but was decided to be %s here", n.Number, n.MsgID, row.Seen, ours)
	}
	if err != nil || !take {
		return err
	}
	d.Addressed = n.Addressed
	a.LogAbout("addressed", d.Name, ours, row.Seen)
	a.took("addressed")
	return a.Tx.PutDecisions([]engine.Decision{d})
}

// AdoptPeople has those who are named by mail get the numbers that they have there.
func (s *Store) AdoptPeople(ctx context.Context, by track.Actor, from AdoptFrom, people []track.AdoptedPerson) error {
	_, err := s.adopt(ctx, by, from, func(a *adopting) error {
		var all []engine.PersonNumber
		for _, p := range people {
			if isAddress(p.Email) && p.Number > 0 && p.Number <= track.MaxAlias {
				all = append(all, engine.PersonNumber{ID: p.Number, Email: strings.ToLower(p.Email)})
			}
		}
		return a.Tx.NumberPeople(all)
	})
	return err
}

// AdoptChecks takes over what programs found out about a patch. One that is known already is left as it is.
func (s *Store) AdoptChecks(
	ctx context.Context, by track.Actor, from AdoptFrom, msgid string, checks []track.AdoptedCheck,
) (Adoption, error) {
	return s.adopt(ctx, by, from, func(a *adopting) error {
		name := a.name(msgid)
		before, err := a.Tx.NewestChecks([]engine.Name{name})
		if err != nil {
			return err
		}
		var added []*track.Check
		for i := range checks {
			c, err := a.adoptCheck(name, &checks[i], before[name])
			if err != nil {
				return err
			}
			if c != nil {
				added = append(added, c)
			}
		}
		return a.showChecks(name, added)
	})
}

// adoptCheck takes one check over; nil: it is here, or can't be.
func (a *adopting) adoptCheck(name engine.Name, c *track.AdoptedCheck, before []track.Check) (*track.Check, error) {
	key := a.key(track.AliasCheck, c.Number)
	if !a.isNumber("check", c.Number) {
		return nil, nil
	}
	adopted, err := a.Tx.Adopted([]engine.AdoptedKey{key})
	if err != nil || adopted[key].Here != 0 {
		return nil, err
	}
	user, err := a.adoptUser(c.User)
	if err != nil {
		return nil, err
	}
	check := &track.Check{ID: c.Number, Project: name.Project, MsgID: name.MsgID, Date: micro(c.Date), State: c.State,
		Context: c.Context, TargetURL: clip(c.TargetURL, 2000), Description: clip(c.Description, 64<<10)}
	switch {
	case user == nil:
		a.leave("check %d of %s: it is nobody's", c.Number, name.MsgID)
		return nil, nil
	case !isCheckContext(c.Context) || c.State < track.CheckPending || c.State > track.CheckFail:
		a.leave("check %d of %s: %q can't be its context or state here", c.Number, name.MsgID, c.Context)
		return nil, nil
	}
	check.User = user.ID
	if same := sameCheck(before, check); same != nil && same.Date.After(check.Date) {
		a.leave("check %d of %s: %s has said something newer about %s here", c.Number, name.MsgID, user.Name, c.Context)
		return nil, nil
	}
	taken, err := a.Tx.ChecksNumbered([]int64{c.Number})
	if err != nil {
		return nil, err
	}
	if _, there := taken[c.Number]; there {
		check.ID = 0
	}
	if err := a.Tx.AddChecks([]*track.Check{check}); err != nil {
		return nil, err
	}
	a.LogAs(user.Actor(), check.Date, "check", name, "", checkWords(check))
	a.took("check")
	return check, a.Tx.PutAdopted([]engine.Adopted{{AdoptedKey: key, Name: name, Here: check.ID}})
}

// showChecks has a patch that is here show what all its checks say together, and tells of the new ones.
func (a *adopting) showChecks(name engine.Name, added []*track.Check) error {
	if len(added) == 0 {
		return nil
	}
	rows, _, err := a.patchesNamed([]engine.Name{name})
	row := rows[name]
	if err != nil || row == nil {
		return err
	}
	all, err := a.Tx.NewestChecks([]engine.Name{name})
	if err != nil {
		return err
	}
	for _, c := range added {
		a.Tell(engine.Event{Category: track.CheckCreated, Project: c.Project, Mail: row.Mail, Check: c.ID})
	}
	row.Checked = track.Count(all[name]).Combined()
	return a.Tx.Put(&engine.Derived{Patches: []engine.PatchRow{*row}})
}

// seenBundle is a bundle as it was there when it was read last.
type seenBundle struct {
	Name    string
	Public  bool
	Patches []string
}

// AdoptBundles takes over bundles, with patches that may not be here yet.
func (s *Store) AdoptBundles(
	ctx context.Context, by track.Actor, from AdoptFrom, bundles []track.AdoptedBundle,
) (Adoption, error) {
	return s.adopt(ctx, by, from, func(a *adopting) error {
		for i := range bundles {
			if !a.isNumber("bundle", bundles[i].Number) {
				continue
			}
			if err := a.adoptBundle(&bundles[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *adopting) adoptBundle(b *track.AdoptedBundle) error {
	owner, err := a.adoptUser(b.Owner)
	if err != nil {
		return err
	}
	if owner == nil {
		a.leave("bundle %d %q: it is nobody's", b.Number, b.Name)
		return nil
	}
	theirs := track.Bundle{ID: b.Number, Owner: owner.ID, Project: a.from.Project, Name: b.Name, Public: b.Public,
		Patches: b.Patches}
	if err := checkBundle(&theirs); err != nil {
		a.leave("bundle %d of %s: %v", b.Number, owner.Name, err)
		return nil
	}
	key := a.key(track.AliasBundle, b.Number)
	adopted, err := a.Tx.Adopted([]engine.AdoptedKey{key})
	if err != nil {
		return err
	}
	was, known := adopted[key]
	row := engine.Adopted{AdoptedKey: key, Name: engine.Name{Project: a.from.Project}, Here: was.Here,
		Seen: seenText(seenBundle{theirs.Name, theirs.Public, theirs.Patches})}
	if known && was.Seen == row.Seen {
		return nil
	}
	all, err := a.Tx.Bundles(0)
	if err != nil {
		return err
	}
	ours, free := a.bundleFor(&theirs, all, was.Here)
	switch {
	case !free:
		a.leave("bundle %d %q: %s has another one of that name here", b.Number, b.Name, owner.Name)
		return nil
	case known && ours == nil: // somebody has removed it
		return a.Tx.PutAdopted([]engine.Adopted{row})
	case known && seenText(seenBundle{ours.Name, ours.Public, ours.Patches}) != was.Seen:
		a.leave("bundle %d %q: it was changed both there and here", b.Number, b.Name)
		return nil
	}
	return a.putAdoptedBundle(&theirs, ours, all, row)
}

// bundleFor is the bundle here that one of there became; nil: none. free is false if its owner has another one of the
// name.
func (a *adopting) bundleFor(theirs *track.Bundle, all []track.Bundle, here int64) (ours *track.Bundle, free bool) {
	free = true
	for i := range all {
		switch o := &all[i]; {
		case o.ID == here:
			ours = o
		case o.Owner == theirs.Owner && o.Name == theirs.Name:
			free = false
		}
	}
	return ours, free
}

// putAdoptedBundle writes a bundle, a new one under its number where that is free.
func (a *adopting) putAdoptedBundle(theirs, ours *track.Bundle, all []track.Bundle, row engine.Adopted) error {
	if ours != nil {
		theirs.ID = ours.ID
	} else if slices.ContainsFunc(all, func(o track.Bundle) bool { return o.ID == theirs.ID }) {
		theirs.ID = 0
	}
	if err := a.Tx.PutBundle(theirs); err != nil {
		return err
	}
	if ours == nil || !reflect.DeepEqual(*ours, *theirs) {
		a.took("bundle")
	}
	row.Here = theirs.ID
	if err := a.Tx.PutAdopted([]engine.Adopted{row}); err != nil {
		return err
	}
	return a.noteBundle(theirs.Project, ours, theirs)
}

// AdoptProject notes which project here is which there.
func (s *Store) AdoptProject(ctx context.Context, by track.Actor, from AdoptFrom, number int64) error {
	_, err := s.adopt(ctx, by, from, func(a *adopting) error {
		if !a.isNumber("project", number) {
			return nil
		}
		return a.Tx.PutAdopted([]engine.Adopted{{AdoptedKey: a.key(track.AliasProject, number), Here: from.Project}})
	})
	return err
}

// AdoptRelations joins patches that are related there, of those above a number; it looks at so many, and gives the last
// number that it looked at; 0: there are no more. A relation that was joined before is joined again only if it has
// changed there.
func (s *Store) AdoptRelations(
	ctx context.Context, by track.Actor, from AdoptFrom, above int64, most int,
) (last int64, out Adoption, err error) {
	out, err = s.adopt(ctx, by, from, func(a *adopting) error {
		all, err := a.Tx.AdoptedAfter(a.key(track.AliasPatch, above), most)
		if err != nil {
			return err
		}
		for i := range all {
			last = all[i].Number
			if err := a.join(&all[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return last, out, err
}

// join relates a patch to those that it is related to there.
func (a *adopting) join(row *engine.Adopted) error {
	seen, err := parseSeen[seenPatch](row.Seen)
	if err != nil || seen == nil || len(seen.Related) == 0 || slices.Equal(seen.Related, seen.Joined) {
		return err
	}
	keys := []engine.AdoptedKey{row.AdoptedKey}
	for _, n := range seen.Related {
		keys = append(keys, a.key(track.AliasPatch, n))
	}
	found, err := a.Tx.Adopted(keys)
	if err != nil {
		return err
	}
	var names []engine.Name
	for _, k := range keys {
		if f, there := found[k]; there && !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	if len(names) < len(keys) {
		a.leave("patch %d %s: it is related to a patch of a project that was not taken over", row.Number, row.MsgID)
	}
	if err := a.joinNames(row, names); err != nil {
		return err
	}
	seen.Joined = seen.Related
	row.Seen = seenText(*seen)
	return a.Tx.PutAdopted([]engine.Adopted{*row})
}

func (a *adopting) joinNames(row *engine.Adopted, names []engine.Name) error {
	decisions, err := a.decisionsOf(names)
	if err != nil || len(names) < 2 {
		return err
	}
	relation, err := commonRelation(decisions)
	if err != nil {
		a.leave("patch %d %s: %v", row.Number, row.MsgID, err)
		return nil
	}
	var fresh []engine.Decision
	for _, d := range decisions {
		if d.Relation == nil {
			d.Relation = &relation
			fresh = append(fresh, d)
			a.LogAs("", time.Time{}, "related", d.Name, "", namesBut(names, d.Name))
			a.took("related")
		}
	}
	rows, _, err := a.patchesNamed(names)
	if err != nil {
		return err
	}
	for _, d := range fresh {
		if r := rows[d.Name]; r != nil {
			a.Tell(engine.Event{Category: track.PatchRelationChanged, Project: d.Project, Mail: r.Mail})
		}
	}
	return a.putDecisions(fresh)
}
