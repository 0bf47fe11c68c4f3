package rangediff

import (
	"cmp"
	"slices"
)

// creationFactor is the cost of a patch that is dropped or new, as a percentage of the size of its diff: the default
// of git range-diff --creation-factor.
const creationFactor = 60

func (e *entry) alone() int { return e.size * creationFactor / 100 }

// forbidden is the cost of what must not be.
const forbidden = 1 << 29

// pairCheapest pairs those of the given patches that cost least together. Patches that are paired already may be among
// them and stay so: for git they are, which decides where several sets of pairs cost the same.
func (m *Matcher) pairCheapest(old, new []int) {
	n := len(old) + len(new)
	costs := make([]int32, n*n) // a row for each new patch, a column for each old one, then places for being alone
	alone := func(e *entry) int32 {
		if e.match >= 0 {
			return forbidden
		}
		return int32(e.alone())
	}
	for row, j := range new {
		for col := range costs[row*n : row*n+n] {
			costs[row*n+col] = alone(m.new[j])
		}
		for col, i := range old {
			costs[row*n+col] = forbidden
			if m.new[j].match == i {
				costs[row*n+col] = 0
			}
		}
	}
	for col, i := range old {
		for row := len(new); row < n; row++ {
			costs[row*n+col] = alone(m.old[i])
		}
	}
	c := m.number(old, new)
	for _, p := range c.all(m.limits.work) {
		costs[c.rows[p.new]*n+c.cols[p.old]] = int32(p.cost)
	}
	m.cut = m.cut || c.cut
	for row, col := range assign(n, costs)[:len(new)] {
		if col < len(old) {
			m.pair(old[col], new[row])
		}
	}
}

// number gives equal lines of those patches that have no pair yet equal numbers.
func (m *Matcher) number(old, new []int) *coster {
	c := &coster{}
	ids := map[uint64]int32{}
	collect := func(side []*entry, indexes []int) (out []*entry, at []int) {
		for place, i := range indexes {
			e := side[i]
			if e.match >= 0 {
				continue
			}
			e.ids = make([]int32, len(e.lines))
			for k, hash := range e.lines {
				id, ok := ids[hash]
				if !ok {
					id = int32(len(ids))
					ids[hash] = id
				}
				e.ids[k] = id
			}
			out, at = append(out, e), append(at, place)
		}
		return out, at
	}
	c.old, c.cols = collect(m.old, old)
	c.new, c.rows = collect(m.new, new)
	c.diff = newLineDiff(len(ids))
	return c
}

// A coster finds what each pair costs.
type coster struct {
	old, new   []*entry
	cols, rows []int // their places in the matrix
	diff       *lineDiff
	changes    []change
	cut        bool // it took too long: some were not compared
}

// A pairCost is what a pair costs, at first if all lines are taken for unequal.
type pairCost struct {
	old, new int
	cost     int
	common   int32 // lines that both have, in whatever order
	kin      bool  // they share a title or a file
}

// all returns the costs. Only such pairs are compared as may cost no more than to have both patches alone; for the
// others it does not matter how much more that is. Those with a title or file in common, and then those with most
// lines in common, are compared first, in case not all can be.
func (c *coster) all(work int) []pairCost {
	costs := make([]pairCost, 0, len(c.old)*len(c.new))
	var compare []int
	for i := range c.old {
		common := c.common(i)
		for j := range c.new {
			p := c.unequal(i, j)
			p.common = common[j]
			if a, b := c.old[i], c.new[j]; !a.whole && !b.whole && p.cost-2*int(p.common) <= a.alone()+b.alone() {
				p.kin = a.title == b.title || shareFile(a, b)
				compare = append(compare, len(costs))
			}
			costs = append(costs, p)
		}
	}
	slices.SortStableFunc(compare, func(a, b int) int {
		p, q := &costs[a], &costs[b]
		if p.kin != q.kin {
			if p.kin {
				return -1
			}
			return 1
		}
		return cmp.Compare(q.common, p.common)
	})
	for _, at := range compare {
		if c.diff.work > work {
			c.cut = true
			break
		}
		c.compare(&costs[at])
	}
	return costs
}

// unequal is the cost of a pair in which no line is equal. Of patches whose lines are not known, those of one title or
// for the same files are taken for the same patch.
func (c *coster) unequal(i, j int) pairCost {
	a, b := c.old[i], c.new[j]
	p := pairCost{old: i, new: j, cost: 1 + max(len(a.lines), a.size) + max(len(b.lines), b.size)}
	if (a.whole || b.whole) && (a.title == b.title || a.names != 0 && a.names == b.names) {
		p.cost = (a.alone() + b.alone()) / 2
	}
	return p
}

func shareFile(a, b *entry) bool {
	if len(a.files) > len(b.files) {
		a, b = b, a
	}
	for name := range a.files {
		if b.files[name] {
			return true
		}
	}
	return false
}

// common returns how many lines each new patch has in common with an old one.
func (c *coster) common(i int) []int32 {
	counts := c.diff.count
	for _, id := range c.old[i].ids {
		counts[id]++
	}
	out := make([]int32, len(c.new))
	for j, e := range c.new {
		for _, id := range e.ids {
			if counts[id] > 0 {
				out[j]++
			}
			counts[id]--
		}
		for _, id := range e.ids {
			counts[id]++
		}
	}
	for _, id := range c.old[i].ids {
		counts[id] = 0
	}
	return out
}

// compare finds the length of a diff between two diffs, unless it is so long that the pair costs more than to have both
// patches alone.
func (c *coster) compare(p *pairCost) {
	a, b := c.old[p.old], c.new[p.new]
	if !c.diff.compareWithin(a.ids, b.ids, a.alone()+b.alone()) {
		return
	}
	c.changes = c.diff.changes(c.changes[:0])
	p.cost = length(c.changes, len(a.ids), len(b.ids))
}
