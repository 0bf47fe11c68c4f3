package track

import (
	"slices"
	"sort"
	"time"
)

// Ground is what put a mail into its series.
type Ground string

const (
	GroundNone Ground = ""

	// It leads the series: it is the cover, otherwise the lowest number.
	GroundStart Ground = "start"
	// It refers to a mail of the series and of its own version.
	GroundVersion Ground = "version"
	// It refers to a mail of the series that is dated at most Window away; one of the two names no version.
	GroundNear Ground = "near"
	// It refers to a mail of the series, and its number is above the total.
	GroundExtra Ground = "extra"
	// It refers to the same mail, stored or not, as another mail of its sender and version.
	GroundPlace Ground = "place"
	// It refers to the same mail as another of its sender, of another version and dated at most Window away.
	GroundPlaceNear Ground = "place-near"
	// A number occurs twice in its thread; this sending lacked its number, and was the nearest.
	GroundDealt Ground = "dealt"
	// It has the sender, version and total of the series and is at most Window away, and one side is a single mail that
	// refers to nothing stored.
	GroundLostThread Ground = "lost-thread"
	// The same, but both sides lack numbers.
	GroundBrokenOff Ground = "broken-off"
	// A person put it with a mail, which usually is in the series too.
	GroundByHand Ground = "by-hand"
	// Its thread was divided by version.
	GroundDivided Ground = "divided"
)

// grounds are those for which two mails were put together, from the strongest to the weakest.
var grounds = []Ground{
	GroundVersion, GroundNear, GroundExtra, GroundPlace, GroundPlaceNear, GroundDealt, GroundLostThread,
	GroundBrokenOff,
}

// Reason says why a mail is in its series.
type Reason struct {
	ID     string // whose reason it is
	Ground Ground
	Ref    string        // the reference that decided, which is that of With if Back is set; empty if none did
	With   string        // the mail of the series that it was put to
	Apart  time.Duration // between the dates of the two
	Back   bool          // With was put to it, not the other way round
}

// because notes why two mails were put together, if somebody asks.
func (g *graph) because(it *Item, r Reason) {
	if g.note != nil {
		r.ID = it.ID
		g.note(it, r)
	}
}

// Explain says why each mail is in the series that the mail of this id is in, the leading mail first. It does what
// Assemble does with the same set and the same answers, and takes notes. It returns nil if the mail is in no series
// with others.
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

// explain walks from the leading mail along the notes, so that each mail is explained by one that has its own reason.
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
	for _, id := range members {
		if it := g.byID[id]; it.byHand() {
			found[id] = Reason{ID: id, Ground: GroundByHand, With: it.PutWith}
		}
	}
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

// best returns the best reason that leads to a mail which is explained already. A reason of its own is better than
// one of another mail, a near reference better than a far one, and so on, until the order of the notes means nothing.
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

// refIndex is how far the deciding reference is from its mail; reasons without a reference come last.
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
