package track

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// anyItems draws mails that get in each other's way: few ids, senders, versions and numbers, dates around the edges of
// Window, references to anything, themselves and mails that never came. People put some with any others.
func anyItems(t *rapid.T) []Item {
	n := rapid.IntRange(1, 14).Draw(t, "mails")
	all := make([]Item, n)
	for i := range all {
		all[i] = anyItem(t, i, n)
	}
	return all
}

func anyItem(t *rapid.T, i, n int) Item {
	it := Item{
		ID:      fmt.Sprintf("<%c>", 'a'+i),
		Kind:    rapid.SampledFrom([]Kind{Talk, Talk, Patch, Patch, Patch, Cover, Ignored}).Draw(t, "kind"),
		Sender:  rapid.SampledFrom([]string{"ann", "ann", "ann", "bob"}).Draw(t, "sender"),
		Version: rapid.SampledFrom([]int{1, 1, 1, 2}).Draw(t, "version"),
		Total:   rapid.SampledFrom([]int{0, 2, 3, 3, 3}).Draw(t, "total"),
		Date:    epoch.Add(time.Duration(rapid.IntRange(0, 12).Draw(t, "date")) * 7 * time.Minute),
	}
	it.Delivered = it.Date
	it.Marked = it.Kind == Cover || rapid.IntRange(0, 5).Draw(t, "marked") > 0
	if it.Marked && it.Kind != Cover {
		it.Number = rapid.IntRange(0, 4).Draw(t, "number")
	}
	it.Name = fmt.Sprintf("[%d/%d] %s", it.Number, it.Total, it.ID)
	if rapid.IntRange(0, 3).Draw(t, "put") == 0 {
		it.PutWith = fmt.Sprintf("<%c>", 'a'+rapid.IntRange(0, n+2).Draw(t, "put with"))
	}
	for range rapid.SampledFrom([]int{0, 1, 1, 2, 3}).Draw(t, "references") {
		ref := fmt.Sprintf("<%c>", 'a'+rapid.IntRange(0, n+2).Draw(t, "reference")) // the last are lost
		if !slices.Contains(it.Refs, ref) {
			it.Refs = append(it.Refs, ref)
		}
	}
	return it
}

// closure is the set that Assemble's comment calls closed, around some mails.
func closure(all []Item, from []bool) []Item {
	in := slices.Clone(from)
	for grown := true; grown; {
		grown = false
		for i := range all {
			for j := range all {
				if in[i] && !in[j] && reaches(&all[i], &all[j]) {
					in[j], grown = true, true
				}
			}
		}
	}
	var out []Item
	for i := range all {
		if in[i] {
			out = append(out, all[i])
		}
	}
	return out
}

func reaches(a, b *Item) bool {
	refers := func(x, y *Item) bool { return slices.Contains(x.Refs, y.ID) }
	put := func(x, y *Item) bool {
		return x.byHand() && (x.PutWith == y.ID || y.byHand() && x.PutWith == y.PutWith)
	}
	switch {
	case a.target() && b.target() && (put(a, b) || put(b, a)):
		return true
	case a.member() && b.member():
		share := a.Sender == b.Sender &&
			slices.ContainsFunc(a.Refs, func(ref string) bool { return slices.Contains(b.Refs, ref) })
		marked := markerOf(a) == markerOf(b) && a.Number != b.Number && near(a, b)
		return refers(a, b) || refers(b, a) || share || marked
	case !a.target() && !b.target():
		return refers(b, a)
	}
	return false
}

func TestAssembleIsLocal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := anyItems(t)
		whole := Assemble(all, nil)
		from := make([]bool, len(all))
		from[rapid.IntRange(0, len(all)-1).Draw(t, "from")] = true
		set := closure(all, from)
		part := Assemble(set, settledBy(all, set, whole))
		for _, it := range set {
			if got, want := part.Parents[it.ID], whole.Parents[it.ID]; got != want {
				t.Fatalf("%s leads to %q within %s, to %q in the whole", it.ID, got, ids(set), want)
			}
		}
		if want := seriesOf(whole, set); !reflect.DeepEqual(part.Series, want) {
			t.Fatalf("within %s\n%+v\nin the whole\n%+v", ids(set), part.Series, want)
		}
	})
}

// settledBy answers for all that is not in the set, and fails no question about it with another answer than a store
// would give.
func settledBy(all, set []Item, whole Threads) func(id string) (Settled, bool) {
	beyond := map[string]Settled{}
	for _, it := range all {
		beyond[it.ID] = Settled{Kind: it.Kind, Parent: whole.Parents[it.ID]}
	}
	for _, it := range set {
		delete(beyond, it.ID)
	}
	return func(id string) (Settled, bool) {
		s, ok := beyond[id]
		return s, ok
	}
}

// seriesOf are the series that have a member in the set.
func seriesOf(whole Threads, set []Item) []Series {
	in := map[string]bool{}
	for _, it := range set {
		in[it.ID] = true
	}
	var out []Series
	for _, s := range whole.Series {
		if in[s.Cover] || slices.ContainsFunc(s.Patches, func(p Slot) bool { return in[p.ID] }) {
			out = append(out, s)
		}
	}
	return out
}

// Whatever the mails: the order means nothing, each patch and cover has exactly one place, no number occurs twice, and
// a reply leads to a patch or cover.
func TestAssembleAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := anyItems(t)
		got := Assemble(all, nil)
		if again := Assemble(rapid.Permutation(all).Draw(t, "order"), nil); !reflect.DeepEqual(got, again) {
			t.Fatalf("%+v\nin another order\n%+v", got, again)
		}
		places := map[string]int{}
		for _, s := range got.Series {
			checkSeries(t, s)
			places[s.Cover]++
			for _, p := range s.Patches {
				places[p.ID]++
			}
		}
		for i := range all {
			checkPlace(t, &all[i], places[all[i].ID], got.Parents[all[i].ID], all)
		}
	})
}

func checkSeries(t *rapid.T, s Series) {
	for i, p := range s.Patches {
		if i > 0 && p.Number <= s.Patches[i-1].Number {
			t.Fatalf("numbers out of order: %+v", s)
		}
	}
	if s.Cover == "" && len(s.Patches) == 0 {
		t.Fatalf("a series of nothing: %+v", s)
	}
}

func checkPlace(t *rapid.T, it *Item, places int, parent string, all []Item) {
	strayPull := it.Kind == Patch && it.Marked && it.Number == 0 && it.Total > 0 && !it.byHand()
	switch {
	case it.target() && !strayPull && places != 1:
		t.Fatalf("%s has %d places", it.ID, places)
	case (!it.target() || strayPull) && places != 0:
		t.Fatalf("%s has a place in a series", it.ID)
	case it.target() && parent != "":
		t.Fatalf("%s is no reply, and leads to %s", it.ID, parent)
	case parent != "" && !slices.ContainsFunc(all, func(o Item) bool { return o.ID == parent && o.target() }):
		t.Fatalf("%s leads to %s, which is no patch", it.ID, parent)
	}
}
