package track

import (
	"sort"
	"time"
)

// cut divides each group in which a number occurs twice. It divides by version first; if a number still occurs twice,
// it deals the mails out to as many sendings as that takes. The result is in canonical order of the first mails.
func (g *graph) cut(groups [][]*Item) [][]*Item {
	var out [][]*Item
	for _, group := range groups {
		if !clashes(group) {
			out = append(out, group)
			continue
		}
		for _, one := range byVersion(group) {
			if clashes(one) {
				out = append(out, g.deal(one)...)
			} else {
				out = append(out, one)
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i][0].before(out[j][0]) })
	return out
}

func clashes(group []*Item) bool {
	seen := make(map[int]bool, len(group))
	for _, it := range group {
		if seen[it.Number] {
			return true
		}
		seen[it.Number] = true
	}
	return false
}

func byVersion(group []*Item) [][]*Item {
	at := map[int]int{}
	var out [][]*Item
	for _, it := range group {
		i, ok := at[it.Version]
		if !ok {
			i = len(out)
			at[it.Version] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], it)
	}
	return out
}

// deal gives each mail, in canonical order, to a sending that lacks its number. It prefers a sending whose last mail
// is at most Window away, then one that the mail is threaded with, then the nearest in time. If every sending has the
// number, the mail begins a new one.
func (g *graph) deal(group []*Item) [][]*Item {
	d := dealer{graph: g, lacking: map[int][]*part{}, partOf: map[string]*part{}, wanted: map[string][]*part{}}
	for _, it := range group {
		d.assign(it)
	}
	out := make([][]*Item, len(d.parts))
	for i, p := range d.parts {
		out[i] = p.items
	}
	return out
}

type part struct {
	items []*Item
	last  time.Time // of its newest mail, which is the nearest to any that comes after it
}

type dealer struct {
	*graph
	parts   []*part
	lacking map[int][]*part    // by number; made when a number is first asked for, so that equal numbers cost no search
	partOf  map[string]*part   // by Message-ID
	wanted  map[string][]*part // parts with a mail that refers to this Message-ID
}

func (d *dealer) assign(it *Item) {
	open, asked := d.lacking[it.Number]
	if !asked {
		open = append([]*part(nil), d.parts...)
	}
	threaded := d.threadedWith(it)
	best := -1
	for i, p := range open {
		if best < 0 || d.better(it, p, open[best], threaded) {
			best = i
		}
	}
	if best < 0 {
		d.lacking[it.Number] = open
		d.start(it)
		return
	}
	p := open[best]
	last := p.items[len(p.items)-1]
	d.because(it, Reason{Ground: GroundDealt, With: last.ID, Apart: apart(it, last)})
	d.lacking[it.Number] = append(open[:best:best], open[best+1:]...)
	d.add(p, it)
}

func (d *dealer) threadedWith(it *Item) map[*part]bool {
	out := map[*part]bool{}
	for _, p := range d.wanted[it.ID] {
		out[p] = true
	}
	for _, ref := range it.Refs {
		if p := d.partOf[ref]; p != nil {
			out[p] = true
		}
	}
	return out
}

func (d *dealer) better(it *Item, p, than *part, threaded map[*part]bool) bool {
	away, thanAway := it.Date.Sub(p.last), it.Date.Sub(than.last)
	if (away <= Window) != (thanAway <= Window) {
		return away <= Window
	}
	if threaded[p] != threaded[than] {
		return threaded[p]
	}
	return away < thanAway
}

func (d *dealer) start(it *Item) {
	p := &part{}
	d.parts = append(d.parts, p)
	for number := range d.lacking {
		if number != it.Number {
			d.lacking[number] = append(d.lacking[number], p)
		}
	}
	d.add(p, it)
}

func (d *dealer) add(p *part, it *Item) {
	p.items = append(p.items, it)
	p.last = it.Date
	d.partOf[it.ID] = p
	for _, ref := range it.Refs {
		d.wanted[ref] = append(d.wanted[ref], p)
	}
}
