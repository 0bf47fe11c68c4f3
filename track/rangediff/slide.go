package rangediff

// slideBudget is how many lines changes may be moved by, beside a hundred for each line of the texts. Only texts that
// are made of little but equal lines need more; there the rest stays where it is.
const slideBudget = 1 << 20

// A group is the changed lines between two unchanged ones, often none. The groups of both sides correspond one by one.
type group struct {
	side     *side
	from, to int
}

func firstGroup(s *side) group {
	g := group{side: s}
	for s.changed[g.to] {
		g.to++
	}
	return g
}

func (g *group) empty() bool { return g.from == g.to }

func (g *group) next() bool {
	if g.to == len(g.side.lines) {
		return false
	}
	g.from = g.to + 1
	for g.to = g.from; g.side.changed[g.to]; g.to++ {
	}
	return true
}

func (g *group) previous() {
	if g.from == 0 {
		return
	}
	g.to = g.from - 1
	for g.from = g.to; g.from > 0 && g.side.changed[g.from-1]; g.from-- {
	}
}

// up moves a group by one line, if it ends with the line that is before it, and takes in a group that it then touches.
func (g *group) up() bool {
	s := g.side
	if g.from == 0 || s.lines[g.from-1] != s.lines[g.to-1] {
		return false
	}
	g.from, g.to = g.from-1, g.to-1
	s.changed[g.from], s.changed[g.to] = true, false
	for g.from > 0 && s.changed[g.from-1] {
		g.from--
	}
	return true
}

// down moves a group by one line, if it begins with the line that is after it.
func (g *group) down() bool {
	s := g.side
	if g.to == len(s.lines) || s.lines[g.from] != s.lines[g.to] {
		return false
	}
	s.changed[g.from], s.changed[g.to] = false, true
	g.from, g.to = g.from+1, g.to+1
	for s.changed[g.to] {
		g.to++
	}
	return true
}

// slide moves each group of changed lines of s to where it is shown.
func (s *side) slide(other *side, budget *int) {
	g, o := firstGroup(s), firstGroup(other)
	for {
		if !g.empty() && *budget > 0 {
			g.settle(&o, budget)
		}
		if !g.next() || !o.next() {
			return
		}
	}
}

// settle moves a group down as far as it goes, or to the last place beside a group of the other side.
func (g *group) settle(o *group, budget *int) {
	top, beside := 0, false
	for before := -1; before != g.to-g.from && *budget > 0; { // until it has taken in no other
		before = g.to - g.from
		for ; g.up(); *budget-- {
			o.previous()
		}
		top, beside = g.to, !o.empty()
		for ; g.down(); *budget-- {
			o.next()
			beside = beside || !o.empty()
		}
	}
	if g.to == top || !beside {
		return
	}
	for o.empty() && g.up() {
		o.previous()
	}
}
