package track

import "sort"

// Assemble makes covers, patches, comments and series of the mails of one project. Its result is a function of the
// set: the order of items means nothing. An item that occurs twice, by ID, counts once.
//
// A store need not hand over a whole project. It may leave out what a change cannot reach; then settled tells of each
// mail outside the set that items refer to (nil: there are none). The set must be closed in this sense:
//
//   - with a member, it has every member that refers to it or that it refers to, every member of its sender that
//     shares a reference with it, and every member with its marker (Sender, Version, Total) and another number within
//     Window;
//   - with a mail that a person put with another (PutWith), it has that other, all that were put with the same, and all
//     that were put with it; with any patch or cover it has all that were put with it;
//   - with a Talk, it has every Talk that refers to it, unless the caller knows that settled still has the right
//     answer.
//
// Then the result for these items is the same as for the whole project.
func Assemble(items []Item, settled func(id string) (Settled, bool)) Threads {
	g := newGraph(items, settled)
	return Threads{Parents: g.parents(), Series: g.series()}
}

// graph is a set of mails that can be looked up by Message-ID.
type graph struct {
	items   []*Item // in canonical order
	byID    map[string]*Item
	settled func(id string) (Settled, bool)

	note func(it *Item, r Reason) // nil: nobody asks for reasons
}

func newGraph(items []Item, settled func(id string) (Settled, bool)) *graph {
	if settled == nil {
		settled = func(string) (Settled, bool) { return Settled{}, false }
	}
	g := &graph{byID: make(map[string]*Item, len(items)), settled: settled}
	for i := range items {
		it := &items[i]
		if _, twice := g.byID[it.ID]; twice {
			continue
		}
		g.byID[it.ID] = it
		g.items = append(g.items, it)
	}
	sort.Slice(g.items, func(i, j int) bool { return g.items[i].before(g.items[j]) })
	return g
}

// stored tells whether the mail of this Message-ID has arrived, in the set or outside it.
func (g *graph) stored(id string) bool {
	if _, ok := g.byID[id]; ok {
		return true
	}
	_, ok := g.settled(id)
	return ok
}

// single tells whether the mail of this Message-ID is a patch that is a series of its own. What is above such a patch
// in a thread has nothing to do with the members below it.
func (g *graph) single(id string) bool {
	if it, ok := g.byID[id]; ok {
		return it.Kind == Patch && !it.member()
	}
	s, ok := g.settled(id)
	return ok && s.Kind == Patch
}
