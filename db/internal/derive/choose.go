package derive

import (
	"slices"

	"patchwatch/db/engine"
	"patchwatch/internal/order"
	"patchwatch/track"
)

// swap makes another mail stand for a name, or the same with another first one. Either may be 0.
type swap struct {
	engine.Name
	before, now int64
	first       int64 // engine.Mail.First
}

// choose decides for each name which mail stands for it and by which number it is called, and gives the numbers of
// those that stand.
func (a *Adder) choose(names []engine.Name) (chosen map[engine.Name]int64, err error) {
	chosen = make(map[engine.Name]int64, len(names))
	if len(names) == 0 {
		return chosen, nil
	}
	copies, err := a.Tx.Copies(names)
	if err != nil {
		return nil, err
	}
	var swaps, recalled []swap
	for _, name := range names {
		if _, done := chosen[name]; done {
			continue
		}
		s, firstBefore := swapOf(name, copies[name])
		chosen[name] = s.now
		switch {
		case s.now != s.before:
			swaps = append(swaps, s)
		case s.first != firstBefore:
			recalled = append(recalled, s)
		}
	}
	if err := a.swap(swaps); err != nil {
		return nil, err
	}
	return chosen, a.recall(recalled)
}

// swapOf finds of the copies of a name the best and the one that was stored first, and the one that stands for it so
// far, with its first one.
func swapOf(name engine.Name, of []engine.Copy) (s swap, firstBefore int64) {
	s.Name = name
	order.By(of, func(x, y engine.Copy) int { return x.Better(&y) })
	for _, c := range of {
		if s.now == 0 {
			s.now = c.ID
		}
		if s.first == 0 || c.ID < s.first {
			s.first = c.ID
		}
		if c.Chosen {
			s.before, firstBefore = c.ID, c.First
		}
	}
	if s.first == s.now {
		s.first = 0
	}
	return s, firstBefore
}

// recall notes for mails that stand for their names as before that another copy is the one that was stored first: one
// that came from elsewhere, or that left. What was derived of them is called by another number then.
func (a *Adder) recall(swaps []swap) error {
	if len(swaps) == 0 {
		return nil
	}
	first := make(map[int64]int64, len(swaps))
	for _, s := range swaps {
		first[s.now] = s.first
	}
	ids := engine.SortedKeys(first)
	mails, err := a.Tx.Mails(ids)
	if err != nil {
		return err
	}
	rows, err := a.Tx.Rows(ids)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if m := mails[r.Mail]; m.Project != 0 {
			a.leaves(m.Project, r)
		}
	}
	changed := make([]*engine.Mail, 0, len(ids))
	for _, id := range ids {
		mails[id].First = first[id]
		changed = append(changed, mails[id])
	}
	return a.Tx.Update(changed)
}

func (a *Adder) swap(swaps []swap) error {
	if len(swaps) == 0 {
		return nil
	}
	var before, now, both []int64
	stands, first := map[int64]bool{}, map[int64]int64{}
	for _, s := range swaps {
		if s.before != 0 {
			before, both = append(before, s.before), append(both, s.before)
		}
		if s.now != 0 {
			now, both = append(now, s.now), append(both, s.now)
			stands[s.now], first[s.now] = true, s.first
		}
	}
	mails, err := a.Tx.Mails(both)
	if err != nil {
		return err
	}
	if err := a.unchoose(before, mails); err != nil {
		return err
	}
	slices.Sort(both)
	changed := make([]*engine.Mail, 0, len(both))
	for _, id := range both {
		m := mails[id]
		m.Chosen, m.First = stands[id], first[id]
		changed = append(changed, m)
	}
	if err := a.Tx.Update(changed); err != nil {
		return err
	}
	for _, s := range swaps {
		if s.Project == 0 {
			continue
		}
		c := a.change(s.Project)
		delete(c.rows, s.MsgID)
		if s.before == 0 {
			c.fresh[s.MsgID] = true
		} else {
			c.replaced[s.MsgID] = true
		}
	}
	return a.takePlace(now, mails)
}

// takePlace notes what mails say that stand for their names from now on.
func (a *Adder) takePlace(now []int64, mails map[int64]*engine.Mail) error {
	rows, err := a.Tx.Rows(now)
	if err != nil {
		return err
	}
	for _, r := range rows {
		m := mails[r.Mail]
		if m.Project == 0 {
			continue
		}
		if m.Kind != track.Ignored {
			c := a.change(m.Project)
			c.namings = append(c.namings, namingOf(m))
		}
		a.refs = appendRefs(a.refs, m.Project, r)
	}
	return a.putRefs()
}

// unchoose notes that mails no longer stand for their names, or stand for them with other facts. The caller writes
// their rows.
func (a *Adder) unchoose(ids []int64, mails map[int64]*engine.Mail) error {
	if len(ids) == 0 {
		return nil
	}
	rows, err := a.Tx.Rows(ids)
	if err != nil {
		return err
	}
	var refs []engine.RefKey
	for _, r := range rows {
		project := mails[r.Mail].Project
		if project == 0 {
			continue
		}
		a.leaves(project, r)
		refs = appendRefs(refs, project, r)
	}
	return a.Tx.DropRefs(sortedRefs(refs))
}

func appendRefs(refs []engine.RefKey, project int64, r *engine.Row) []engine.RefKey {
	for _, ref := range r.Refs {
		refs = append(refs, engine.RefKey{Hash: engine.RefHash(project, ref), Member: r.Member(), Mail: r.Mail})
	}
	return refs
}

func sortedRefs(refs []engine.RefKey) []engine.RefKey {
	order.By(refs, engine.RefKey.Compare)
	return refs
}
