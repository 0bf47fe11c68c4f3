package derive

import (
	"slices"

	"patchwatch/db/engine"
	"patchwatch/track"
)

// swap makes another mail stand for a name. Either may be 0.
type swap struct {
	engine.Name
	before, now int64
}

// choose decides for each name which mail stands for it, and gives their numbers.
func (a *Adder) choose(names []engine.Name) (chosen map[engine.Name]int64, err error) {
	chosen = make(map[engine.Name]int64, len(names))
	if len(names) == 0 {
		return chosen, nil
	}
	copies, err := a.Copies(names)
	if err != nil {
		return nil, err
	}
	var swaps []swap
	for _, name := range names {
		if _, done := chosen[name]; done {
			continue
		}
		s := swap{Name: name}
		of := copies[name]
		slices.SortFunc(of, func(x, y engine.Copy) int { return x.Better(&y) })
		for _, c := range of {
			if s.now == 0 {
				s.now = c.ID
			}
			if c.Chosen {
				s.before = c.ID
			}
		}
		chosen[name] = s.now
		if s.now != s.before {
			swaps = append(swaps, s)
		}
	}
	return chosen, a.swap(swaps)
}

func (a *Adder) swap(swaps []swap) error {
	if len(swaps) == 0 {
		return nil
	}
	var before, now, both []int64
	stands := map[int64]bool{}
	for _, s := range swaps {
		if s.before != 0 {
			before, both = append(before, s.before), append(both, s.before)
		}
		if s.now != 0 {
			now, both = append(now, s.now), append(both, s.now)
			stands[s.now] = true
		}
	}
	mails, err := a.Mails(both)
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
		m.Chosen = stands[id]
		changed = append(changed, m)
	}
	if err := a.Update(changed); err != nil {
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
	rows, err := a.Rows(now)
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

// unchoose notes that mails no longer stand for their names, or with other facts. The caller writes that to their rows.
func (a *Adder) unchoose(ids []int64, mails map[int64]*engine.Mail) error {
	if len(ids) == 0 {
		return nil
	}
	rows, err := a.Rows(ids)
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
	return a.DropRefs(sortedRefs(refs))
}

func appendRefs(refs []engine.RefKey, project int64, r *engine.Row) []engine.RefKey {
	for _, ref := range r.Refs {
		refs = append(refs, engine.RefKey{Hash: engine.RefHash(project, ref), Member: r.Member(), Mail: r.Mail})
	}
	return refs
}

func sortedRefs(refs []engine.RefKey) []engine.RefKey {
	slices.SortFunc(refs, engine.RefKey.Compare)
	return refs
}
