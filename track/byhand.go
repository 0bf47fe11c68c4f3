package track

import (
	"slices"
	"sort"
)

// A person may put a mail into another series than the rules do, or into one of its own: Item.PutWith. Then link, cut
// and join leave the mail out, and it goes where the mail is that it was put with. That one may have been put with
// another itself, and so on.
//
// If this ends at a mail that is in no series, such as one that is not stored, then all that end there are a series.
// If it ends in a circle, all that get to the circle are one. The smallest circle is a mail that was put with itself:
// that begins a series of its own.
//
// An answer is a function of the mails and of what was decided about them, in whatever order they came.

// byHand tells whether a person put the mail where it is.
func (it *Item) byHand() bool { return it.PutWith != "" && it.target() }

// ruled tells whether the rules look for the series of the mail.
func (it *Item) ruled() bool { return it.member() && !it.byHand() }

// putByHand puts mails into the series that the rules have made, as people decided.
func (g *graph) putByHand(ruled [][]*Item) [][]*Item {
	var put []*Item
	for _, it := range g.items {
		if it.byHand() {
			put = append(put, it)
		}
	}
	if len(put) == 0 {
		return ruled
	}
	at := map[string]int{}
	all := make([]mixture, len(ruled))
	for i, items := range ruled {
		all[i].ruled = items
		for _, it := range items {
			at[it.ID] = i
		}
	}
	ends := g.endsOf(put)
	for _, it := range put {
		end := ends[it.ID]
		i, ok := at[end]
		if !ok {
			i = len(all)
			at[end] = i
			all = append(all, mixture{})
		}
		all[i].put = append(all[i].put, it)
	}
	var out [][]*Item
	for i := range all {
		out = append(out, all[i].divide()...)
	}
	return out
}

// endsOf finds for each of these mails, by Message-ID, where it ends up: the mail of a rule's series, one that is in
// none, or the smallest of a circle.
func (g *graph) endsOf(put []*Item) map[string]string {
	ends := make(map[string]string, len(put))
	for _, it := range put {
		var path []*Item
		on := map[string]int{} // places in path
		end := ""
		for end == "" {
			if known, ok := ends[it.ID]; ok {
				end = known
				break
			}
			if i, ok := on[it.ID]; ok {
				end = smallest(path[i:])
				break
			}
			on[it.ID] = len(path)
			path = append(path, it)
			next := g.byID[it.PutWith]
			if next == nil || !next.byHand() {
				end = it.PutWith
				break
			}
			it = next
		}
		for _, passed := range path {
			ends[passed.ID] = end
		}
	}
	return ends
}

func smallest(items []*Item) string {
	id := items[0].ID
	for _, it := range items {
		id = min(id, it.ID)
	}
	return id
}

// mixture is what rules made one series and what people put there, in canonical order.
type mixture struct{ ruled, put []*Item }

// divide makes series in which no number occurs twice. A mail that a person put there keeps its number, of several the
// newest; the older ones are another series, and so on. What had the number by a rule goes out, all that do so as one
// series. Patches without a number get the lowest ones that are free, in canonical order.
func (m *mixture) divide() [][]*Item {
	if len(m.put) == 0 {
		return [][]*Item{m.ruled}
	}
	sendings := [][]*Item{nil} // the newest mails of each number, the second newest, ...
	times := map[int]int{}
	var unnumbered []*Item
	for _, it := range slices.Backward(m.put) {
		if !it.member() {
			unnumbered = append(unnumbered, it)
			continue
		}
		n := times[it.Number]
		times[it.Number]++
		if n == len(sendings) {
			sendings = append(sendings, nil)
		}
		sendings[n] = append(sendings[n], it)
	}
	var out []*Item // that others crowd out
	for _, it := range m.ruled {
		switch {
		case !it.member():
			unnumbered = append(unnumbered, it)
		case times[it.Number] > 0:
			out = append(out, it)
		default:
			sendings[0] = append(sendings[0], it)
		}
	}
	sendings[0] = append(sendings[0], giveNumbers(unnumbered, sendings[0])...)
	if len(out) > 0 {
		sendings = append(sendings, out)
	}
	return sendings
}

// giveNumbers gives patches without a number the lowest ones that are free beside others. A patch that is alone stays
// as it is.
func giveNumbers(patches, beside []*Item) []*Item {
	if len(patches) == 1 && len(beside) == 0 {
		return patches
	}
	taken := make(map[int]bool, len(beside))
	for _, it := range beside {
		taken[it.Number] = true
	}
	sort.Slice(patches, func(i, j int) bool { return patches[i].before(patches[j]) })
	out := make([]*Item, len(patches))
	n := 1
	for i, it := range patches {
		for taken[n] {
			n++
		}
		c := *it
		c.Number, c.Total = n, 0 // it has no say in how many there are
		out[i] = &c
		n++
	}
	return out
}

// Takes tells whether a mail that is put with the one of this id goes into the series that this one is in. It does not
// where others have crowded that mail out of the series that it belongs to.
func Takes(items []Item, settled func(id string) (Settled, bool), id string) bool {
	const another = "another" // no Message-ID, since it lacks the brackets
	items = append(slices.Clone(items), Item{ID: another, Kind: Patch, PutWith: id})
	for _, s := range newGraph(items, settled).series() {
		if members := s.members(); slices.Contains(members, another) {
			return slices.Contains(members, id)
		}
	}
	return false
}
