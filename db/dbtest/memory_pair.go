package dbtest

import (
	"slices"

	"patchwatch/db/engine"
)

func (v *view) AnyPair() (bool, error) {
	for range v.pairs.all() {
		return true, nil
	}
	return false, nil
}

func (v *view) Pairs(names []engine.Name) (out []engine.Pair, err error) {
	for _, p := range v.pairs.all() {
		one, other := engine.Name{Project: p.Project, MsgID: p.MsgID}, engine.Name{Project: p.Project, MsgID: p.Other}
		if slices.Contains(names, one) || slices.Contains(names, other) {
			out = append(out, p)
		}
	}
	return out, nil
}

func (t *tx) PutPairs(pairs []engine.Pair) error {
	for _, p := range pairs {
		t.pairs.put(p.PairKey, p)
	}
	return nil
}

func (t *tx) DropPairs(keys []engine.PairKey) error {
	for _, k := range keys {
		t.pairs.drop(k)
	}
	return nil
}

// movePairs hands the pairs of a project to another that has none of the same mails.
func (t *tx) movePairs(from, to int64) {
	for key, p := range t.pairs.all() {
		moved := key
		moved.Project = to
		if key.Project != from || t.pairs.has(moved) {
			continue
		}
		t.pairs.drop(key)
		p.PairKey = moved
		t.pairs.put(moved, p)
	}
}
