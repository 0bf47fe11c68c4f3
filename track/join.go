package track

import (
	"sort"
	"time"
)

// join puts together groups that have nothing in common but their marker: sender, version and total. They need a pair
// of mails with the same marker at most Window apart, no number that both have, and a reason to believe that threads
// failed here: one group is a single mail that refers to nothing stored, or both lack numbers (a sending that was
// broken off and taken up again). Groups are taken in canonical order, and each joins the nearest group that may take
// it.
func (g *graph) join(cuts [][]*Item) [][]*Item {
	j := joiner{marked: map[marker][]markedMail{}}
	for i, items := range cuts {
		j.groups = append(j.groups, g.newGroup(i, items))
	}
	j.index()
	for i := range j.groups {
		if s := j.nearest(j.groups[i]); s.best != nil {
			g.because(s.pair[0], Reason{Ground: s.ground(), With: s.pair[1].ID, Apart: apart(s.pair[0], s.pair[1])})
			s.best.take(j.groups[i])
		}
	}
	var out [][]*Item
	for _, gr := range j.groups {
		if gr.into == nil {
			out = append(out, gr.items)
		}
	}
	return out
}

type group struct {
	order      int // canonical
	items      []*Item
	numbers    map[int]bool
	run        int    // 1..run are all among the numbers
	unanchored bool   // its references lead to nothing stored
	into       *group // that took it
}

func (g *graph) newGroup(order int, items []*Item) *group {
	gr := &group{order: order, items: items, numbers: make(map[int]bool, len(items))}
	gr.unanchored = len(items) == 1 && !g.refersToStored(items[0])
	for _, it := range items {
		gr.numbers[it.Number] = true
	}
	gr.extendRun()
	return gr
}

func (gr *group) extendRun() {
	for gr.numbers[gr.run+1] {
		gr.run++
	}
}

func (g *graph) refersToStored(it *Item) bool {
	for _, ref := range it.Refs {
		if ref != it.ID && g.stored(ref) {
			return true
		}
	}
	return false
}

// host is the group that now holds the mails of gr.
func (gr *group) host() *group {
	for gr.into != nil {
		gr = gr.into
	}
	return gr
}

func (gr *group) take(o *group) {
	gr.items = append(gr.items, o.items...)
	for n := range o.numbers {
		gr.numbers[n] = true
	}
	gr.extendRun()
	gr.unanchored = gr.unanchored && o.unanchored
	o.into = gr
}

// threadsMayHaveFailed tells whether there is reason to believe that threads failed between two groups that name this
// total.
func (gr *group) threadsMayHaveFailed(o *group, total int) bool {
	return gr.unanchored || o.unanchored || gr.run < total && o.run < total
}

func (gr *group) clashesWith(o *group) bool {
	few, many := gr.numbers, o.numbers
	if len(few) > len(many) {
		few, many = many, few
	}
	for n := range few {
		if many[n] {
			return true
		}
	}
	return false
}

type marker struct {
	sender         string
	version, total int
}

func markerOf(it *Item) marker { return marker{it.Sender, it.Version, it.Total} }

type markedMail struct {
	date   int64 // in seconds: millions are compared when somebody sends thousands within Window
	number int
	in     *group
	item   *Item
}

type joiner struct {
	groups []*group
	marked map[marker][]markedMail // by date
}

func (j *joiner) index() {
	for _, gr := range j.groups {
		for _, it := range gr.items {
			m := markerOf(it)
			j.marked[m] = append(j.marked[m], markedMail{it.Date.Unix(), it.Number, gr, it})
		}
	}
	for _, mails := range j.marked {
		sort.SliceStable(mails, func(a, b int) bool { return mails[a].date < mails[b].date })
	}
}

// nearest finds the group before gr, in canonical order, that may take it and has a mail of its marker nearest in
// time.
func (j *joiner) nearest(gr *group) search {
	s := search{gr: gr, away: int64(Window / time.Second), refused: map[*group]bool{}}
	for _, it := range gr.items {
		mails := j.marked[markerOf(it)]
		at := sort.Search(len(mails), func(i int) bool { return mails[i].date >= it.Date.Unix() })
		for i := at; i < len(mails) && s.look(it, &mails[i], mails[i].date-it.Date.Unix()); i++ {
		}
		for i := at - 1; i >= 0 && s.look(it, &mails[i], it.Date.Unix()-mails[i].date); i-- {
		}
	}
	return s
}

// search looks for the group that is to take gr. It asks the cheap questions first, and asks no group twice whether
// it has the same numbers.
type search struct {
	gr, best *group
	away     int64    // of best; the farthest that will do until there is one
	pair     [2]*Item // one mail of gr and one of best, which are so far apart
	refused  map[*group]bool
}

// look considers the group of m for that of it. It returns false if m is too far away: then all that are farther are
// too.
func (s *search) look(it *Item, m *markedMail, away int64) bool {
	if away > s.away {
		return false
	}
	if m.in.order >= s.gr.order || m.number == it.Number {
		return true
	}
	host := m.in.host()
	if s.best != nil && away == s.away && host.order >= s.best.order {
		return true
	}
	if s.refused[host] || !host.threadsMayHaveFailed(s.gr, it.Total) {
		return true
	}
	if host.clashesWith(s.gr) {
		s.refused[host] = true
		return true
	}
	s.best, s.away, s.pair = host, away, [2]*Item{it, m.item}
	return true
}

// ground is why gr joins best.
func (s *search) ground() Ground {
	if s.gr.unanchored || s.best.unanchored {
		return GroundLostThread
	}
	return GroundBrokenOff
}
