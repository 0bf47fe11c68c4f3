package track

import (
	"slices"
	"sort"
	"time"
)

// Ground is what put a mail into its series.
type Ground string

const (
	GroundNone       Ground = ""
	GroundStart      Ground = "start"       // it leads the series: its cover, else its lowest number
	GroundVersion    Ground = "version"     // it refers to a mail of the series, of its own version
	GroundNear       Ground = "near"        // it refers to a mail of the series, dated at most Window away; one of the two names no version
	GroundExtra      Ground = "extra"       // it refers to a mail of the series and has a number above the total
	GroundPlace      Ground = "place"       // it refers to the same mail as another of its sender and version, stored or not
	GroundPlaceNear  Ground = "place-near"  // the same, of another version and dated at most Window away
	GroundDealt      Ground = "dealt"       // a number occurs twice in its thread, and this sending lacked its number and was nearest
	GroundLostThread Ground = "lost-thread" // same sender, version and total, at most Window away, and one of them refers to nothing stored
	GroundBrokenOff  Ground = "broken-off"  // the same, where both sides lack numbers
	GroundDivided    Ground = "divided"     // the thread was divided by version
)

// grounds from the strongest to the weakest, of those that a reference gives.
var grounds = []Ground{GroundVersion, GroundNear, GroundExtra, GroundPlace, GroundPlaceNear, GroundDealt, GroundLostThread, GroundBrokenOff}

// Reason says why a mail is in its series.
type Reason struct {
	ID     string // whose reason it is
	Ground Ground
	Ref    string        // the reference that decided: that of With where Back is set; empty where none did
	With   string        // the mail of the series that it was put to
	Apart  time.Duration // between the dates of the two
	Back   bool          // With was put to it, not the other way round
}

// because notes why two mails were put together, where somebody asks.
func (g *graph) because(it *Item, r Reason) {
	if g.note != nil {
		r.ID = it.ID
		g.note(it, r)
	}
}

// Explain says why each mail is in the series that the mail of this id is in, the leading one first. It does what
// Assemble does, with the same set and the same answers, and listens. Nil if the mail is in no series with others.
func Explain(items []Item, settled func(id string) (Settled, bool), id string) []Reason {
	g := newGraph(items, settled)
	var noted []Reason
	g.note = func(it *Item, r Reason) { noted = append(noted, r) }
	for _, s := range g.series() {
		if members := s.members(); slices.Contains(members, id) {
			return g.explain(members, noted)
		}
	}
	return nil
}

// members of a series, the leading one first.
func (s *Series) members() []string {
	var out []string
	if s.Cover != "" {
		out = append(out, s.Cover)
	}
	for _, slot := range s.Patches {
		out = append(out, slot.ID)
	}
	return out
}

// explain walks from the leading mail along what was noted, so that each mail is put to one that has its own reason.
func (g *graph) explain(members []string, noted []Reason) []Reason {
	inside := map[string]bool{}
	for _, id := range members {
		inside[id] = true
	}
	of := map[string][]Reason{}
	for _, r := range noted {
		if inside[r.ID] && inside[r.With] {
			of[r.ID] = append(of[r.ID], r)
			back := r
			back.ID, back.With, back.Back = r.With, r.ID, true
			of[r.With] = append(of[r.With], back)
		}
	}
	found := map[string]Reason{members[0]: {ID: members[0], Ground: GroundStart}}
	for more := true; more; {
		more = false
		for _, id := range members {
			if _, done := found[id]; done {
				continue
			}
			if r, ok := g.best(of[id], found); ok {
				found[id] = r
				more = true
			}
		}
	}
	var out []Reason
	for _, id := range members {
		r, ok := found[id]
		if !ok { // its thread led through a mail that now is in another series
			r = Reason{ID: id, Ground: GroundDivided, With: members[0], Apart: apart(g.byID[id], g.byID[members[0]])}
		}
		out = append(out, r)
	}
	return out
}

// best of the reasons that lead to a mail that is explained already: its own before another's, its nearest reference
// before farther ones, and so on until the order in which they were noted means nothing.
func (g *graph) best(reasons []Reason, found map[string]Reason) (Reason, bool) {
	var open []Reason
	for _, r := range reasons {
		if _, ok := found[r.With]; ok {
			open = append(open, r)
		}
	}
	if len(open) == 0 {
		return Reason{}, false
	}
	sort.Slice(open, func(i, j int) bool {
		a, b := open[i], open[j]
		switch {
		case a.Back != b.Back:
			return b.Back
		case g.refIndex(a) != g.refIndex(b):
			return g.refIndex(a) < g.refIndex(b)
		case a.Ground != b.Ground:
			return slices.Index(grounds, a.Ground) < slices.Index(grounds, b.Ground)
		}
		return a.With < b.With
	})
	return open[0], true
}

// refIndex is how far from its mail the deciding reference is; those without one come last.
func (g *graph) refIndex(r Reason) int {
	id := r.ID
	if r.Back {
		id = r.With
	}
	if i := slices.Index(g.byID[id].Refs, r.Ref); i >= 0 {
		return i
	}
	return MaxRefs
}
