package track

// link divides the members of the set into groups by what their references say.
//
// A member walks its references, nearest first, to the first that is a member. It is linked to that one when the two
// agree on the version, or are close in time (people forget to number a version), or when it is an extra (3/2) of the
// same sender.
//
// Every id that it passes on the way, and a member that it was not linked to, is a place. Members of one sender that
// share a place are linked: within one version, and across versions when they are close in time. The mail of a place
// need not have arrived, so a lost cover still holds its patches together; nor need it be where a person left it.
// The walk ends at a patch without a number, since that is a series of its own and what is above it is another matter.
func (g *graph) link() [][]*Item {
	l := linker{graph: g, up: map[*Item]*Item{}, places: map[place][]*Item{}}
	for _, it := range g.items {
		if it.ruled() {
			l.up[it] = it
		}
	}
	for _, it := range g.items {
		if it.ruled() {
			l.walk(it)
		}
	}
	for p, siblings := range l.places {
		l.linkSiblings(p.id, siblings)
	}
	return l.groups()
}

type place struct{ id, sender string }

// linker is a union-find over the members.
type linker struct {
	*graph
	up     map[*Item]*Item
	places map[place][]*Item // in canonical order, since the walk goes in that order
}

func (l *linker) walk(it *Item) {
	for _, ref := range it.Refs {
		if ref == it.ID {
			continue
		}
		o := l.byID[ref]
		isMember := o != nil && o.ruled()
		if isMember && belongTogether(it, o) {
			l.union(it, o)
			l.because(it, Reason{Ground: groundOfThread(it, o), Ref: ref, With: o.ID, Apart: apart(it, o)})
			return
		}
		p := place{ref, it.Sender}
		l.places[p] = append(l.places[p], it)
		if isMember || l.single(ref) {
			return
		}
	}
}

func belongTogether(it, above *Item) bool { return groundOfThread(it, above) != GroundNone }

func groundOfThread(it, above *Item) Ground {
	switch {
	case it.Version == above.Version:
		return GroundVersion
	case near(it, above):
		return GroundNear
	case it.Number > it.Total && it.Sender == above.Sender:
		return GroundExtra
	}
	return GroundNone
}

func (l *linker) linkSiblings(id string, siblings []*Item) {
	last := map[int]*Item{} // by version
	for i, it := range siblings {
		if o := last[it.Version]; o != nil {
			l.union(it, o)
			l.because(it, Reason{Ground: GroundPlace, Ref: id, With: o.ID, Apart: apart(it, o)})
		}
		last[it.Version] = it
		if i > 0 && near(it, siblings[i-1]) {
			o := siblings[i-1]
			l.union(it, o)
			l.because(it, Reason{Ground: GroundPlaceNear, Ref: id, With: o.ID, Apart: apart(it, o)})
		}
	}
}

func (l *linker) root(it *Item) *Item {
	for l.up[it] != it {
		l.up[it] = l.up[l.up[it]]
		it = l.up[it]
	}
	return it
}

func (l *linker) union(a, b *Item) {
	ra, rb := l.root(a), l.root(b)
	if rb.before(ra) {
		ra, rb = rb, ra
	}
	l.up[rb] = ra
}

// groups in canonical order of their first mails, each in canonical order.
func (l *linker) groups() [][]*Item {
	at := map[*Item]int{}
	var out [][]*Item
	for _, it := range l.items {
		if !it.ruled() {
			continue
		}
		root := l.root(it)
		i, ok := at[root]
		if !ok {
			i = len(out)
			at[root] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], it)
	}
	return out
}
