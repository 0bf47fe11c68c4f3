package versions

import (
	"slices"

	"patchwatch/db/engine"
)

// mostVersions is how many versions of a series are looked for. A person reads them.
const mostVersions = 100

// Families finds all versions that hang together with each of these series, themselves too, in the order of versions
// and dates.
func (f *Finder) Families(ids []int64) (map[int64][]int64, error) {
	first, err := f.firsts(ids)
	if err != nil {
		return nil, err
	}
	var roots []int64
	for _, root := range first {
		roots = append(roots, root)
	}
	if err := f.foresee(first); err != nil {
		return nil, err
	}
	families, err := f.descend(engine.Distinct(roots))
	if err != nil {
		return nil, err
	}
	out := make(map[int64][]int64, len(first))
	for id, root := range first {
		out[id] = families[root]
	}
	return out, nil
}

// foresee finds at once what revises series, their first versions and those between: to go on to the next generation
// each time would take as many calls for each of them.
func (f *Finder) foresee(first map[int64]int64) error {
	all := map[int64]bool{}
	for id := range first {
		for n := 0; id != 0 && !all[id] && n < mostVersions; n++ {
			all[id] = true
			id = f.before[id].Series
		}
	}
	_, err := f.After(engine.SortedKeys(all))
	return err
}

// Earlier finds the series that one revises, the one that that revises, and so on.
func (f *Finder) Earlier(id int64) (out []int64, err error) {
	for range mostVersions {
		before, err := f.Before(f.likely(map[int64]bool{id: true}))
		if err != nil {
			return nil, err
		}
		if id = before[id].Series; id == 0 || slices.Contains(out, id) {
			break
		}
		out = append(out, id)
	}
	return out, nil
}

// firsts are the first version of each series that is stored.
func (f *Finder) firsts(ids []int64) (map[int64]int64, error) {
	out := map[int64]int64{}
	at := numbers(ids)
	for generation := 0; len(at) > 0 && generation < mostVersions; generation++ {
		before, err := f.Before(f.likely(at))
		if err != nil {
			return nil, err
		}
		next := map[int64]bool{}
		for id := range at {
			b, stored := before[id]
			if !stored {
				continue
			}
			out[id] = b.Series
			if _, known := out[b.Series]; b.Series != 0 && !known {
				next[b.Series] = true
			}
		}
		at = next
	}
	firsts := map[int64]int64{}
	for _, id := range ids {
		if _, stored := out[id]; stored {
			firsts[id] = id
			for n := 0; out[firsts[id]] != 0 && n < mostVersions; n++ {
				firsts[id] = out[firsts[id]]
			}
		}
	}
	return firsts, nil
}

// likely are these series, and some of the others that are loaded: they may be what is asked for next.
func (f *Finder) likely(at map[int64]bool) []int64 {
	all := engine.SortedKeys(at)
	for _, id := range engine.SortedKeys(f.sendings) {
		if _, known := f.before[id]; !known && !at[id] && len(all) < len(at)+mostLikely {
			all = append(all, id)
		}
	}
	return all
}

// mostLikely is how many that is.
const mostLikely = 20

// descend finds the versions that follow each of these, generation by generation.
func (f *Finder) descend(roots []int64) (map[int64][]int64, error) {
	families := map[int64][]int64{}
	of := map[int64]int64{} // the root of a series that is asked for next
	for _, root := range roots {
		families[root], of[root] = []int64{root}, root
	}
	for len(of) > 0 {
		later, err := f.After(engine.SortedKeys(of))
		if err != nil {
			return nil, err
		}
		next := map[int64]int64{}
		for _, id := range engine.SortedKeys(later) {
			root := of[id]
			for _, l := range later[id] {
				if len(families[root]) < mostVersions {
					families[root], next[l] = append(families[root], l), root
				}
			}
		}
		of = next
	}
	for _, family := range families {
		slices.SortFunc(family, func(a, b int64) int { return byVersion(f.sendings[a], f.sendings[b]) })
	}
	return families, nil
}
