package versions

import (
	"patchwatch/db/engine"
	"patchwatch/track"
)

// decided notes what people said about which series are versions of each other. Where they said both of two series,
// because mails of several pairs are in them now, the two are not.
func (f *Finder) decided(asked []*sending, e evidence) error {
	if some, err := f.anyPair(); err != nil || !some {
		return err
	}
	var names []engine.Name
	in := map[engine.Name]int64{}
	for _, s := range asked {
		for _, m := range s.members {
			n := engine.Name{Project: s.row.Project, MsgID: m.MsgID}
			names, in[n] = append(names, n), s.row.ID
		}
	}
	pairs, err := f.Pairs(names)
	if err != nil {
		return err
	}
	var others []engine.Name
	for _, p := range pairs {
		for _, n := range namesOf(p) {
			if _, known := in[n]; !known {
				others = append(others, n)
			}
		}
	}
	found, err := f.SeriesOf(others)
	for n, id := range found {
		in[n] = id
	}
	for _, p := range pairs {
		n := namesOf(p)
		one, other := in[n[0]], in[n[1]]
		switch {
		case one == 0 || other == 0:
		case p.Linked:
			e.note(one, other, track.LinkedByHand)
			e.note(other, one, track.LinkedByHand)
		default:
			f.apart[[2]int64{one, other}], f.apart[[2]int64{other, one}] = true, true
		}
	}
	return err
}

// anyPair tells whether people said anything about two series. It asks once.
func (f *Finder) anyPair() (bool, error) {
	if f.pairs == nil {
		some, err := f.AnyPair()
		if err != nil {
			return false, err
		}
		f.pairs = &some
	}
	return *f.pairs, nil
}

// namesOf are the two mails of a pair.
func namesOf(p engine.Pair) [2]engine.Name {
	return [2]engine.Name{{Project: p.Project, MsgID: p.MsgID}, {Project: p.Project, MsgID: p.Other}}
}
